"""Point 5 of the proof: every stage is seen to fire, and seen not to, by a test on disk."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import promql_parser

from driftbook import names
from driftbook.alerts import Alert, alerts
from driftbook.model import Catalog, StageName
from driftbook.promql import parse
from driftbook.prove.compiled import Compiled
from driftbook.prove.finding import Finding

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a test says about alerts: those that fire, or that none of the asked ones does.

    asked: labels that the alerts looked at have. fires: labels of each that fires, () for none.
    """

    asked: Labels
    fires: tuple[Labels, ...]


@dataclass(slots=True)
class Count:
    """How many assertions say that a stage fires, and that it does not."""

    fires: int = 0
    silent: int = 0


def coverage(
    catalog: Catalog, compiled: Compiled
) -> tuple[dict[str, dict[StageName, Count]], list[Finding]]:
    """Counts by invariant and stage, and findings for each alert without its two tests."""
    found: list[Finding] = []
    counted = {}
    for invariant in catalog.compiled():
        file = names.test_file(invariant)
        files = names.test_files(invariant)
        said = [a for f in files for a in assertions(compiled.tests.get(f) or {})]
        counts = {stage: Count() for stage in invariant.stages}
        for alert in alerts(catalog, invariant):
            count = _count(alert, said)
            counts[alert.condition.stage].fires += count.fires
            counts[alert.condition.stage].silent += count.silent
            found += [
                Finding("coverage", f"no test {what} {_title(alert)}", file, invariant.name)
                for what, n in (("fires", count.fires), ("keeps quiet", count.silent))
                if not n
            ]
        counted[invariant.name] = counts
    return counted, found


def assertions(test_file: Mapping[str, Any]) -> Iterator[Assertion]:
    """Everything that a test file says about firing alerts."""
    for case in test_file.get("tests") or []:
        for test in case.get("alert_rule_test") or []:
            expected = test.get("exp_alerts") or []
            asked = {"alertname": test["alertname"]}
            yield Assertion(
                asked, tuple({**asked, **(a.get("exp_labels") or {})} for a in expected)
            )
        for test in case.get("promql_expr_test") or []:
            look = _asked(str(test["expr"]))
            if look is not None:
                samples = test.get("exp_samples") or []
                yield Assertion(look, tuple({**look, **_labels(s["labels"])} for s in samples))


def _asked(expr: str) -> Labels | None:
    """Equality matchers of a look at firing alerts; None for any other expression."""
    try:
        ast = parse(expr)
    except ValueError:
        return None
    while isinstance(ast, promql_parser.AggregateExpr | promql_parser.ParenExpr):
        ast = ast.expr
    if not isinstance(ast, promql_parser.VectorSelector) or ast.name != "ALERTS":
        return None
    equal = promql_parser.MatchOp.Equal
    labels = {m.name: m.value for m in ast.matchers.matchers if m.op == equal}
    return labels if labels.pop("alertstate", "") == "firing" else None


def _labels(series: str) -> Labels:
    try:
        ast = parse(series if series != "{}" else "ALERTS")
    except ValueError:
        return {}
    if not isinstance(ast, promql_parser.VectorSelector):
        return {}
    return {m.name: m.value for m in ast.matchers.matchers}


def _count(alert: Alert, said: list[Assertion]) -> Count:
    count = Count()
    own = {
        "alertname": alert.name,
        "stage": alert.condition.stage,
        "condition": alert.condition.kind,
    }
    for assertion in said:
        if any(_is(alert, own, fired) for fired in assertion.fires):
            count.fires += 1
        elif _may_be({**own, **alert.scope.match}, assertion.asked):
            count.silent += 1
    return count


def _is(alert: Alert, own: Labels, fired: Labels) -> bool:
    """Whether a firing alert is of this rule and not of an override's, or the other way."""
    special = any(match.items() <= fired.items() for match in alert.scope.excluded)
    return {**own, **alert.scope.match}.items() <= fired.items() and not special


def _may_be(own: Labels, asked: Labels) -> bool:
    """Whether a look that found nothing would have found the alert."""
    return all(own.get(name, value) == value for name, value in asked.items())


def _title(alert: Alert) -> str:
    where = ", ".join(f"{k}={v}" for k, v in alert.scope.match.items())
    return f"{alert.condition.stage} {alert.condition.kind}{f' where {where}' if where else ''}"
