"""What a Prometheus pays for the rules of 1,000 invariants, against the same alerts by hand.

`python bench/rules.py [--invariants N]` starts two servers one after the other on the same data,
which is backfilled so that every window is full, and goes on being scraped. The server itself
tells what it spends: seconds of evaluation, samples loaded, processor seconds.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import requests
import yaml

HERE = Path(__file__).parent
sys.path += [str(HERE), str(HERE.parent / "tests")]

import catalogs  # noqa: E402  # beside this file, which is no package either
import document  # noqa: E402
import handwritten  # noqa: E402
import rule_data  # noqa: E402
import sample_count  # noqa: E402
from driftbook import memo, pipeline  # noqa: E402
from driftbook.prove import engines  # noqa: E402
from driftbook.prove.server import _free_port as free_port  # noqa: E402
from driftbook.prove.workers import Workers  # noqa: E402

INTERVALS = 3
"""How many are measured."""
AT_MOST = 0.5
ASKED = 5
"""Groups whose samples are counted, for all: every invariant has the same rules and series."""
COSTS = (
    ("seconds of evaluation", "seconds", ".2f"),
    ("samples loaded", "samples", ",.0f"),
    ("processor seconds of the server", "processor", ".2f"),
)
FORMS = ("recorded once", "written by hand")


@dataclass(frozen=True, slots=True)
class Spent:
    """By one server for one evaluation of every group.

    seconds: of evaluation, summed over groups. samples: loaded by every selector. told: the same
    as the engine counts it, without what subqueries read. processor: seconds of the whole server,
    with scraping. times: how often each group was evaluated meanwhile. rules, series: how many
    there are. alerts: labels and states at the end.
    """

    seconds: float
    samples: float
    told: float
    processor: float
    times: float
    rules: int
    series: int
    alerts: frozenset[tuple[tuple[str, str], ...]]


def rule_files(root: Path, invariants: int) -> dict[str, Path]:
    """Folders of rules by form."""
    catalogs.write(root, invariants)
    checked = pipeline.check(root, memo.load(root))
    assert checked.ok, checked.diagnostics
    pipeline.write_rules(checked, memo.load(root))
    folders = {form: root / form.replace(" ", "-") for form in FORMS}
    for folder in folders.values():
        folder.mkdir()
    for path in (root / "rules/prometheus").rglob("lag-*.rules.yaml"):
        text = path.read_text()
        (folders[FORMS[0]] / path.name).write_text(text)
        (folders[FORMS[1]] / path.name).write_text(handwritten.by_hand(text))
    return folders


@contextmanager
def prometheus(folder: Path, rules: Path, exporter: str, program: Path) -> Iterator[str]:
    """The address of a server over the data in the folder."""
    bare = {"action": "labeldrop", "regex": "job|instance"}  # as what was backfilled
    scraped = {
        "job_name": "measured",
        "static_configs": [{"targets": [exporter]}],
        "metric_relabel_configs": [bare],
    }
    config = {
        "global": {"evaluation_interval": "30s", "scrape_interval": "30s"},
        "rule_files": [f"{rules}/*.yaml"],
        "scrape_configs": [scraped],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    port = free_port()
    command = [program, "--config.file=prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"]
    url = f"http://127.0.0.1:{port}"
    with Workers(1) as workers, workers.serve(command, folder, {}) as process:
        while not ready(url):
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.2)
        yield url


def ready(url: str) -> bool:
    """Whether the server answers."""
    try:
        return requests.get(f"{url}/-/ready", timeout=5).status_code == 200
    except requests.RequestException:
        return False


def counters(url: str) -> dict[str, float]:
    """What the server tells of itself, summed by name."""
    found: dict[str, float] = {}
    for line in requests.get(f"{url}/metrics", timeout=60).text.splitlines():
        if not line.startswith("#"):
            name, value = line.split("{")[0].split(" ")[0], float(line.rsplit(" ", 1)[1])
            found[name] = found.get(name, 0.0) + value
    return found


def measured(url: str, groups: int, samples: tuple[float, float]) -> Spent:
    """What INTERVALS more cost, per evaluation of every group, once each was evaluated."""
    evaluated = "prometheus_rule_group_duration_seconds_count"
    time.sleep(rule_data.STEP + 5)  # the first time nothing is in the page cache
    before = after = counters(url)
    while after[evaluated] - before[evaluated] < groups / 10:
        time.sleep(INTERVALS * rule_data.STEP)  # longer only where the server is that slow
        after = counters(url)
    spent = {name: value - before.get(name, 0) for name, value in after.items()}
    times = spent[evaluated] / groups
    rules = requests.get(f"{url}/api/v1/rules", timeout=120).json()["data"]["groups"]
    every = [rule for group in rules for rule in group["rules"]]
    broken = {rule["lastError"] for rule in every if rule.get("lastError")}
    assert not broken, broken
    alerts = [alert for rule in every for alert in rule.get("alerts") or ()]
    return Spent(
        spent["prometheus_rule_group_duration_seconds_sum"] / times,
        *samples,
        spent["process_cpu_seconds_total"] / times,
        times,
        len(every),
        int(after["prometheus_tsdb_head_series"]),
        frozenset(tuple(sorted({**a["labels"], "is": a["state"]}.items())) for a in alerts),
    )


def loaded(url: str, rules: Path, groups: int) -> tuple[float, float]:
    """Samples that all expressions load, and what the engine itself counts for them.

    Asked of a server that evaluates nothing: under load a query waits behind those of the rules.
    """
    read, told, files = 0.0, 0.0, sorted(rules.glob("*.yaml"))[:ASKED]
    for path in files:
        (group,) = yaml.safe_load(path.read_text())["groups"]
        for rule in group["rules"]:
            answer = asked(url, rule["expr"])
            told += answer["stats"]["samples"]["totalQueryableSamples"]
            for query in sample_count.queries(rule["expr"]):
                read += sum(float(value) for _, value in values(asked(url, query)))
    return read / len(files) * groups, told / len(files) * groups


def asked(url: str, query: str) -> dict[str, Any]:
    """What the server answers to a query."""
    answer = requests.post(
        f"{url}/api/v1/query", data={"query": query, "stats": "all"}, timeout=120
    ).json()
    assert answer["status"] == "success", answer
    return answer["data"]


def values(data: dict[str, Any]) -> Iterator[list[Any]]:
    """Time and value of each series of a result."""
    yield from (series["value"] for series in data["result"])


def run(root: Path, invariants: int, nodes: int, say: Callable[[str], None]) -> dict[str, Spent]:
    """Both forms, one server after the other."""
    found = engines.require(HERE.parent)
    folders = rule_files(root / "catalog", invariants)
    say("backfilling …")
    end = rule_data.now() + rule_data.STEP
    made = {
        "scraped": rule_data.scraped(invariants, nodes, end),
        "recorded": rule_data.recorded(invariants, end),
    }
    for name, lines in made.items():
        rule_data.backfill(lines, root / name, found.promtool.path)
    spent = {}
    with rule_data.exporter(invariants, nodes) as address:
        for form in FORMS:
            say(f"evaluating what is {form} …")
            folder = root / f"server of {form}"
            for name in made if form == FORMS[0] else ("scraped",):
                data = folder / "data"
                shutil.copytree(root / name, data, copy_function=os.link, dirs_exist_ok=True)
            program = found.prometheus.path
            with prometheus(folder, folder / "none", address, program) as url:
                samples = loaded(url, folders[form], invariants)
            with prometheus(folder, folders[form], address, program) as url:
                spent[form] = measured(url, invariants, samples)
            shutil.rmtree(folder)
    return spent


def table(ours: Spent, theirs: Spent) -> Iterator[str]:
    """Rows of Markdown."""
    yield "| for one evaluation of all | recorded once | by hand | ratio | at most | holds |"
    yield "|---|---|---|---|---|---|"
    for title, field, form in COSTS:
        a, b = getattr(ours, field), getattr(theirs, field)
        limit = f"{AT_MOST:g} | {'yes' if a / b <= AT_MOST else '**no**'}"
        yield f"| {title} | {a:{form}} | {b:{form}} | {a / b:.2f} | {limit} |"
    yield f"| samples as `stats=all` counts them | {ours.told:,.0f} | {theirs.told:,.0f} | | | |"
    yield f"| rules | {ours.rules:,} | {theirs.rules:,} | | | |"
    yield f"| series on the server | {ours.series:,} | {theirs.series:,} | | | |"
    yield f"| evaluations of each group meanwhile | {ours.times:.1f} | {theirs.times:.1f} | | | |"


def section(lines: list[str], invariants: int, nodes: int) -> str:
    """What was measured, as a part of a page of the documentation."""
    return (
        (HERE / "rules.md")
        .read_text()
        .format(
            table="\n".join(lines),
            invariants=f"{invariants:,}",
            nodes=nodes,
            version=engines.require(HERE.parent).prometheus.version,
            cores=os.cpu_count(),
        )
    )


@click.command()
@click.option("--invariants", default=1000, show_default=True)
@click.option("--nodes", default=3, show_default=True, help="Series that a place is made of.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Also write into a page.")
def main(invariants: int, nodes: int, markdown: Path | None) -> None:
    """Measure rules on a server; fail where alerts differ or recording costs more than half."""
    with tempfile.TemporaryDirectory(prefix="driftbook-rules-") as folder:
        spent = run(Path(folder), invariants, nodes, lambda text: print(text, flush=True))
    ours, theirs = (spent[form] for form in FORMS)
    lines = list(table(ours, theirs))
    print("\n".join(lines))
    if markdown:
        document.replace(markdown, section(lines, invariants, nodes))
    assert ours.samples == ours.told, "both counts agree where there is no subquery"
    same = ours.alerts == theirs.alerts
    print(
        f"{len(ours.alerts)} and {len(theirs.alerts)} alerts, {'the same' if same else 'not equal'}"
    )
    sys.exit(not same or any("**no**" in line for line in lines))


if __name__ == "__main__":
    main()
