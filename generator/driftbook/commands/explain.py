"""`driftbook explain`: an invariant as a person would read it, or a diagnostic with examples."""

import re
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from driftbook import alerts, checks, context, gotemplate, names, packs, pipeline
from driftbook.checks.example import FILES
from driftbook.checks.kit import Check
from driftbook.commands import findings
from driftbook.conditions import objective
from driftbook.conditions import words as places
from driftbook.diagnostics import nearest
from driftbook.emit.pages import words
from driftbook.emit.pages.measured import versions
from driftbook.errors import Exit
from driftbook.model import STAGES, Catalog, Invariant, Signal
from driftbook.report import text
from driftbook.report.places import printable

WIDTH = 92


def run(root: Path, console: Console, *, what: str) -> int:
    """Explains a code, an invariant's name or an alert's name."""
    check = next((c for c in checks.CHECKS if what.upper() == c.CODE or what == c.NAME), None)
    if check is not None:
        console.print("\n".join(diagnostic(check)), markup=False)
        return Exit.OK
    checked = pipeline.check(root)
    if checked.catalog is None and not re.fullmatch("DB[0-9]+", what, re.IGNORECASE):
        findings.show(checked, console)
        return Exit.FINDINGS
    known = checked.catalog.invariants if checked.catalog else {}
    by_alert = {names.alert(name): i for name, i in known.items()}
    found = known.get(what) or by_alert.get(what)
    if found is None or checked.catalog is None:
        every = (*known, *by_alert, *(c.CODE for c in checks.CHECKS))
        console.print(f'"{what}" is neither an invariant nor a code', markup=False)
        if hint := nearest(what, every):
            console.print(hint, markup=False)
        return Exit.USAGE
    width = min(WIDTH, console.width) if console.is_terminal else WIDTH
    for line in invariant(checked.catalog, found):
        for part in _wrapped(line, width):
            console.print(part, markup=False)
    return Exit.OK


def invariant(catalog: Catalog, subject: Invariant) -> Iterator[str]:
    """The lines that explain an invariant."""
    yield f"{subject.name}: {subject.title}"
    yield ""
    yield from _facts(catalog, subject)
    plan = alerts.alerts(catalog, subject) if subject.lifecycle != "retired" else ()
    for stage in STAGES:
        mine = [a for a in plan if a.condition.stage == stage]
        yield ""
        if not mine:
            yield f"{stage}: no condition"
            continue
        for alert in mine:
            where = f"for {words.places(alert.scope.match)} " if alert.scope.match else ""
            yield f"{stage}: {where}when {alert.says}"
        told = words.told(catalog, subject, stage)
        ways = f" by {' and '.join(told.ways)}" if told.ways else ""
        yield f"  tells {told.receiver}{ways}, {told.hours}, as {told.severity}"
    yield ""
    yield from _links(catalog, subject, plan)


def _facts(catalog: Catalog, subject: Invariant) -> Iterator[str]:
    dataset = subject.dataset
    levels = context.upstream(catalog, dataset.name)
    facts = {
        "alert": names.alert(subject.name),
        "dataset": f"{dataset.name} ({dataset.title}), tier {subject.tier}",
        "service": subject.service,
        "owner": f"{subject.owner.name} ({subject.owner.contact})",
        "property": f"{subject.property}: {words.PROPERTIES.get(subject.property, '')}",
        "lifecycle": subject.lifecycle,
        "each place": places.place(subject.signal.identity),
        "unit": f"{subject.signal.unit}, worse {subject.signal.worse} a bound",
        **_measured(subject.signal),
        "impact": alerts.impact(subject),
        "changes": words.changes(catalog, subject.service),
        "upstream": ", then ".join(", ".join(level) for level in levels),
    }
    if subject.slo:
        facts["objective"] = objective.explained(subject, subject.slo)
    for name, value in facts.items():
        if value or name not in ("changes", "upstream"):
            yield f"{name:<11}{value}"


def _measured(signal: Signal) -> dict[str, str]:
    """What the pack says, where the signal is from one."""
    if not signal.used:
        return {}
    known = packs.signal(signal.used)
    pack = packs.load(known.pack)
    return {
        "measured": f"{signal.used}, {known.title}; {pack.title}, {versions(pack, signal)}",
        "caveats": " ".join(packs.plain(caveat) for caveat in known.caveats) or "none known",
        "see also": ", ".join(companion.signal for companion in known.companions) or "nothing",
        "when gone": packs.plain(known.absent.means),
    }


def _links(catalog: Catalog, subject: Invariant, plan: tuple[alerts.Alert, ...]) -> Iterator[str]:
    scenarios = [s.name for s in catalog.scenarios.values() if subject.name in s.invariants]
    links = {
        "source": subject.origin.file,
        "runbook": subject.runbook.origin.file,
        "rules": names.rule_file(subject),
        "tests": names.test_file(subject),
        "scenarios": ", ".join(sorted(scenarios)) or "none",
        "page": f"{catalog.site_url.rstrip('/')}/{names.page(subject.name)}",
    }
    for name, value in links.items():
        if plan or name not in ("rules", "tests"):
            yield f"{name:<11}{value}"
    annotations = plan[0].annotations if plan else {}
    for name in ("dashboard", "traces", "logs"):
        if f"{name}_url" in annotations:
            yield f"{name:<11}{gotemplate.render(annotations[f'{name}_url'], {}, 0.0)}"


def diagnostic(check: Check) -> Iterator[str]:
    """The lines that explain a code."""
    yield f"{check.CODE} {check.NAME} ({check.SEVERITY.value}): {check.TITLE}"
    yield ""
    yield from (check.__doc__ or "").strip().splitlines()
    for title, shown in zip(("Wrong", "Right"), example_text(check), strict=True):
        yield ""
        yield f"{title}, in {check.EXAMPLE.file}:"
        yield ""
        yield textwrap.indent(shown, "    ")
    output = what_it_says(check)
    if output:
        yield ""
        yield "What driftbook says about the wrong one:"
        yield ""
        yield textwrap.indent(output, "    ")


def example_text(check: Check) -> tuple[str, str]:
    """The wrong and the right part of a check's example, fit to be printed."""
    wrong, right = check.EXAMPLE.bad, check.EXAMPLE.good
    return _printable(wrong.strip("\n")), _printable(right.strip("\n"))


def _printable(content: str) -> str:
    return "\n".join(printable(line) for line in content.split("\n"))


def what_it_says(check: Check) -> str:
    """The report on a check's wrong example, compiled as the commands would."""
    example = check.EXAMPLE
    with tempfile.TemporaryDirectory(prefix="driftbook-") as folder:
        root = Path(folder)
        for file, content in {**FILES, **example.extra, **example.bad_extra}.items():
            if file == example.file:
                content = content.replace(example.replace, example.bad, 1)
            path = root / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode("utf-8", "surrogateescape"))
        found = [d for d in pipeline.check(root).diagnostics if d.code == check.CODE]
        return text.render(found, root).rstrip()


def _wrapped(line: str, width: int) -> list[str]:
    """The line, gone on below the value of a fact, else indented; links and paths stay whole."""
    fact = line[10:11] == " " and ":" not in line[:10]
    indent = " " * (11 if fact else 2)
    return textwrap.wrap(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ) or [""]
