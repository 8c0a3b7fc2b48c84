"""Scenarios: what happens, what every invariant makes of it, and whether that was expected."""

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from driftbook import svg
from driftbook.emit.artifact import Artifact
from driftbook.emit.pages import changes, lookup, words
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.markdown import fence, text
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.pictures import NO_ENGINE, figure
from driftbook.emit.pages.related import Ref
from driftbook.emit.pages.sources import source
from driftbook.model import Catalog, Expectation, Scenario
from driftbook.timeline import Timeline
from driftbook.units import spoken

CAPTION = "Evaluated by promtool {version}with the rules of this invariant."


def emit(catalog: Catalog, evidence: Evidence) -> Iterator[Artifact]:
    """A page each, and their index."""
    for _, scenario in sorted(catalog.scenarios.items()):
        yield _scenario(catalog, scenario, evidence)
    yield _index(catalog, evidence)


def verdict(scenario: Scenario, evidence: Evidence) -> str:
    """`as expected`, `NOT as expected`, or `not evaluated`."""
    found = [evidence.pictures.get((scenario.name, name)) for name in scenario.invariants]
    drawn = [one for one in found if isinstance(one, Timeline)]
    if any(not came for one in drawn for _, _, came in one.expected):
        return "NOT as expected"
    whole = drawn and not any(isinstance(one, str) for one in found)
    return "as expected" if whole else "not evaluated"


def _scenario(catalog: Catalog, scenario: Scenario, evidence: Evidence) -> Artifact:
    place = f"scenarios/{scenario.name}"
    ref = references(place)
    series = [] if scenario.samples else list(scenario.series.items())
    return page(
        place,
        "scenario.md.j2",
        scenario.origin.file,
        scenario.title,
        found_by=(scenario.name,),
        weight=0.3,
        scenario=scenario,
        verdict=verdict(scenario, evidence),
        lacking="" if evidence.pictures else Markup(NO_ENGINE),
        parts=[_part(catalog, scenario, name, evidence, ref) for name in scenario.invariants],
        rows=[
            _expectation(catalog, scenario, n, ref, evidence) for n in range(len(scenario.expect))
        ],
        series=[(fence(name, "promql", 4), fence(values, "", 4)) for name, values in series],
        history=changes.of(catalog, evidence.history, "scenario", scenario),
        format=lookup.kind(place)("scenario"),
        source=source(catalog, scenario.origin.file),
    )


def _part(
    catalog: Catalog, scenario: Scenario, name: str, evidence: Evidence, ref: Ref
) -> dict[str, Any]:
    """What one invariant makes of it."""
    invariant = catalog.invariants[name]
    found = evidence.pictures.get((scenario.name, name), "")
    drawn = found if isinstance(found, Timeline) else None
    version = dict(evidence.engines()).get("promtool", "")
    caption = CAPTION.format(version=f"{version} " if version else "")
    return {
        "anchor": f"in-{name}",
        "title": invariant.title,
        "link": ref(invariant.title, f"invariants/{name}"),
        "retired": invariant.lifecycle == "retired",
        "picture": figure(svg.scene(drawn), caption) if drawn else "",
        "words": text(svg.described(drawn)) if drawn else "",
        "lacking": found if isinstance(found, str) else "",
    }


def _expectation(
    catalog: Catalog, scenario: Scenario, number: int, ref: Ref, evidence: Evidence
) -> dict[str, Any]:
    expected = scenario.expect[number]
    row = {"at": spoken(expected.at, "seconds"), "came": _came(scenario, number, evidence)}
    if not expected.invariant:
        return {**row, "what": "nothing fires", "where": "everywhere"}
    invariant = catalog.invariants[expected.invariant]
    stage = expected.stage or "early"
    link = ref(f"{invariant.name}: {stage}", f"invariants/{invariant.name}", stage)
    by = f" by {expected.condition}" if expected.condition else ""
    what = link + (f" fires{by}" if expected.firing else f" does not fire{by}")
    return {**row, "what": what, "where": words.places(expected.labels) or "anywhere"}


def _came(scenario: Scenario, number: int, evidence: Evidence) -> Markup:
    """Whether every invariant that an expectation is about did what it says."""
    found: list[bool] = []
    for name in scenario.invariants:
        drawn = evidence.pictures.get((scenario.name, name))
        mine = [n for n, e in enumerate(scenario.expect) if _about(e, name)]
        if isinstance(drawn, Timeline) and number in mine:
            found.append(drawn.expected[mine.index(number)][2])
    if not found:
        return Markup("not evaluated")
    return Markup("yes") if all(found) else Markup("<strong>NO</strong>")


def _about(expected: Expectation, name: str) -> bool:
    return expected.invariant in ("", name)


def _index(catalog: Catalog, evidence: Evidence) -> Artifact:
    ref = references("scenarios")
    rows = [
        {
            "link": ref(s.title, f"scenarios/{name}"),
            "verdict": verdict(s, evidence),
            "invariants": Markup(", ").join(ref(i, f"invariants/{i}") for i in s.invariants),
        }
        for name, s in sorted(catalog.scenarios.items())
    ]
    return page("scenarios", "scenarios.md.j2", "tests/scenarios/", "Scenarios", rows=rows)
