"""The page of one invariant: the answer first, then everything that stands behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from driftbook import context, names, templates
from driftbook.alerts import Alert, alerts, impact
from driftbook.conditions import objective
from driftbook.conditions import words as condition_words
from driftbook.emit.artifact import Artifact
from driftbook.emit.pages import changes as history
from driftbook.emit.pages import pictures, steps, tombstone, words
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.landing import found_by
from driftbook.emit.pages.markdown import fence, inline, link, prose, text
from driftbook.emit.pages.measured import measured
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.related import Ref, Relations
from driftbook.emit.pages.sources import source
from driftbook.model import STAGES, Catalog, Invariant, StageName
from driftbook.units import spoken

_LINKS = {"dashboard_url": "Dashboard", "traces_url": "Traces", "logs_url": "Logs"}


@dataclass(frozen=True, slots=True)
class _Fill:
    """Fills a catalog template in for one invariant."""

    invariant: Invariant

    def __call__(self, value: str) -> str:
        return templates.render(value, invariant=self.invariant)


def emit(catalog: Catalog, evidence: Evidence) -> Iterator[Artifact]:
    """A page for every invariant; a tombstone for a retired one."""
    relations = Relations(catalog)
    for _, invariant in sorted(catalog.invariants.items()):
        if invariant.lifecycle == "retired":
            yield tombstone.page_of(catalog, invariant)
        else:
            yield _page(catalog, invariant, evidence, relations)


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
        runbook_title=fill(book.title),
        meaning=prose(fill(book.meaning)),
        symptoms=prose(fill(book.symptoms)) if book.symptoms else "",
        impact=impact(invariant),
        stages=[_stage(catalog, invariant, stage, plan, fill) for stage in STAGES],
        causes=steps.causes(book.causes, fill),
        changes=words.changes(catalog, invariant.service),
        upstream=_upstream(catalog, invariant, ref),
        escalations=list(_escalations(invariant, fill)),
        remediation=_remediation(invariant, fill),
        contract=words.contract(invariant.dataset),
        measured=measured(invariant, relations, ref),
        related=relations.of(invariant, ref),
        stage_picture=pictures.ladder(invariant, plan),
        played=pictures.of_invariant(catalog, invariant, relations, evidence, ref),
        history=history.of(catalog, evidence.history, "invariant", invariant),
        source=source(catalog, invariant.origin.file),
        **_thresholds(invariant, plan),
        **_evidence(invariant, plan, evidence),
    )


def _stage(
    catalog: Catalog, invariant: Invariant, stage: StageName, plan: tuple[Alert, ...], fill: _Fill
) -> dict[str, Any]:
    """One stage: when it fires, who is told, what to do."""
    mine = [a for a in plan if a.condition.stage == stage]
    written = [s for s in STAGES if invariant.runbook.stages.get(s)]
    instead = f"the steps of {' and '.join(written)}" if written else "the possible causes"
    told = words.told(catalog, invariant, stage)
    return {
        "name": stage,
        "title": words.stage_title(stage),
        "alerts": [_intro(a, invariant, first=i == 0) for i, a in enumerate(mine)],
        "told": told,
        "ways": words.ways(told),
        "steps": steps.steps(invariant.runbook.stages.get(stage, ()), fill),
        "instead": instead,
    }


def _intro(alert: Alert, invariant: Invariant, first: bool) -> dict[str, Any]:
    match = alert.scope.match
    where = Markup(" for ") + text(words.places(match)) if match else Markup("")
    lead = Markup("Fires" if first else "Also fires") + where + Markup(" when ")
    return {"intro": lead, "sentence": words.sentence(alert, invariant)}


def _thresholds(invariant: Invariant, plan: tuple[Alert, ...]) -> dict[str, Any]:
    rows = [
        {
            "stage": words.stage_title(stage),
            "sentence": words.sentence(alert, invariant),
            "where": _where(alert, invariant),
        }
        for stage, mine in words.stages_of(plan).items()
        for alert in mine
    ]
    overrides = [{"places": words.places(o.match), "reason": o.reason} for o in invariant.overrides]
    silent = invariant.signal.missing_not_applicable
    missing = f"Silence does not alert: {silent}" if silent else ""
    return {
        "thresholds": rows,
        "overrides": overrides,
        "missing": missing,
        "objective": objective.explained(invariant, invariant.slo) if invariant.slo else "",
        "place": condition_words.place(invariant.signal.identity),
        "unit": invariant.signal.unit.replace("_", " "),
        "worse": "higher" if invariant.signal.worse == "above" else "lower",
    }


def _where(alert: Alert, invariant: Invariant) -> str:
    """The places that a condition judges."""
    if alert.scope.match:
        return words.places(alert.scope.match)
    if not invariant.signal.identity:
        return "everywhere"
    left_out = [words.places(match) for match in alert.scope.excluded]
    every = f"every {condition_words.place(invariant.signal.identity)}"
    return f"{every} but {', '.join(left_out)}" if left_out else every


def _escalations(invariant: Invariant, fill: _Fill) -> Iterator[dict[str, Any]]:
    for stage in STAGES:
        for step in invariant.runbook.stages.get(stage, ()):
            if step.kind == "escalate":
                after = f" after {spoken(step.after, 'seconds')}" if step.after is not None else ""
                yield {
                    "stage": words.stage_title(stage),
                    "after": Markup(after),
                    "text": inline(fill(step.text)),
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


def _evidence(invariant: Invariant, plan: tuple[Alert, ...], evidence: Evidence) -> dict[str, Any]:
    annotations = plan[0].annotations if plan else {}
    links = [
        link(label, address)
        for key, label in _LINKS.items()
        if (address := words.static(annotations.get(key, "")))
    ]
    return {
        "alerts": [_expression(a) for a in plan],
        "links": links,
        "rules": {
            "file": names.rule_file(invariant),
            "tests": names.test_file(invariant),
            "digest": evidence.digests.get(names.rule_file(invariant), "not compiled yet"),
        },
        "proof": evidence.state(invariant),
        "cases": evidence.tests(invariant),
    }


def _expression(alert: Alert) -> dict[str, Any]:
    match = words.places(alert.scope.match)
    label = f"{words.stage_title(alert.condition.stage)}: {alert.condition.kind}"
    title = f"{label} for {match}" if match else label
    return {"label": text(title), "expr": fence(alert.expr, "promql", 4)}
