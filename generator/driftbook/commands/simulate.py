"""`driftbook simulate`: a scenario as promtool evaluates it, drawn over time."""

from pathlib import Path

from rich.console import Console

from driftbook import pipeline, timeline
from driftbook.commands import findings
from driftbook.diagnostics import nearest
from driftbook.errors import Exit, FatalError
from driftbook.model import Catalog, Scenario
from driftbook.prove import engines
from driftbook.prove.timelines import timelines
from driftbook.prove.workers import Workers
from driftbook.svg import scene


def run(root: Path, console: Console, *, scenario: str, svg: Path | None = None) -> int:
    """Draws a timeline per invariant of the scenario; findings when an expectation is not met.

    svg: where to write the picture; with several invariants, one file for each, named after it.
    """
    checked = pipeline.check(root)
    if checked.catalog is None or not checked.ok:
        findings.show(checked, console)
        return Exit.FINDINGS
    wanted = _find(checked.catalog, scenario)
    if wanted is None:
        close = nearest(scenario, checked.catalog.scenarios)
        message = f'driftbook: there is no scenario "{scenario}"; {close or "see tests/scenarios/"}'
        Console(stderr=True, soft_wrap=True).print(message, markup=False)
        return Exit.USAGE
    met = True
    with Workers() as workers:
        found = list(timelines(checked.catalog, wanted, engines.require(root), workers))
    for drawn in found:
        for line in timeline.terminal(drawn, console.width):
            console.print(line, no_wrap=True, crop=False)
        console.print()
        met = met and all(came for _, _, came in drawn.expected)
        if svg is not None:
            _write(_named(svg, drawn.invariant, len(found) > 1), scene(drawn).file())
    return Exit.OK if met else Exit.FINDINGS


def _find(catalog: Catalog, name: str) -> Scenario | None:
    """A scenario by its name, or by its file as a shell completes it."""
    for scenario in catalog.scenarios.values():
        if name in (scenario.name, scenario.origin.file):
            return scenario
    return None


def _named(svg: Path, invariant: str, many: bool) -> Path:
    return svg.with_name(f"{svg.stem}-{invariant}{svg.suffix}") if many else svg


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise FatalError(f"cannot write {path}: {error.strerror}") from error
