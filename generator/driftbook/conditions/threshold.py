"""`above` and `below`: the bound is crossed, for `for`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from driftbook.conditions import words
from driftbook.conditions.base import BOUND_SCHEMA, Fault, read_bound
from driftbook.conditions.cases import GAP, LOOKBACK, STALE, PlaceCase, calm, outside
from driftbook.conditions.defaults import SUPPORTING as SUPPORTING
from driftbook.conditions.defaults import curves as curves
from driftbook.conditions.defaults import description as description
from driftbook.conditions.defaults import labels as labels
from driftbook.conditions.defaults import recordings as recordings
from driftbook.conditions.defaults import settles as settles
from driftbook.conditions.defaults import test_cases as test_cases
from driftbook.conditions.defaults import violations as violations
from driftbook.conditions.defaults import waits as waits
from driftbook.conditions.scope import Scope
from driftbook.model import STAGES as ALL_STAGES
from driftbook.model import Condition, Invariant
from driftbook.units import number

SCHEMA: dict[str, Any] = BOUND_SCHEMA
STAGES = ALL_STAGES
HOLD = 0.0
PER_PLACE = True
EXPLAINS = False


@dataclass(frozen=True, slots=True)
class Params:
    """bound: in the base unit of the signal."""

    direction: str
    bound: float


def parse(kind: str, value: Any, unit: str) -> Params:
    """See ConditionModule."""
    return Params(kind, read_bound(value, unit))


def reach(condition: Condition) -> tuple[float, float]:
    """The bound, after `for`."""
    return condition.params.bound, condition.hold


def faults(condition: Condition, scope: Scope) -> Iterator[Fault]:
    """Bounds that nothing can cross, or everything does."""
    bound, unit = condition.params.bound, scope.invariant.signal.unit
    if condition.params.direction == "above" and unit == "ratio" and bound >= 1:
        yield (), "a ratio is never above 100 %", "a bound below 100%"
    if condition.params.direction == "below" and bound == 0:
        yield (), "nothing is ever below 0 here", "a bound above 0"


def expr(condition: Condition, scope: Scope) -> str:
    """`drift:signal > bound`."""
    return scope.limited(f"{scope.signal()} {scope.beyond} {number(condition.params.bound)}")


def sentence(condition: Condition, invariant: Invariant) -> str:
    """`a region pair is over 25 s for 5 min`."""
    beyond = words.beyond(invariant, condition.params.bound)
    return f"{words.a_place(invariant)} is {beyond}{words.lasting(condition.hold)}"


def held(condition: Condition, scope: Scope, value: float) -> bool:
    """Whether the value is beyond the bound."""
    bound: float = condition.params.bound
    return value > bound if scope.beyond == ">" else value < bound


def place_cases(condition: Condition, scope: Scope) -> list[PlaceCase]:
    """At the bound, beyond it, too short, recovery, and the three ways to lose a sample."""
    bound = condition.params.bound
    good, bad = calm(scope.invariant), outside(scope.invariant, bound)
    n, keep, start = scope.ticks(condition.hold), scope.ticks(condition.keep), 4
    end = start + n + 6
    cases = [
        PlaceCase("at-the-bound", ((good, start), (bound, n + 8)), ((start + n + 4, False),)),
        PlaceCase(
            "beyond-then-recovered",
            ((good, start), (bad, n + 6), (good, keep + 4)),
            (
                *([(start + n - 1, False)] if n else []),
                (start + n, True),
                *([(end + keep - 1, True)] if keep else []),
                (end + keep, False),
            ),
        ),
    ]
    if n:
        cases.append(
            PlaceCase("too-short", ((good, start), (bad, n), (good, 4)), ((start + n, False),))
        )
    return cases + _lost_samples(bad, good, n, keep, start, scope.tick)


def _lost_samples(
    bad: float, good: float, n: int, keep: int, start: int, tick: float
) -> list[PlaceCase]:
    lost = start + n + 3
    runs = ((good, start), (bad, n + 3))
    cases = []
    if 2 * tick < LOOKBACK:
        bridged = ((lost + 1, True), (lost + 2, True))
        cases.append(PlaceCase("gap-is-bridged", (*runs, (GAP, 2), (bad, 4)), bridged))
    if not keep:
        resumed = ((lost, False), *([(lost + n, False)] if n else []), (lost + n + 1, True))
        for name, sample in (("nan-restarts", "NaN"), ("stale-restarts", STALE)):
            cases.append(PlaceCase(name, (*runs, (sample, 1), (bad, n + 4)), resumed))
    return cases
