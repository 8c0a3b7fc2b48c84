"""`driftbook doctor`: a running Prometheus and Alertmanager against the catalog."""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from driftbook import doctor, pipeline
from driftbook.commands import findings
from driftbook.deploy.http import Client
from driftbook.doctor.finding import Finding, Load
from driftbook.doctor.rules import loads
from driftbook.doctor.subject import look
from driftbook.errors import Exit
from driftbook.model import AlertmanagerTarget, Catalog, Connection, PrometheusTarget
from driftbook.prove import compiled
from driftbook.report.places import one_line

TIMEOUT = 30.0
MOST = 10
"""So many groups are listed with what they cost."""


def run(
    root: Path,
    console: Console,
    *,
    url: str = "",
    alertmanager: str = "",
    target: tuple[str, ...] = (),
    format_: str = "text",
) -> int:
    """Exit status 0 when nothing is wrong, 1 with findings."""
    with findings.told(format_):
        checked = pipeline.check(root)
        if checked.catalog is None or not checked.ok:
            findings.show(checked, console, format_)
            return Exit.FINDINGS
        catalog = checked.catalog
        ask, tell = _clients(root, catalog, url, alertmanager, target)
        subject = look(catalog, compiled.read(root, tests=False), ask, tell)
        quiet = not console.is_terminal or format_ != "text"
        with _Quiet() if quiet else console.status("") as status:
            found = doctor.examine(subject, lambda name: status.update(f"looking at {name} …"))
        costs = loads(subject)
    if format_ == "json":
        print(_json(found, costs), end="")
    else:
        _show(console, found, costs, tell is None)
    return Exit.FINDINGS if found else Exit.OK


class _Quiet:
    """Stands in for a progress line where nobody watches."""

    def __enter__(self) -> "_Quiet":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to end."""

    def update(self, text: str) -> None:
        """Nobody watches."""


def _clients(
    root: Path, catalog: Catalog, url: str, alertmanager: str, targets: tuple[str, ...]
) -> tuple[Client, Client | None]:
    """What is named, else the addresses of the catalog. Raises UsageError for two of a kind."""
    named: list[tuple[type, str, Connection]] = []
    for name in targets:
        settings = catalog.targets[name].settings if name in catalog.targets else None
        if not isinstance(settings, PrometheusTarget | AlertmanagerTarget):
            raise click.UsageError(
                f'the catalog has no target "{name}" that is a prometheus or an alertmanager'
            )
        named.append((type(settings), f"--target {name}", settings.connection))
    for kind, option, address in (
        (PrometheusTarget, "--url", url),
        (AlertmanagerTarget, "--alertmanager", alertmanager),
    ):
        if address:
            named.append((kind, option, _plain(address)))
    prometheus = _only([n for n in named if n[0] is PrometheusTarget], "Prometheus")
    other = _only([n for n in named if n[0] is AlertmanagerTarget], "Alertmanager")
    if prometheus is None and catalog.prometheus.external_url:
        prometheus = _plain(catalog.prometheus.external_url)
    if other is None and not url and catalog.alertmanager.external_url:
        other = _plain(catalog.alertmanager.external_url)
    if prometheus is None:
        raise click.UsageError("name a Prometheus with --url, or with --target")
    return Client(prometheus, root), Client(other, root) if other else None


def _only(named: list[tuple[type, str, Connection]], what: str) -> Connection | None:
    if len(named) > 1:
        options = " and ".join(option for _, option, _ in named)
        raise click.UsageError(f"{options} both name the {what}: one is looked at a time")
    return named[0][2] if named else None


def _plain(url: str) -> Connection:
    return Connection(url.rstrip("/"), TIMEOUT, TIMEOUT)


def _show(console: Console, found: list[Finding], costs: list[Load], alone: bool) -> None:
    colors = {"error": "bold red", "warning": "bold yellow"}
    for finding in found:
        console.print(f"[{colors[finding.level]}]{finding.level}[/] ", end="")
        text = f"{finding.about}: {finding.message} [{finding.check}]"
        console.print(one_line(text), markup=False)
        console.print(one_line(f"  {finding.todo}"), markup=False, style="dim")
    if costs:
        console.print(_table(costs))
    if alone:
        text = "No Alertmanager was looked at; name one with --alertmanager."
        console.print(text, style="dim")
    console.print(_summary(found), style="bold")


def _summary(found: list[Finding]) -> str:
    counts = Counter(finding.level for finding in found)
    if not found:
        return "Nothing is wrong."
    return ", ".join(f"{n} {level}{'s' * (n > 1)}" for level, n in sorted(counts.items()))


def _table(costs: list[Load]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("group", "rules", "series", "last took", "of its interval"):
        table.add_column(title, overflow="fold", justify="left" if title == "group" else "right")
    for load in costs[:MOST]:
        cells = (str(load.rules), str(load.series), f"{load.took * 1000:.1f} ms")
        table.add_row(one_line(load.group), *cells, f"{load.share:.2%}")
    if rest := costs[MOST:]:
        rules, series = sum(r.rules for r in rest), sum(r.series for r in rest)
        took, share = sum(r.took for r in rest), sum(r.share for r in rest)
        table.add_row(
            f"{len(rest)} more", str(rules), str(series), f"{took * 1000:.1f} ms", f"{share:.2%}"
        )
    return table


def _json(found: list[Finding], costs: list[Load]) -> str:
    data = {"findings": [asdict(f) for f in found], "groups": [asdict(load) for load in costs]}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
