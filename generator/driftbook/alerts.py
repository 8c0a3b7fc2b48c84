"""The plan of an invariant: which series are recorded and which alerts can fire.

Rules, tests, routes, pages and the proof are all made from these values, so they cannot disagree.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import promql_parser

from driftbook import (
    conditions,
    context,
    gotemplate,
    labels,
    names,
    placeholders,
    plain,
    promql,
    templates,
)
from driftbook.conditions import objective
from driftbook.conditions.base import Recording, violated
from driftbook.conditions.scope import Scope, by, embedded, scopes
from driftbook.conditions.words import FORMATS
from driftbook.model import Catalog, Condition, Invariant, StageName
from driftbook.units import number, spoken

FIRST_STEP = 240
"""Characters of a step that an annotation shows."""
_DO = {"check": "check:", "act": "do:", "escalate": "escalate to:"}
KEEP_LABELS = frozenset(("topk", "bottomk", "limitk", "limit_ratio", "count_values"))
"""Aggregations whose result has labels besides those of `by`."""
LINKS = {"dashboard": "dashboard_url", "traces": "traces_url", "logs": "logs_url"}
"""Links of the catalog -> the annotations that hold them."""


@dataclass(frozen=True, slots=True)
class Alert:
    """An alerting rule.

    says: when it fires, in words. labels: constant ones. identity: names of those that vary. hold,
    keep: `for` and `keep_firing_for` in seconds. annotations: Go templates. quiet: what those of
    them that look at other series say while there are none. condition, scope: where it comes from.
    """

    name: str
    invariant: str
    says: str
    expr: str
    hold: float
    keep: float
    labels: Mapping[str, str]
    identity: tuple[str, ...]
    annotations: Mapping[str, str]
    quiet: Mapping[str, str]
    condition: Condition
    scope: Scope


def recordings(catalog: Catalog, invariant: Invariant) -> tuple[Recording, ...]:
    """The signal, what conditions look back on, and each bound as a series."""
    name = {"invariant": invariant.name}
    pairs = scopes(invariant, catalog.prometheus)
    needed = sorted({b for c, _ in pairs for b in conditions.of(c).violations(c)})
    violations = tuple(violated(invariant, bound) for bound in needed)
    bounds = tuple(
        Recording(
            names.BOUND,
            f"vector({number(condition.params.bound)})",
            {**name, "stage": condition.stage, "condition": condition.kind, **scope.match},
        )
        for condition, scope in pairs
        if getattr(condition.params, "bound", None) is not None
    )
    further = tuple(r for c, s in pairs for r in conditions.of(c).recordings(c, s))
    further += objective.recordings(invariant)
    made = (Recording(names.SIGNAL, _signal(invariant), name), *violations, *further, *bounds)
    return tuple({(r.record, *sorted(r.labels.items())): r for r in made}.values())


def _signal(invariant: Invariant) -> str:
    """The expression with exactly the identity on its result."""
    signal = invariant.signal
    ast = promql.parse(signal.expr)
    if isinstance(ast, promql_parser.AggregateExpr) and ast.modifier is not None:
        grouped = str(ast.modifier.type) == str(promql_parser.AggModifierType.By)
        exact = grouped and set(ast.modifier.labels) == set(signal.identity)
        if exact and str(ast.op) not in KEEP_LABELS:
            return signal.expr.strip()
    worst = "max" if signal.worse == "above" else "min"
    return f"{worst} {by(signal.identity)}({embedded(signal.expr)})"


def alerts(catalog: Catalog, invariant: Invariant) -> tuple[Alert, ...]:
    """Every alert that the invariant can raise: general ones by stage, then those of overrides."""
    around = context.annotations(catalog, invariant)
    looking = {name: found.template for name, found in around.items()}
    quiet = {name: found.quiet for name, found in around.items()}
    links = _links(catalog, invariant)
    felt = gotemplate.literal(impact(invariant))
    told = {
        stage: {
            "impact": felt,
            "runbook_url": names.runbook_url(catalog.site_url, invariant.name, stage),
            **_first_step(invariant, stage),
            **links,
            **looking,
        }
        for stage in invariant.stages
    }
    return tuple(
        _alert(catalog, condition, scope, told[condition.stage], quiet)
        for condition, scope in scopes(invariant, catalog.prometheus)
    )


def _alert(
    catalog: Catalog,
    condition: Condition,
    scope: Scope,
    told: Mapping[str, str],
    quiet: Mapping[str, str],
) -> Alert:
    """told: the annotations that all alerts of the invariant's stage share."""
    module, invariant = conditions.of(condition), scope.invariant
    says = module.sentence(condition, invariant)
    annotations = {
        "summary": gotemplate.literal(
            f"{condition.stage.capitalize()}: {says}. Invariant: {invariant.title}."
        ),
        "description": module.description(condition, scope) or _description(invariant),
        **told,
    }
    return Alert(
        names.alert(invariant.name),
        invariant.name,
        says,
        module.expr(condition, scope),
        condition.hold,
        condition.keep,
        labels.constant(catalog, condition, scope),
        module.labels(condition, scope),
        annotations,
        quiet,
        condition,
        scope,
    )


def _first_step(invariant: Invariant, stage: StageName) -> dict[str, str]:
    """What to do before anything else, on one line; the runbook has it in full."""
    for step in invariant.runbook.stages.get(stage, ()):
        written = placeholders.named(templates.procedure(step.text, invariant))
        words = plain.line(written, FIRST_STEP)
        after = f"After {spoken(step.after, 'seconds')}, " if step.after else ""
        text = f"{after}{_DO[step.kind]} {words}"
        return {"first_step": gotemplate.literal(text[0].upper() + text[1:])}
    return {}


def impact(invariant: Invariant) -> str:
    """What users feel: the dataset's words, then the invariant's."""
    parts = (invariant.dataset.impact.strip(), invariant.impact.strip())
    return " ".join(part for part in parts if part)


def _description(invariant: Invariant) -> str:
    if invariant.description:
        return invariant.description.strip()
    where = ", ".join(f"{la} {{{{ $labels.{la} }}}}" for la in invariant.signal.identity)
    function = FORMATS[invariant.signal.unit]
    return f"{where}{': ' if where else ''}the signal is at {{{{ $value | {function} }}}}."


def _links(catalog: Catalog, invariant: Invariant) -> dict[str, str]:
    return {
        LINKS[kind]: templates.render(text, invariant=invariant)
        for kind, text in catalog.links.items()
    }
