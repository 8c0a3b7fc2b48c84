"""`unusual`: further from its own season than it usually is, between a floor and a cap.

The season is the median of the same hour one, two and three weeks ago, so that one incident in the
past does not hide the same one now. The scale is the 95th percentile of how far the signal was from
its season in the last week: a standard deviation grows with every incident, and a median of
deviations collapses to 0 on a quiet signal. A trailing maximum of an hour leaves a steep weekly job
as late as the job does. On labelled public series this about halved the false alarms of a median
deviation at equal recall, or traded recall for them: good enough to warn, never to wake anybody.

Nothing here counts evaluations, so that tests over weeks can be evaluated at a coarse interval.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from driftbook import names
from driftbook.conditions import seasons, unusual_cases, words
from driftbook.conditions.base import (
    BOUND_SCHEMA,
    Curve,
    Fault,
    Recording,
    duration_schema,
    finite,
    read_bound,
)
from driftbook.conditions.cases import PlaceCase, TestCase
from driftbook.conditions.defaults import SUPPORTING as SUPPORTING
from driftbook.conditions.defaults import description as description
from driftbook.conditions.defaults import labels as labels
from driftbook.conditions.defaults import reach as reach
from driftbook.conditions.defaults import violations as violations
from driftbook.conditions.defaults import waits as waits
from driftbook.conditions.scope import Scope, by
from driftbook.model import Condition, Invariant, StageName
from driftbook.units import duration, number, seconds, spoken

LEVEL, HOUR = 1800.0, 3600.0
"""Seconds over which the signal, and its season, are averaged."""
HISTORY, YOUNG = "[7d:1h]", "[2h] offset 1d"
"""The residuals looked at; where there were none a day ago, the fallback holds."""
LONGEST = 4 * HOUR
"""The longest `for`: what lasts a twentieth of the week, 8.4 hours, is the spread itself."""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "Further from its own season than it usually is.",
    "additionalProperties": False,
    "required": ["floor", "cap"],
    "properties": {
        "floor": {
            **BOUND_SCHEMA,
            "description": "The threshold is never below this. Where above is worse: what nobody "
            "needs to hear about, however unusual.",
            "examples": ["5s"],
        },
        "cap": {
            **BOUND_SCHEMA,
            "description": "The threshold is never above this. Where above is worse: what is too "
            "much even if it is usual.",
            "examples": ["60s"],
        },
        "fallback": {
            **BOUND_SCHEMA,
            "description": "The threshold until there is history; default the severe one of "
            "floor and cap.",
            "examples": ["30s"],
        },
        "k": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 20,
            "description": "How many times its usual distance the signal may be from its season; "
            "default 2.",
            "examples": [2],
        },
        "seasons": {
            "type": "array",
            "items": duration_schema("A season: whole days.", "1w"),
            "uniqueItems": True,
            "minItems": 1,
            "description": "How long ago the signal is looked at; default 1w, 2w and 3w.",
            "examples": [["1w", "2w", "3w"]],
        },
    },
    "examples": [{"floor": "5s", "cap": "60s", "fallback": "30s"}],
}
STAGES: tuple[StageName, ...] = ("early",)
HOLD = 1200.0
PER_PLACE = True
EXPLAINS = False


@dataclass(frozen=True, slots=True)
class Params:
    """floor, cap, fallback: base unit; fallback None: the severe one. seasons: seconds."""

    floor: float
    cap: float
    fallback: float | None
    k: float = 2.0
    seasons: tuple[float, ...] = (7 * seasons.DAY, 14 * seasons.DAY, 21 * seasons.DAY)


def parse(kind: str, value: Any, unit: str) -> Params:
    """See ConditionModule."""
    return Params(
        read_bound(value["floor"], unit, "floor"),
        read_bound(value["cap"], unit, "cap"),
        read_bound(value["fallback"], unit, "fallback") if "fallback" in value else None,
        float(value.get("k", 2)),
        tuple(seconds(season) for season in value.get("seasons", ("1w", "2w", "3w"))),
    )


def faults(condition: Condition, scope: Scope) -> Iterator[Fault]:
    """Bounds in the wrong order, seasons that are none, and warnings that come after the fact."""
    p: Params = condition.params
    unit = scope.invariant.signal.unit
    if p.floor >= p.cap:
        message = f"the floor of {spoken(p.floor, unit)} is not below the cap"
        yield ("floor",), message, f"less than {spoken(p.cap, unit)}"
    elif p.fallback is not None and not p.floor <= p.fallback <= p.cap:
        message = f"the fallback of {spoken(p.fallback, unit)} is not between floor and cap"
        wanted = f"from {spoken(p.floor, unit)} to {spoken(p.cap, unit)}"
        yield ("fallback",), message, wanted
    yield from seasons.faults(p.seasons)
    if condition.hold > LONGEST:
        message = f"what is unusual for {spoken(condition.hold, 'seconds')} is nearly usual by then"
        yield (), message, f"a `for` of at most {spoken(LONGEST, 'seconds')}"
    yield from _too_late(condition, scope)


def _too_late(condition: Condition, scope: Scope) -> Iterator[Fault]:
    """Where even the mildest threshold is no better than a bound of a later stage."""
    p: Params = condition.params
    up, unit = scope.beyond == ">", scope.invariant.signal.unit
    mildest, key = (p.floor, "floor") if up else (p.cap, "cap")
    overridden = [
        c for o in scope.invariant.overrides if o.match == scope.match for c in o.conditions
    ]
    for other in overridden if scope.match else scope.invariant.conditions:
        bound = getattr(other.params, "bound", None)
        if bound is None or other.stage == condition.stage:
            continue
        if mildest >= bound if up else mildest <= bound:
            message = f"it never warns before {other.stage}, which begins at {spoken(bound, unit)}"
            yield (key,), message, f"{'less' if up else 'more'} than {spoken(bound, unit)}"
            return


def fallback(p: Params, scope: Scope) -> float:
    """The threshold without history: what was stated, or the severe one of floor and cap."""
    if p.fallback is not None:
        return p.fallback
    return p.cap if scope.beyond == ">" else p.floor


def recordings(condition: Condition, scope: Scope) -> Sequence[Recording]:
    """The season, the distance from it, how large that usually is, and the threshold."""
    p: Params = condition.params
    season, residual = scope.recorded(names.SEASONAL, {}), scope.recorded(names.RESIDUAL, {})
    made = {
        names.SEASONAL: _season(p, scope),
        names.RESIDUAL: f"abs({_level(scope)} - {season})",
        names.SPREAD: f"quantile_over_time(0.95, {residual}{HISTORY})\n"
        f"and present_over_time({residual}{YOUNG})",
        names.THRESHOLD: _threshold(p, scope),
    }
    own = {"invariant": scope.invariant.name, **scope.match}
    return (
        finite(scope.invariant),
        # Each rule leaves the places of overrides to theirs: two rules may not write one series.
        *(Recording(name, scope.limited(text), own) for name, text in made.items()),
    )


def _level(scope: Scope) -> str:
    return f"avg_over_time({scope.recorded(names.FINITE, {}, LEVEL)})"


def _season(p: Params, scope: Scope) -> str:
    """The median over seasons of the hour around this moment."""
    hour = scope.recorded(names.FINITE, {}, HOUR)
    past = [
        f"label_replace(avg_over_time({hour} offset {duration(ago - HOUR / 2)}), "
        f'"season", "{index}", "", "")'
        for index, ago in enumerate(p.seasons, start=1)
    ]
    return f"quantile {by(scope.identity)}(0.5,\n  " + "\n  or ".join(past) + "\n)"


def _threshold(p: Params, scope: Scope) -> str:
    """Season and spread within floor and cap; NaN never passes `>=`, so the fallback takes over."""
    up = scope.beyond == ">"
    worst, sign = ("max", "+") if up else ("min", "-")
    season = f"{worst}_over_time({scope.recorded(names.SEASONAL, {}, HOUR)})"
    low, high = number(p.floor), number(p.cap)
    moved = f"{season} {sign} {number(p.k)} * {scope.recorded(names.SPREAD, {})}"
    return (
        "(\n"
        f"  clamp({moved}, {low}, {high})"
        f" >= {low}\n"
        f"  or {_level(scope)} * 0 + {number(fallback(p, scope))}\n"
        ")"
    )


def expr(condition: Condition, scope: Scope) -> str:
    """The level of half an hour beyond the threshold; the value is the signal's last one."""
    return scope.limited(
        f"last_over_time({scope.recorded(names.FINITE, {}, LEVEL)})\n"
        f"and {_level(scope)} {scope.beyond} {scope.recorded(names.THRESHOLD, {})}"
    )


def curves(condition: Condition, scope: Scope) -> tuple[Curve, ...]:
    """The threshold, beside the signal."""
    threshold = {"": scope.recorded(names.THRESHOLD, {})}
    return (Curve("Threshold", scope.invariant.signal.unit, threshold, beside=True),)


def sentence(condition: Condition, invariant: Invariant) -> str:
    """`a region is unusually far above what it was 1, 2 and 3 weeks ago … for 20 min`."""
    p: Params = condition.params
    unit, worse = invariant.signal.unit, invariant.signal.worse
    severe = p.cap if worse == "above" else p.floor
    until = spoken(severe if p.fallback is None else p.fallback, unit)
    return (
        f"{words.a_place(invariant)} is unusually far {worse} its level of "
        f"{seasons.ago(p.seasons)} ago "
        f"(a threshold from {spoken(p.floor, unit)} to {spoken(p.cap, unit)}; {until} until there "
        f"is history){words.lasting(condition.hold)}"
    )


def held(condition: Condition, scope: Scope, value: float) -> bool:
    """Whether the value is beyond the fallback: a place that was calm just now has no history."""
    limit = fallback(condition.params, scope)
    return value > limit if scope.beyond == ">" else value < limit


def settles(condition: Condition) -> float:
    """The level holds nothing but the new value, and `for` has passed."""
    return LEVEL + condition.hold


def place_cases(condition: Condition, scope: Scope) -> list[PlaceCase]:
    """Without history: at the fallback, beyond it, one NaN."""
    return unusual_cases.young(condition, scope, _limits(condition.params, scope), LEVEL)


def test_cases(condition: Condition, scope: Scope) -> list[TestCase]:
    """With weeks of history, in the file of tests at a coarse interval."""
    return unusual_cases.seasoned(condition, scope, _limits(condition.params, scope), LEVEL)


def _limits(p: Params, scope: Scope) -> unusual_cases.Limits:
    return unusual_cases.Limits(p.floor, p.cap, fallback(p, scope), p.seasons, p.k)
