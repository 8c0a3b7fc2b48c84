"""The stages of an invariant: a panel each with what to do, and one table of all."""

from typing import Any

from markupsafe import Markup

from driftbook.alerts import Alert
from driftbook.conditions import objective
from driftbook.emit.pages import steps, words
from driftbook.emit.pages.markdown import text
from driftbook.model import STAGES, Catalog, Invariant, StageName
from driftbook.units import spoken


def panels(invariant: Invariant, plan: tuple[Alert, ...], fill: steps.Fill) -> list[dict[str, Any]]:
    """For each stage what is wrong and what to do; every stage has its anchor."""
    found = words.stages_of(plan)
    written = [s for s in STAGES if invariant.runbook.stages.get(s)]
    return [
        {
            "name": stage,
            "title": words.stage_title(stage),
            "wrong": _sentences(found[stage], brief=True),
            "steps": steps.steps(invariant.runbook.stages.get(stage, ()), fill, stage, found=False),
            "instead": f"the steps of {' and '.join(written)}" if written else "the causes below",
        }
        for stage in STAGES
    ]


def table(catalog: Catalog, invariant: Invariant, plan: tuple[Alert, ...]) -> dict[str, Any]:
    """When each stage fires and who is told, and why some places differ."""
    found = words.stages_of(plan)
    silent = invariant.signal.missing_not_applicable
    return {
        "rows": [_row(catalog, invariant, stage, found[stage]) for stage in STAGES if found[stage]],
        "overrides": [
            {"places": words.places(o.match), "reason": o.reason} for o in invariant.overrides
        ],
        "objective": objective.explained(invariant, invariant.slo) if invariant.slo else "",
        "missing": f"Silence does not alert: {silent}" if silent else "",
        "gone": [a.condition.stage for a in plan if a.condition.kind == "missing"],
    }


def _row(
    catalog: Catalog, invariant: Invariant, stage: StageName, alerts: list[Alert]
) -> dict[str, Any]:
    return {
        "stage": words.stage_title(stage),
        "name": stage,
        "when": _sentences(alerts),
        "told": words.told(catalog, invariant, stage),
    }


def _sentences(alerts: list[Alert], brief: bool = False) -> Markup:
    """When any of the alerts fires. brief: as a sentence of its own, without the small print."""
    made = [_sentence(alert, brief) for alert in alerts]
    if brief and made:
        made[0] = made[0][:1].upper() + made[0][1:]
    return Markup("; or ".join(map(text, made)))


def _sentence(alert: Alert, brief: bool) -> str:
    """`a region pair is over 25 s for 5 min (except target_region ap-south-1)`."""
    match = words.places(alert.scope.match)
    said = f"for {match}, {alert.says}" if match else alert.says
    left_out = " and ".join(words.places(excluded) for excluded in alert.scope.excluded)
    notes = [f"except {left_out}"] if left_out else []
    notes += [f"and {spoken(alert.keep, 'seconds')} longer"] if alert.keep else []
    return f"{said} ({', '.join(notes)})" if notes and not brief else said
