"""The page of one invariant: the answer first, then everything that stands behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from driftbook import context, names, templates
from driftbook.alerts import alerts, impact
from driftbook.conditions import words as condition_words
from driftbook.emit.artifact import Artifact
from driftbook.emit.pages import changes as history
from driftbook.emit.pages import (
    handover,
    live,
    pictures,
    record,
    stages,
    steps,
    tombstone,
    words,
)
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.landing import found_by
from driftbook.emit.pages.markdown import prose
from driftbook.emit.pages.measured import measured
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.related import Ref, Relations
from driftbook.forks import Mapped
from driftbook.model import Catalog, Invariant


@dataclass(frozen=True, slots=True)
class _Fill:
    """Fills a text of a runbook or a remediation in for one invariant."""

    invariant: Invariant

    def __call__(self, value: str) -> str:
        return templates.procedure(value, self.invariant)


def emit(
    catalog: Catalog,
    evidence: Evidence,
    wanted: Sequence[str] | None = None,
    mapped: Mapped = map,
) -> Iterator[Artifact]:
    """A page for every invariant, or for the wanted ones; a tombstone for a retired one."""
    relations = Relations(catalog)

    def made(name: str) -> Artifact:
        invariant = catalog.invariants[name]
        if invariant.lifecycle == "retired":
            return tombstone.page_of(catalog, invariant)
        return _page(catalog, invariant, evidence, relations)

    yield from mapped(made, sorted(catalog.invariants) if wanted is None else wanted)


def _page(
    catalog: Catalog, invariant: Invariant, evidence: Evidence, relations: Relations
) -> Artifact:
    place = f"invariants/{invariant.name}"
    ref = references(place)
    plan = alerts(catalog, invariant)
    fill = _Fill(invariant)
    book = invariant.runbook
    return page(
        place,
        "invariant.md.j2",
        f"{invariant.origin.file} and {book.origin.file}",
        invariant.title,
        found_by=found_by(invariant),
        invariant=invariant,
        alertname=names.alert(invariant.name),
        external=catalog.prometheus.external_labels,
        live=live.links(catalog, invariant, plan),
        impact=impact(invariant),
        panels=stages.panels(invariant, plan, fill),
        runbook_title=fill(book.title),
        meaning=prose(fill(book.meaning)),
        symptoms=prose(fill(book.symptoms)) if book.symptoms else "",
        causes=steps.causes(book.causes, fill, found=False),
        changes=words.changes(catalog, invariant.service),
        upstream=_upstream(catalog, invariant, ref),
        escalations=list(handover.escalations(invariant, fill)),
        handover=handover.message(catalog, invariant),
        remediation=_remediation(invariant, fill),
        contract=words.contract(invariant.dataset),
        measured=measured(invariant, relations, ref),
        related=relations.of(invariant, ref),
        stage_picture=pictures.ladder(invariant, plan),
        played=pictures.of_invariant(catalog, invariant, relations, evidence, ref),
        history=history.of(catalog, evidence.history, "invariant", invariant),
        **_signal(catalog, invariant),
        **stages.table(catalog, invariant, plan),
        **record.record(catalog, invariant, plan, evidence),
    )


def _signal(catalog: Catalog, invariant: Invariant) -> dict[str, Any]:
    """The query that confirms what an alert says, and how its result reads."""
    query = live.signal(invariant)
    return {
        "query": query,
        "graph": live.graph(catalog, query),
        "place": condition_words.place(invariant.signal.identity),
        "unit": invariant.signal.unit.replace("_", " "),
        "worse": "higher" if invariant.signal.worse == "above" else "lower",
    }


def _upstream(catalog: Catalog, invariant: Invariant, ref: Ref) -> Markup:
    """Links to the datasets whose firing invariants the alerts name, the nearest first."""
    levels = context.upstream(catalog, invariant.dataset.name)
    found = [catalog.datasets[name] for level in levels for name in level]
    return Markup(", ").join(ref(d.title, f"datasets/{d.name}") for d in found)


def _remediation(invariant: Invariant, fill: _Fill) -> dict[str, Any] | None:
    policy = invariant.remediation
    if policy is None:
        return None
    return {
        "title": fill(policy.title),
        "name": policy.name,
        "strategy_words": words.STRATEGIES.get(policy.strategy, policy.strategy),
        "rules": words.policy(policy, fill),
    }
