"""The test that climbs a signal from bound to bound, and sees the stages fire in order."""

import math
from collections.abc import Iterator
from itertools import pairwise

from driftbook import conditions, names
from driftbook.alerts import Alert
from driftbook.conditions.cases import Check, Firing, Run, TestCase, calm, notation, outside, place
from driftbook.conditions.scope import Scope, series


def staircases(plan: tuple[Alert, ...]) -> Iterator[TestCase]:
    """A staircase per scope, from calm beyond each bound: the stages are climbed in order."""
    for scope in {tuple(a.scope.match.items()): a.scope for a in plan}.values():
        case = _staircase(plan, scope)
        if case is not None:
            yield case


def _staircase(plan: tuple[Alert, ...], scope: Scope) -> TestCase | None:
    invariant = scope.invariant
    mine = [a for a in plan if _judges(a.scope, scope)]
    rising = sorted(
        {c for a in mine if (c := getattr(a.condition.params, "bound", None)) is not None},
        reverse=invariant.signal.worse == "below",
    )
    if not rising:
        return None
    start, where = 4, place(scope, "climber")
    steps = [outside(invariant, bound) for bound in rising]
    runs: list[Run] = [(calm(invariant), start)]
    checks = [Check(start - 1, ())]
    for before, value in pairwise([calm(invariant), *steps]):
        runs.append((value, _wait(mine, before, value, steps[-1])))
        firing = tuple(Firing(a.condition, a.scope, where, value) for a in mine if _held(a, value))
        checks.append(Check(sum(count for _, count in runs) - 1, firing))
    rests = min(getattr(a.condition.params, "rests", math.inf) for a in mine)
    if sum(count for _, count in runs) * scope.tick > rests:
        return None  # what fires depends on more than the height of a step
    only = ", ".join(f"{k}={v}" for k, v in scope.match.items())
    name = f"the ladder is climbed in order{f' where {only}' if only else ''}"
    source = series(names.SIGNAL, {"invariant": invariant.name, **where})
    return TestCase(name, {source: notation(tuple(runs))}, tuple(checks))


def _held(alert: Alert, value: float) -> bool:
    return conditions.of(alert.condition).held(alert.condition, alert.scope, value)


def _wait(mine: list[Alert], before: float, value: float, worst: float) -> int:
    """Ticks until a step shows what it does.

    Only alerts that it raises, and those that a step raises for a while only, are waited for.
    """
    waited = [a for a in mine if _held(a, before) != _held(a, value) or not _held(a, worst)]
    times = [conditions.of(a.condition).settles(a.condition) for a in waited]
    return max(map(mine[0].scope.ticks, times), default=0) + 3


def _judges(theirs: Scope, scope: Scope) -> bool:
    """Whether a condition's scope covers the places of another scope."""
    if theirs.match:
        return theirs.match == scope.match
    return not scope.match or scope.match not in theirs.excluded
