"""`driftbook test`: promtool runs the unit tests of the rules, with a summary per invariant."""

from collections.abc import Collection, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from driftbook import names as given_names
from driftbook import pipeline, timeline
from driftbook.commands import findings
from driftbook.commands.progress import Progress
from driftbook.diagnostics import nearest
from driftbook.errors import Exit
from driftbook.model import Catalog, Invariant
from driftbook.prove import compiled, engines, rule_tests
from driftbook.prove.compiled import Compiled
from driftbook.prove.coverage import coverage
from driftbook.prove.drift import AGAIN, drift
from driftbook.prove.engines import Engines
from driftbook.prove.finding import Finding
from driftbook.prove.timelines import timelines
from driftbook.prove.workers import Workers


def run(root: Path, console: Console, *, names: Sequence[str] = (), verbose: bool = False) -> int:
    """Run the tests on disk of all invariants or of those named; again even when they passed.

    verbose: also the timeline of stages of each scenario. Returns findings when a test fails or
    the files on disk are not what the catalog compiles to.
    """
    checked = pipeline.check(root)
    if checked.catalog is None or not checked.ok:
        findings.show(checked, console)
        return Exit.FINDINGS
    wanted, unknown = _wanted(checked.catalog, names)
    if unknown:
        close = nearest(unknown, checked.catalog.invariants)
        message = f'driftbook: there is no invariant "{unknown}" with tests; {close}'.rstrip("; ")
        Console(stderr=True, soft_wrap=True).print(message, markup=False)
        return Exit.USAGE
    found_engines = engines.require(root)
    files = {file for invariant in wanted for file in given_names.test_files(invariant)}
    stale = drift(root, pipeline.compile_rules(checked.catalog), pipeline.FOLDERS)
    found = [f for f in stale if not names or f.invariant in {i.name for i in wanted}]
    disk = compiled.read(root)
    with Workers() as workers, Progress(console) as progress:
        found += rule_tests.run(
            disk,
            found_engines,
            workers,
            only=files,
            again=bool(names),
            progress=lambda done, of: progress.say("running unit tests", done, of),
        )
    if any(f.check == "drift" for f in found):
        console.print(f"The rules on disk are not those of the catalog: {AGAIN}.", markup=False)
    console.print(_summary(checked.catalog, wanted, disk, found))
    if verbose:
        _timelines(checked.catalog, wanted, found_engines, console)
    _report(found, console)
    return Exit.FINDINGS if found else Exit.OK


def _wanted(catalog: Catalog, names: Sequence[str]) -> tuple[list[Invariant], str]:
    """The named invariants, or all, and the first name that is none."""
    known = {invariant.name: invariant for invariant in catalog.compiled()}
    known |= {given_names.alert(name): invariant for name, invariant in known.items()}
    for name in names:
        if name not in known:
            return [], name
    return [known[name] for name in names] if names else list(catalog.compiled()), ""


def _summary(
    catalog: Catalog, wanted: list[Invariant], disk: Compiled, found: Collection[Finding]
) -> Table:
    """An invariant per row: cases, and per stage how often it fires and how often it does not."""
    counts, _ = coverage(catalog, disk)
    failed = {f.invariant for f in found if f.check == "rule-tests"}
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("invariant", "tests", "fires / quiet by stage", "result"):
        table.add_column(title, overflow="fold")
    for invariant in wanted:
        stages = "  ".join(
            f"{stage} {count.fires}/{count.silent}"
            for stage, count in counts[invariant.name].items()
        )
        cases = disk.cases(invariant)
        result = "[green]passed[/]" if cases else "not compiled yet; run driftbook build"
        result = "[bold red]failed[/]" if invariant.name in failed else result
        table.add_row(invariant.name, str(cases), stages, result)
    return table


def _timelines(catalog: Catalog, wanted: list[Invariant], found: Engines, console: Console) -> None:
    chosen = {invariant.name for invariant in wanted}
    with Workers() as workers:
        for _, scenario in sorted(catalog.scenarios.items()):
            if not chosen & set(scenario.invariants):
                continue
            for drawn in timelines(catalog, scenario, found, workers):
                if drawn.invariant in chosen:
                    console.print(f"\n{drawn.scenario}, {drawn.invariant}", style="bold")
                    for line in timeline.legend(drawn.lines, "the signal"):
                        console.print(line)
                    for line in timeline.tracks(drawn, console.width):
                        console.print(line, no_wrap=True, crop=False)


def _report(found: Collection[Finding], console: Console) -> None:
    for finding in found:
        console.print(f"{finding.file}: {finding.message} [{finding.check}]", markup=False)
        if finding.detail and finding.check == "rule-tests":
            console.print(finding.detail, markup=False, style="dim")
