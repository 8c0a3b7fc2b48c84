"""`growing`: a fitted trend reaches the bound within a horizon, and is a trend rather than noise.

A window of twice the horizon is the guard that matters: with both 30 minutes, noise raised 1.4
false episodes a day, with a window of an hour 0.07. So a series that fills less than 80 % of its
window is too young. The fit is the coefficient of determination,
r2 = slope^2 * variance of times / variance of values, and n samples at an interval of s seconds
have (n^2 - 1) * s^2 / 12 for the variance of their times. A gap only makes that too small.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from driftbook.conditions import words
from driftbook.conditions.base import (
    BOUND_SCHEMA,
    Curve,
    Fault,
    duration_schema,
    read_bound,
    read_seconds,
)
from driftbook.conditions.cases import (
    Check,
    Firing,
    PlaceCase,
    TestCase,
    limits,
    notation,
    place,
)
from driftbook.conditions.defaults import SUPPORTING as SUPPORTING
from driftbook.conditions.defaults import description as description
from driftbook.conditions.defaults import held as held
from driftbook.conditions.defaults import labels as labels
from driftbook.conditions.defaults import recordings as recordings
from driftbook.conditions.defaults import violations as violations
from driftbook.conditions.scope import Scope, series
from driftbook.model import Condition, Invariant, StageName
from driftbook.names import SIGNAL
from driftbook.units import number

SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A fitted trend reaches the bound within a horizon.",
    "additionalProperties": False,
    "required": ["toward", "within"],
    "properties": {
        "toward": BOUND_SCHEMA,
        "within": duration_schema("The horizon: how far ahead the trend is drawn.", "30m"),
        "window": duration_schema("What the trend is fitted to; default twice the horizon.", "1h"),
        "floor": {
            **BOUND_SCHEMA,
            "description": "The signal's 5-minute mean must be beyond this; default a tenth of "
            "`toward` where the signal rises, nothing where it falls.",
        },
        "fit": {
            "type": "number",
            "minimum": 0,
            "maximum": 0.99,
            "description": "Least coefficient of determination of the trend; default 0.3.",
            "examples": [0.3],
        },
    },
    "examples": [{"toward": "10s", "within": "30m"}],
}
COVERAGE = 0.8
"""Share of the window's evaluations that must exist."""
STAGES: tuple[StageName, ...] = ("early", "mid")
HOLD = 300.0
PER_PLACE = True
EXPLAINS = False


@dataclass(frozen=True, slots=True)
class Params:
    """bound, floor: base unit; within, window: seconds; fit: r2."""

    bound: float
    within: float
    window: float
    floor: float | None
    fit: float = 0.3


def parse(kind: str, value: Any, unit: str) -> Params:
    """See ConditionModule."""
    within = read_seconds(value, "within", 1800.0)
    return Params(
        read_bound(value["toward"], unit, "toward"),
        within,
        read_seconds(value, "window", 2 * within),
        read_bound(value["floor"], unit, "floor") if "floor" in value else None,
        float(value.get("fit", 0.3)),
    )


def reach(condition: Condition) -> tuple[float, float]:
    """The bound, ahead of time by the horizon."""
    return condition.params.bound, condition.hold - condition.params.within


def faults(condition: Condition, scope: Scope) -> Iterator[Fault]:
    """Horizons that the window does not carry, and warnings that come after the fact."""
    p: Params = condition.params
    if p.within > p.window:
        message = f"a horizon of {words.time(p.within)} is longer than what the trend is fitted to"
        yield ("within",), message, "a window of twice the horizon"
    if p.window < 20 * scope.tick:
        message = f"a window of {words.time(p.window)} holds fewer than 20 evaluations"
        yield (
            ("window",) if p.window != 2 * p.within else ("within",),
            message,
            (f"a window of at least {words.time(20 * scope.tick)}"),
        )
    if condition.hold * 2 > p.within:
        message = f"`for` takes {words.time(condition.hold)} of a horizon of {words.time(p.within)}"
        yield ("within",), message, "a `for` of at most half the horizon"
    if scope.beyond == ">" and p.bound == 0:
        yield (
            ("toward",),
            "a signal that is never below 0 is always at this bound",
            "a bound above 0",
        )
    if p.floor is not None and not _is_beyond(p.bound, p.floor, scope):
        yield (
            ("floor",),
            "the floor is not on the good side of the bound",
            "a floor that is reached before the bound",
        )


def _floor(p: Params, scope: Scope) -> float | None:
    return p.floor if p.floor is not None or scope.beyond == "<" else p.bound / 10


def _fewest(p: Params, scope: Scope) -> int:
    return math.ceil(COVERAGE * math.floor(p.window / scope.tick))


def _fit(p: Params, scope: Scope, rising: str = "", known: str = "") -> str:
    """Of all places, or of those where slope and number of samples pass these comparisons."""
    long = scope.signal(p.window)
    slope, count = f"deriv({long})", f"count_over_time({long})"
    return (
        f"{f'({slope} {rising})' if rising else slope} ^ 2"
        f" * ({f'({count} {known})' if known else count} ^ 2 - 1) * {number(scope.tick**2 / 12)}"
        f" / stdvar_over_time({long})"
    )


def expr(condition: Condition, scope: Scope) -> str:
    """Prediction beyond the bound, rising over both windows, well fitted, off the floor.

    The long window is what costs, so the fit is made of what is compared, not asked for again.
    """
    p: Params = condition.params
    long, short = scope.signal(p.window), scope.signal(p.within / 3)
    rising = f"{scope.beyond} 0"
    floor = _floor(p, scope)
    lines = [
        scope.signal(),
        f"and predict_linear({long}, {number(p.within)}) {scope.beyond} {number(p.bound)}",
        f"and deriv({short}) {rising}",
        f"and {_fit(p, scope, rising, f'>= {_fewest(p, scope)}')} >= {number(p.fit)}",
    ]
    if floor is not None:
        smooth = scope.signal(max(300.0, 2 * scope.tick))
        lines.append(f"and avg_over_time({smooth}) {scope.beyond} {number(floor)}")
    return scope.limited("\n".join(lines))


def curves(condition: Condition, scope: Scope) -> tuple[Curve, ...]:
    """Where the trend leads, and how well it fits."""
    p: Params = condition.params
    title = f"Where the trend of {words.time(p.window)} will be in {words.time(p.within)}"
    ahead = f"clamp_min(predict_linear({scope.signal(p.window)}, {number(p.within)}), 0)"
    known = f"count_over_time({scope.signal(p.window)}) >= {_fewest(p, scope)}"
    fit = Curve("Fit of the trend, 1 is a straight line", "count", {"": _fit(p, scope)}, p.fit)
    unit = scope.invariant.signal.unit
    return Curve(title, unit, {"": f"{ahead} and {known}"}, p.bound), fit


def waits(condition: Condition) -> float | None:
    """A trend fires before the bound is crossed: there is nothing to wait for."""
    return None


def sentence(condition: Condition, invariant: Invariant) -> str:
    """`the trend of a region pair reaches 10 s within 30 min`."""
    p: Params = condition.params
    bound = words.beyond(invariant, p.bound).split(" ", 1)[1]
    return (
        f"the trend of {words.a_place(invariant)} reaches {bound} within {words.time(p.within)}"
        f"{words.lasting(condition.hold)}"
    )


def settles(condition: Condition) -> float:
    """A step has left the short window, so that nothing rises; `keep_firing_for` has passed."""
    p: Params = condition.params
    return p.within / 3 + condition.keep


def _ramp(condition: Condition, scope: Scope) -> tuple[float, float, int]:
    """Where it starts, slope per tick, ticks: at the end a quarter of the horizon is left over."""
    p: Params = condition.params
    floor = _floor(p, scope)
    start = p.bound + (p.bound or 1.0) if floor is None else floor
    ticks = scope.ticks(p.window) + scope.ticks(condition.hold) + 6
    ahead = 0.25 * p.within / scope.tick  # so that it fires even when `for` is half the horizon
    return start, float(f"{(p.bound - start) / (ticks + ahead):.9g}"), ticks


def _final(condition: Condition, scope: Scope) -> float:
    start, slope, ticks = _ramp(condition, scope)
    return float(f"{start + slope * ticks:.9g}")


def place_cases(condition: Condition, scope: Scope) -> list[PlaceCase]:
    """A ramp, a step to just inside the bound that stays there, a recovery, a series too young."""
    start, slope, ticks = _ramp(condition, scope)
    inside = _final(condition, scope)
    p: Params = condition.params
    rise = f"{number(start)}{slope:+.9g}x{ticks}"
    fall = f"{number(inside)}{-slope:+.9g}x{ticks}"
    rising = [PlaceCase("rising", ((rise, 1), (inside, 2)), ((ticks, True),))]
    window, flat = scope.ticks(p.window), scope.ticks(settles(condition)) + 3
    young = _fewest(p, scope) - 2
    steep = f"{number(start)}{(inside - start) / young:+.9g}x{young}"
    step = ((start, window), (inside, flat + 1))
    return [
        *([] if test_cases(condition, scope) else rising),
        PlaceCase("step", step, ((window + 1, False), (window + flat, False))),
        PlaceCase("recovering", ((fall, 1),), ((ticks, False),)),
        PlaceCase("too-young", ((steep, 1),), ((young, False),)),
    ]


def test_cases(condition: Condition, scope: Scope) -> list[TestCase]:
    """The ramp alone, with the whole alert, where no other condition is in reach of it."""
    inside = _final(condition, scope)
    others = [c for c in (*scope.invariant.conditions, *_overridden(scope)) if c is not condition]
    if any(_in_reach(c, scope, inside) for c in others):
        return []
    start, slope, ticks = _ramp(condition, scope)
    where = place(scope, "rising")
    values = notation(((f"{number(start)}{slope:+.9g}x{ticks}", 1), (inside, 2)))
    source = series(SIGNAL, {"invariant": scope.invariant.name, **where})
    check = Check(ticks + 1, (Firing(condition, scope, where, inside),))
    return [TestCase("a rising trend, in full", {source: values}, (check,))]


def _overridden(scope: Scope) -> tuple[Condition, ...]:
    return tuple(c for o in scope.invariant.overrides for c in o.conditions)


def _in_reach(other: Condition, scope: Scope, value: float) -> bool:
    """Whether another condition may fire while the ramp climbs to a value."""
    if isinstance(other.params, Params):
        return True
    return any(
        value == limit or _is_beyond(value, limit, scope)
        for limit in limits(other, scope.invariant)
    )


def _is_beyond(value: float, bound: float, scope: Scope) -> bool:
    return value > bound if scope.beyond == ">" else value < bound
