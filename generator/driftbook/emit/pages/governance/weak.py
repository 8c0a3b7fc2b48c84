"""Weak spots: where the catalog would not notice, could not help, or was not tried."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup

from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.governance.promises import promises, watched
from driftbook.emit.pages.page import references
from driftbook.emit.pages.tables import table
from driftbook.model import Catalog, Dataset, Invariant, Team

KINDS = {
    "unwatched": "nothing watches it",
    "promise": "promised and watched by nothing",
    "unknown": "an open question of the contract",
    "early": "no early stage",
    "late": "no late stage",
    "scenario": "no scenario shows it",
    "remediation": "no remediation policy",
    "steps": "no step in the runbook",
    "draft": "a draft",
    "proof": "not proved",
}
"""Every kind, the gravest first."""
SHORT = {
    "unwatched": "not watched",
    "promise": "promises",
    "unknown": "questions",
    "early": "no early",
    "late": "no late",
    "scenario": "no scenario",
    "remediation": "no remediation",
    "steps": "no steps",
    "draft": "drafts",
    "proof": "no proof",
}
"""The same as titles of columns."""


@dataclass(frozen=True, slots=True)
class Weakness:
    """kind: of `KINDS`. page: where one reads on. detail: what exactly, or ""."""

    kind: str
    owner: Team
    service: str
    tier: int
    title: str
    page: str
    detail: str = ""


def found(catalog: Catalog, evidence: Evidence) -> list[Weakness]:
    """All of them: the most important data first, then the gravest kind, then by name."""
    every = [*_of_datasets(catalog), *_of_invariants(catalog, evidence)]
    order = list(KINDS)
    return sorted(every, key=lambda w: (w.tier, order.index(w.kind), w.page))


def listed(weaknesses: Iterable[Weakness], place: str, *, owner: bool = False) -> Markup:
    """A table of them for a page, a row for each thing that has any; "" where there is none."""
    ref = references(place)
    things: dict[str, list[Weakness]] = {}
    for weakness in weaknesses:
        things.setdefault(weakness.page, []).append(weakness)
    columns = ("where", "tier", "weak spots", *(("owner",) if owner else ()))
    return table(
        columns,
        (
            (
                mine[0].title if page == place else ref(mine[0].title, page),
                mine[0].tier,
                _said(mine),
                *((mine[0].owner.title,) if owner else ()),
            )
            for page, mine in things.items()
        ),
    )


def _said(weaknesses: Iterable[Weakness]) -> str:
    """Kinds in words, each once, with all details."""
    details: dict[str, list[str]] = {}
    for w in weaknesses:
        details.setdefault(w.kind, []).append(w.detail)
    return "; ".join(
        f"{KINDS[kind]}{': ' if any(more) else ''}{', '.join(filter(None, more))}"
        for kind, more in details.items()
    )


def _of_datasets(catalog: Catalog) -> Iterator[Weakness]:
    invariants = watched(catalog)
    for name, dataset in catalog.datasets.items():
        if not invariants[name]:
            yield _dataset(dataset, "unwatched", "")
        for promise in promises(dataset, invariants[name]):
            if promise.state == "gap" and invariants[name]:
                yield _dataset(dataset, "promise", promise.question.replace("_", " "))
            if promise.state == "unknown":
                yield _dataset(dataset, "unknown", promise.question.replace("_", " "))


def _dataset(dataset: Dataset, kind: str, detail: str) -> Weakness:
    return Weakness(
        kind,
        dataset.owner,
        dataset.service,
        dataset.tier,
        dataset.title,
        f"datasets/{dataset.name}",
        detail,
    )


def _of_invariants(catalog: Catalog, evidence: Evidence) -> Iterator[Weakness]:
    for invariant in catalog.compiled():
        for kind, detail in _about(catalog, evidence, invariant):
            yield Weakness(
                kind,
                invariant.owner,
                invariant.service,
                invariant.tier,
                invariant.title,
                f"invariants/{invariant.name}",
                detail,
            )


def _about(catalog: Catalog, evidence: Evidence, invariant: Invariant) -> Iterator[tuple[str, str]]:
    """Kind and detail."""
    stages = invariant.stages
    if "early" not in stages:
        yield "early", ""
    if "late" not in stages:
        yield "late", ""
    if not catalog.scenarios_of.get(invariant.name):
        yield "scenario", ""
    if invariant.remediation is None:
        yield "remediation", ""
    silent = [s for s in stages if not invariant.runbook.stages.get(s)]
    if silent:
        yield "steps", ", ".join(silent)
    if invariant.lifecycle == "draft":
        yield "draft", ""
    state = evidence.state(invariant)
    if evidence.proof is not None and state != "proved":
        yield "proof", state or "no proof of it"
