"""Pages of runbooks, remediations and scenarios."""

from collections.abc import Iterator
from typing import Any

from driftbook import templates
from driftbook.emit.artifact import Artifact
from driftbook.emit.pages import steps, words
from driftbook.emit.pages.markdown import prose
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.related import Relations
from driftbook.emit.pages.sources import source
from driftbook.model import (
    STAGES,
    Catalog,
    Expectation,
    Invariant,
    Remediation,
    Runbook,
    Scenario,
)
from driftbook.units import spoken


def emit(catalog: Catalog) -> Iterator[Artifact]:
    """A page each, and their indexes."""
    relations = Relations(catalog)
    for name, book in sorted(catalog.runbooks.items()):
        yield _runbook(catalog, book, relations.by_runbook[name])
    for name, policy in sorted(catalog.remediations.items()):
        yield _remediation(catalog, policy, relations.by_remediation[name])
    for _, scenario in sorted(catalog.scenarios.items()):
        yield _scenario(catalog, scenario)
    yield from _indexes(catalog, relations)


def fill_for(users: list[Invariant]) -> steps.Fill:
    """Fills templates in for the first invariant that follows a procedure; leaves them without."""
    if not users:
        return lambda value: value
    return lambda value: templates.render(value, invariant=users[0])


def _runbook(catalog: Catalog, book: Runbook, users: list[Invariant]) -> Artifact:
    place = f"runbooks/{book.name}"
    ref = references(place)
    fill = fill_for(users)
    return page(
        place,
        "runbook.md.j2",
        book.origin.file,
        fill(book.title),
        runbook=book,
        users=[ref(i.title, f"invariants/{i.name}") for i in users],
        meaning=prose(fill(book.meaning)),
        symptoms=prose(fill(book.symptoms)) if book.symptoms else "",
        stages=[
            {
                "name": stage,
                "title": words.stage_title(stage),
                "steps": steps.steps(book.stages.get(stage, ()), fill),
            }
            for stage in STAGES
        ],
        causes=steps.causes(book.causes, fill),
        source=source(catalog, book.origin.file),
    )


def _remediation(catalog: Catalog, policy: Remediation, users: list[Invariant]) -> Artifact:
    place = f"remediations/{policy.name}"
    ref = references(place)
    fill = fill_for(users)
    return page(
        place,
        "remediation.md.j2",
        policy.origin.file,
        fill(policy.title),
        remediation=policy,
        strategy=words.STRATEGIES.get(policy.strategy, policy.strategy),
        rules=words.policy(policy, fill),
        users=[ref(i.title, f"invariants/{i.name}") for i in users],
        source=source(catalog, policy.origin.file),
    )


def _scenario(catalog: Catalog, scenario: Scenario) -> Artifact:
    place = f"scenarios/{scenario.name}"
    ref = references(place)
    return page(
        place,
        "scenario.md.j2",
        scenario.origin.file,
        scenario.title,
        scenario=scenario,
        invariants=[
            ref(catalog.invariants[n].title, f"invariants/{n}") for n in scenario.invariants
        ],
        rows=[_expectation(catalog, e, ref) for e in scenario.expect],
        series=[] if scenario.samples else list(scenario.series.items()),
        source=source(catalog, scenario.origin.file),
    )


def _expectation(catalog: Catalog, expected: Expectation, ref: Any) -> dict[str, Any]:
    at = spoken(expected.at, "seconds")
    if not expected.invariant:
        return {"at": at, "what": "nothing fires", "where": "everywhere"}
    invariant = catalog.invariants[expected.invariant]
    stage = expected.stage or "early"
    link = ref(f"{invariant.name}: {stage}", f"invariants/{invariant.name}", stage)
    by = f" by {expected.condition}" if expected.condition else ""
    what = link + (f" fires{by}" if expected.firing else f" does not fire{by}")
    return {"at": at, "what": what, "where": words.places(expected.labels) or "anywhere"}


def _indexes(catalog: Catalog, relations: Relations) -> Iterator[Artifact]:
    ref = references("runbooks")
    yield page(
        "runbooks",
        "links.md.j2",
        "runbooks/",
        "Runbooks",
        intro="Steps that a person follows. One runbook may serve many invariants.",
        columns=("runbook", "invariants"),
        rows=[
            (
                ref(fill_for(relations.by_runbook[name])(book.title), f"runbooks/{name}"),
                len(relations.by_runbook[name]),
            )
            for name, book in sorted(catalog.runbooks.items())
        ],
    )
    ref = references("remediations")
    yield page(
        "remediations",
        "links.md.j2",
        "runbooks/",
        "Remediations",
        intro="How a repair may be done: its limits, who approves, how it is undone.",
        columns=("remediation", "strategy"),
        rows=[
            (
                ref(fill_for(relations.by_remediation[name])(policy.title), f"remediations/{name}"),
                words.STRATEGIES.get(policy.strategy, policy.strategy),
            )
            for name, policy in sorted(catalog.remediations.items())
        ],
    )
    ref = references("scenarios")
    yield page(
        "scenarios",
        "links.md.j2",
        "tests/scenarios/",
        "Scenarios",
        intro="Sample series, with the stages that are expected at given times.",
        columns=("scenario", "invariants"),
        rows=[
            (ref(s.title, f"scenarios/{n}"), ", ".join(s.invariants))
            for n, s in sorted(catalog.scenarios.items())
        ],
    )
