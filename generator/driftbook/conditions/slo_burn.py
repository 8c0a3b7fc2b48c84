"""`slo_burn`: the error budget of the invariant's objective burns too fast, over two windows.

The long window says that it matters, the short one that it still goes on, so that an alert ends
soon after the trouble. Factors and windows are those of the Site Reliability Workbook, chapter 5
("Multiwindow, Multi-Burn-Rate Alerts"). Three guards: at 99.9 % one bad minute among sixty samples
is more than 14.4 budgets, so at least `min_bad` samples have to be bad; the long window has to be
known for the better part, so that a place which was just born is not judged by its first minutes;
a burn rate that is reached only when more than everything is bad is refused.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from driftbook import names
from driftbook.conditions import objective, slo_cases, words
from driftbook.conditions.base import (
    BadParameter,
    Curve,
    Fault,
    Recording,
    duration_schema,
    read_seconds,
    read_share,
)
from driftbook.conditions.cases import TestCase
from driftbook.conditions.defaults import SUPPORTING as SUPPORTING
from driftbook.conditions.defaults import labels as labels
from driftbook.conditions.defaults import place_cases as place_cases
from driftbook.conditions.defaults import reach as reach
from driftbook.conditions.defaults import violations as violations
from driftbook.conditions.scope import Scope
from driftbook.conditions.slo_cases import DAY, HOUR, SLOW, Pair
from driftbook.model import Condition, Invariant, Slo, StageName
from driftbook.units import duration, number

PAIRS: dict[StageName, tuple[Pair, ...]] = {
    "early": (),
    "mid": (Pair(3, DAY, 2 * HOUR), Pair(1, 3 * DAY, 6 * HOUR)),
    "late": (Pair(14.4, HOUR, 300), Pair(6, 6 * HOUR, 1800)),
}
"""By stage: late takes 2 % of a budget of 30 days in an hour, or 5 % in 6 hours; mid 10 %."""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "The error budget of the invariant's `slo` burns too fast, over a long and a "
    "short window.",
    "additionalProperties": False,
    "properties": {
        "factor": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 100000,
            "description": "How many times faster than the period allows. With `long`, instead of "
            "the stage's own pairs: late 14.4 (1h and 5m) and 6 (6h and 30m), mid 3 (1d and 2h) "
            "and 1 (3d and 6h).",
            "examples": [14.4],
        },
        "long": duration_schema("The long window: it matters.", "1h"),
        "short": duration_schema(
            "The short window: it goes on; default a twelfth of the long one.", "5m"
        ),
        "min_bad": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000000,
            "description": "How many evaluations of the long window must be bad at least; "
            "default 3.",
            "examples": [3],
        },
        "coverage": {
            "type": ["number", "string"],
            "description": "Share of the long window that must be known; default 50%.",
            "examples": ["50%"],
        },
    },
    "examples": [{}, {"factor": 14.4, "long": "1h", "short": "5m"}],
}
STAGES: tuple[StageName, ...] = ("mid", "late")
HOLD = 0.0
PER_PLACE = False
EXPLAINS = False


@dataclass(frozen=True, slots=True)
class Params:
    """own: the pair that was stated, None for those of the stage; twelfth: without its `short`."""

    own: Pair | None = None
    min_bad: int = 3
    coverage: float = 0.5
    twelfth: bool = False

    @property
    def rests(self) -> float:
        """Seconds for which a new place cannot fire over days, as too little is known of it."""
        if self.own is None:
            return self.coverage * DAY
        return self.coverage * self.own.long if self.own.long > SLOW else math.inf


def parse(kind: str, value: Any, unit: str) -> Params:
    """See ConditionModule."""
    own = None
    if {"factor", "long", "short"} & set(value):
        for key in ("factor", "long"):
            if key not in value:
                raise BadParameter((), f"a pair of windows without `{key}`", "factor and long")
        long = read_seconds(value, "long", 0.0)
        own = Pair(float(value["factor"]), long, read_seconds(value, "short", long / 12))
    coverage = read_share(value.get("coverage", 0.5), "coverage")
    return Params(own, value.get("min_bad", 3), coverage, own is not None and "short" not in value)


def pairs(condition: Condition) -> tuple[Pair, ...]:
    """The stated pair, or those of the stage."""
    p: Params = condition.params
    return (p.own,) if p.own else PAIRS[condition.stage]


def faults(condition: Condition, scope: Scope) -> Iterator[Fault]:
    """No objective, burn rates out of reach, windows that hold too little or end too late."""
    slo = scope.invariant.slo
    if slo is None:
        yield (), "the invariant states no objective", "`slo: {objective: …, within: …}` beside it"
        return
    if not 0 < slo.budget < 1:
        return  # a check of its own says so
    for pair in pairs(condition):
        fault = _unreachable(condition.params, pair, slo, scope)
        if fault:
            stated = condition.params.own is not None or fault[0] == "min_bad"
            yield ((fault[0],) if stated else (), *fault[1:])


def _unreachable(p: Params, pair: Pair, slo: Slo, scope: Scope) -> tuple[str, str, str] | None:
    """Parameter, fault and what would fit."""
    least = 2 * max(scope.tick, scope.prometheus.scrape_interval)
    share = f"{pair.factor * slo.budget * 100:.4g} %"
    if pair.factor * slo.budget >= 1:
        most = f"a factor below {1 / slo.budget:.4g}, or a stricter objective"
        message = f"burning {pair.factor:g} times too fast needs {share} of the time to be bad"
        return "factor", message, most
    if pair.long <= pair.short:
        message = f"the long window of {words.time(pair.long)} is not longer than the short one"
        return "long", message, f"more than {words.time(pair.short)}"
    if pair.short < least and p.twelfth:
        message = f"a twelfth of it, {words.time(pair.short)}, may hold fewer than two samples"
        return "long", message, f"at least {words.time(12 * least)}, or a `short` beside it"
    if pair.short < least:
        message = f"a short window of {words.time(pair.short)} may hold fewer than two samples"
        return "short", message, f"at least {words.time(least)}"
    if pair.long > slo.period:
        message = f"a window of {words.time(pair.long)} is longer than the period of the objective"
        return "long", message, f"at most {words.time(slo.period)}"
    if p.min_bad > pair.long / scope.tick:
        count = int(pair.long // scope.tick)
        message = f"{words.time(pair.long)} holds {count} evaluations, never {p.min_bad} bad ones"
        return "min_bad", message, f"at most {count}"
    return None


def recordings(condition: Condition, scope: Scope) -> Sequence[Recording]:
    """The error ratio over each window."""
    windows = sorted({w for pair in pairs(condition) for w in (pair.short, pair.long)})
    return objective.ratios(scope.invariant, tuple(windows))


def expr(condition: Condition, scope: Scope) -> str:
    """The burn rate over the long window, where both windows agree and enough is known."""
    slo = scope.invariant.slo
    if slo is None:
        raise ValueError("slo_burn without an objective has no expression")
    either = "\n  or\n".join(_burns(condition.params, p, slo, scope) for p in pairs(condition))
    return scope.limited(f"max without (window) (\n{either}\n)")


def _burns(p: Params, pair: Pair, slo: Slo, scope: Scope) -> str:
    """One pair; its value is the burn rate."""
    limit = round(pair.factor * slo.budget, 12)
    long, short = (_ratio(scope, window) for window in (pair.long, pair.short))
    step = slo_cases.step(pair.long)
    is_number = f"({scope.signal()} >= -Inf)"  # an infinite one is known, NaN is not
    known = f"count_over_time({is_number}[{duration(pair.long)}:{duration(step)}])"
    lines = [
        f"{long} / {number(slo.budget)} > {number(pair.factor)}",
        f"and ignoring (window) {short} > {number(limit)}",
        f"and ignoring (window, bound) sum_over_time({scope.violation(slo.within, pair.long)})"
        f" >= {p.min_bad}",
        f"and ignoring (window) {known} >= {number(round(p.coverage * pair.long / step, 6))}",
    ]
    return "\n".join(f"  {line}" for line in lines)


def curves(condition: Condition, scope: Scope) -> tuple[Curve, ...]:
    """The burn rates over both windows of each pair."""
    slo = scope.invariant.slo
    if slo is None:
        return ()
    made = []
    for pair in pairs(condition):
        both = {words.time(w): _ratio(scope, w) for w in (pair.long, pair.short)}
        lines = {
            f"over {w}": f"sum without (window) ({ratio}) / {number(slo.budget)}"
            for w, ratio in both.items()
        }
        title = f"How many times too fast the budget burns, {' and '.join(both)}"
        made.append(Curve(title, "count", lines, pair.factor))
    return tuple(made)


def _ratio(scope: Scope, window: float) -> str:
    return scope.recorded(names.SLO_ERROR_RATIO, {"window": duration(window)})


def waits(condition: Condition) -> float | None:
    """The worse the fault, the sooner."""
    return None


def sentence(condition: Condition, invariant: Invariant) -> str:
    """`the error budget of 99.9 % within 10 s over 30 d burns 14.4 times too fast (1 h and …)`."""
    slo = invariant.slo
    what = f" of {objective.promise(invariant, slo)}" if slo else ""
    fast = " or ".join(
        f"{'' if pair.factor == 1 else f'{pair.factor:g} times '}too fast "
        f"({words.time(pair.long)} and {words.time(pair.short)})"
        for pair in pairs(condition)
    )
    where = f" at {words.a_place(invariant)}" if invariant.signal.identity else ""
    return f"the error budget{what} burns {fast}{where}{words.lasting(condition.hold)}"


def description(condition: Condition, scope: Scope) -> str:
    """The place and the promise; the burn rate itself is a series."""
    slo, invariant = scope.invariant.slo, scope.invariant
    where = ", ".join(f"{la} {{{{ $labels.{la} }}}}" for la in scope.identity)
    what = f" of {objective.promise(invariant, slo)}" if slo else ""
    return f"{where}{': ' if where else ''}the error budget{what} burns too fast."


def held(condition: Condition, scope: Scope, value: float) -> bool:
    """Whether the value violates the objective's bound, and a test may wait for it to burn."""
    slo = scope.invariant.slo
    if slo is None or _soonest(condition) > SLOW:
        return False
    return value > slo.within if scope.beyond == ">" else value < slo.within


def settles(condition: Condition) -> float:
    """One long window is bad throughout; days are not waited for: until half is known it rests."""
    soonest = _soonest(condition)
    return soonest + condition.hold if soonest <= SLOW else 0.0


def _soonest(condition: Condition) -> float:
    return min(pair.long for pair in pairs(condition))


def test_cases(condition: Condition, scope: Scope) -> list[TestCase]:
    """Burning, recovered, too few bad samples, a new series, lost samples, everything down."""
    slo = scope.invariant.slo
    if slo is None:
        return []
    p: Params = condition.params
    return slo_cases.cases(condition, scope, slo, pairs(condition), p.min_bad, p.coverage)
