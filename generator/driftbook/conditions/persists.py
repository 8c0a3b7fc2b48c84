"""`persists`: violated for most of a window; one good sample does not start it again."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from driftbook.conditions import words
from driftbook.conditions.base import (
    BOUND_SCHEMA,
    Fault,
    duration_schema,
    read_direction,
    read_seconds,
    read_share,
)
from driftbook.conditions.cases import STALE, PlaceCase, calm, outside
from driftbook.conditions.defaults import description as description
from driftbook.conditions.defaults import labels as labels
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
        "during": duration_schema("The window.", "15m"),
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
    if p.ratio <= 0.5:
        yield ("ratio",), "half of the window or less is not persistence", "more than 50%"


def violations(condition: Condition) -> tuple[float, ...]:
    """Its bound."""
    return (condition.params.bound,)


def expr(condition: Condition, scope: Scope) -> str:
    """The share of violated evaluations; the value is the signal's last one."""
    p: Params = condition.params
    span = scope.violation(p.bound, p.during)
    least = math.ceil(p.coverage * p.during / scope.tick)
    return scope.limited(
        f"last_over_time({scope.signal(p.during)})\n"
        f"and ignoring (bound) avg_over_time({span}) >= {number(p.ratio)}\n"
        f"and ignoring (bound) count_over_time({span}) >= {least}"
    )


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
    """At the bound, persisting, a dip, NaN, a stale marker, a new series, recovery."""
    p: Params = condition.params
    good, bad = calm(scope.invariant), outside(scope.invariant, p.bound)
    window, hold, keep = (
        scope.ticks(p.during),
        scope.ticks(condition.hold),
        scope.ticks(condition.keep),
    )
    start = window + 2
    early = start + math.floor(p.ratio * window) - 3
    fires = start + math.ceil(p.ratio * (window + 1)) + hold + 2
    full = start + window + hold + 3
    calmed = full + math.ceil((1 - p.ratio) * (window + 1)) + keep + 3
    quiet = ((good, start),)
    lasting = ((good, start), (bad, full - start))
    cases = [
        PlaceCase("at-the-bound", (*quiet, (p.bound, window + hold + 4)), ((full, False),)),
        PlaceCase(
            "persisting-then-recovered",
            (*lasting, (good, calmed - full + 2)),
            ((early, False), (fires, True), (full - 1, True), (calmed, False)),
        ),
        PlaceCase("new-series", (("_", start), (bad, 4)), ((start + 1, False),)),
    ]
    if (window - 2) / (window + 1) >= p.ratio:
        for name, sample in (("dip", good), ("nan", "NaN"), ("stale", STALE)):
            runs = (*lasting, (sample, 1), (bad, 4))
            cases.append(
                PlaceCase(f"one-{name}-is-forgiven", runs, ((full, True), (full + 3, True)))
            )
    return cases
