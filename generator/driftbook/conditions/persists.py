"""`persists`: violated for most of a window; one good sample does not start it again."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from driftbook.conditions import words
from driftbook.conditions.base import (
    BOUND_SCHEMA,
    Curve,
    Fault,
    duration_schema,
    read_direction,
    read_seconds,
    read_share,
)
from driftbook.conditions.cases import STALE, PlaceCase, Run, Value, calm, outside
from driftbook.conditions.defaults import SUPPORTING as SUPPORTING
from driftbook.conditions.defaults import description as description
from driftbook.conditions.defaults import labels as labels
from driftbook.conditions.defaults import recordings as recordings
from driftbook.conditions.defaults import test_cases as test_cases
from driftbook.conditions.scope import Scope
from driftbook.conditions.threshold import held as held
from driftbook.model import STAGES as ALL_STAGES
from driftbook.model import Condition, Invariant
from driftbook.units import number

SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "The bound is violated for most of a window.",
    "additionalProperties": False,
    "properties": {
        "above": BOUND_SCHEMA,
        "below": BOUND_SCHEMA,
        "during": duration_schema("The window; default 15m.", "15m"),
        "ratio": {
            "type": ["number", "string"],
            "description": "Share of the window that must be violated; default 0.9.",
            "examples": [0.9, "90%"],
        },
        "coverage": {
            "type": ["number", "string"],
            "description": "Share of the window's evaluations that must exist; default 0.8.",
            "examples": [0.8, "80%"],
        },
    },
    "examples": [{"above": "10s", "during": "15m"}],
}
STAGES = ALL_STAGES
HOLD = 0.0
PER_PLACE = True
EXPLAINS = False


@dataclass(frozen=True, slots=True)
class Params:
    """bound: base unit; during: seconds; ratio, coverage: shares of the window."""

    direction: Literal["above", "below"]
    bound: float
    during: float = 900.0
    ratio: float = 0.9
    coverage: float = 0.8


def parse(kind: str, value: Any, unit: str) -> Params:
    """See ConditionModule."""
    direction, bound = read_direction(value, unit)
    return Params(
        direction,
        bound,
        read_seconds(value, "during", 900.0),
        read_share(value.get("ratio", 0.9), "ratio"),
        read_share(value.get("coverage", 0.8), "coverage"),
    )


def reach(condition: Condition) -> tuple[float, float]:
    """The bound, after the share of the window that must be violated."""
    p: Params = condition.params
    return p.bound, p.during * p.ratio + condition.hold


def faults(condition: Condition, scope: Scope) -> Iterator[Fault]:
    """Windows that hold too few evaluations to speak of a share."""
    p: Params = condition.params
    if p.during < 10 * scope.tick:
        least = words.time(10 * scope.tick)
        message = f"a window of {words.time(p.during)} holds fewer than 10 evaluations"
        yield ("during",), message, f"at least {least}"
    most = math.floor(p.during / scope.tick)
    if most >= 3 and _fewest(p, scope) < 3:  # a shorter window is at fault itself
        message = f"{_fewest(p, scope)} of {most} evaluations would speak for the whole window"
        yield ("coverage",), message, f"more than {200 / most:.3g} %"
    if p.ratio <= 0.5:
        yield ("ratio",), "half of the window or less is not persistence", "more than 50%"


def violations(condition: Condition) -> tuple[float, ...]:
    """Its bound."""
    return (condition.params.bound,)


def _fewest(p: Params, scope: Scope) -> int:
    return math.ceil(p.coverage * math.floor(p.during / scope.tick))


def expr(condition: Condition, scope: Scope) -> str:
    """The share of violated evaluations; the value is the signal's last one."""
    p: Params = condition.params
    span = scope.violation(p.bound, p.during)
    return scope.limited(
        f"last_over_time({scope.signal(p.during)})\n"
        f"and ignoring (bound) avg_over_time({span}) >= {number(p.ratio)}\n"
        f"and ignoring (bound) count_over_time({span}) >= {_fewest(p, scope)}"
    )


def curves(condition: Condition, scope: Scope) -> tuple[Curve, ...]:
    """The share of the window that is violated."""
    p: Params = condition.params
    title = f"Share of the last {words.time(p.during)} {words.beyond(scope.invariant, p.bound)}"
    share = f"avg_over_time({scope.violation(p.bound, p.during)})"
    return (Curve(title, "ratio", {"": share}, p.ratio),)


def waits(condition: Condition) -> float:
    """The share of the window that must be violated, and `for`."""
    p: Params = condition.params
    return p.during * p.ratio + condition.hold


def sentence(condition: Condition, invariant: Invariant) -> str:
    """`a region pair is over 10 s for most (90 %) of 15 min`."""
    p: Params = condition.params
    return (
        f"{words.a_place(invariant)} is {words.beyond(invariant, p.bound)} for "
        f"{p.ratio * 100:.4g} % of {words.time(p.during)}{_then(condition)}"
    )


def _then(condition: Condition) -> str:
    return f", and that lasts {words.time(condition.hold)}" if condition.hold else ""


def settles(condition: Condition) -> float:
    """The whole window has passed, and `for`."""
    hold: float = condition.params.during + condition.hold
    return hold


def place_cases(condition: Condition, scope: Scope) -> list[PlaceCase]:
    """At the bound, then persisting, then recovered; a young series; flaws that are forgiven."""
    p: Params = condition.params
    good, bad = calm(scope.invariant), outside(scope.invariant, p.bound)
    window, hold, keep = map(scope.ticks, (p.during, condition.hold, condition.keep))
    # As much calm before as the crossing of the ratio still sees, so that the test is no longer.
    start = math.ceil((1 - p.ratio) * (window + 1)) + 6
    fewest = _fewest(p, scope)
    early = start + math.floor(p.ratio * window) + hold - 3
    fires = start + math.ceil(p.ratio * (window + 1)) + hold + 2
    full = max(start + window + hold + 3, fires + 2)
    calmed = full + math.ceil((1 - p.ratio) * (window + 1)) + keep + 3
    lasting = ((p.bound, start), (bad, full - start))
    cases = [
        PlaceCase(
            "at-the-bound-then-persisting-then-recovered",
            (*lasting, (good, calmed - full + 2)),
            ((early, False), (fires, True), (full - 1, True), (calmed, False)),
        ),
        PlaceCase("too-young", ((bad, fewest - 1),), ((fewest - 2, False),)),
    ]
    return cases + _forgiven(condition, scope, lasting)


def _forgiven(condition: Condition, scope: Scope, lasting: tuple[Run, ...]) -> list[PlaceCase]:
    """A dip, NaN and a stale marker: in one window where there is room, else each in its own.

    A stale marker leaves no sample, the others leave one that is not violated.
    """
    p: Params = condition.params
    window = scope.ticks(p.during)
    bad, start = lasting[-1][0], sum(count for _, count in lasting)
    room = (1 - p.ratio) * (window - 1) - 0.5
    flaws: dict[str, Value] = {"dip": calm(scope.invariant), "nan": "NaN"}
    if window - 2 >= _fewest(p, scope):
        flaws["stale"] = STALE
    if room < 1:
        return []
    cases = []
    for names in [tuple(flaws)] if room >= 2 else [(name,) for name in flaws]:
        runs = [run for name in names for run in ((flaws[name], 1), (bad, 3))]
        checks = [(start + tick, True) for tick in range(0, 4 * len(names), 2)]
        forgiven = f"{'-and-'.join(names)}-forgiven"
        cases.append(PlaceCase(forgiven, (*lasting, *runs), tuple(checks)))
    return cases
