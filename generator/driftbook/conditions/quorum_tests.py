"""Unit tests of `quorum`: members that are healthy, not healthy, gone and unknown."""

from driftbook.conditions import members
from driftbook.conditions.cases import (
    GAP,
    STALE,
    Check,
    Firing,
    Run,
    TestCase,
    calm,
    notation,
    outside,
)
from driftbook.conditions.scope import Scope, series
from driftbook.model import Condition
from driftbook.names import EXPECTED

START = 4


def test_cases(condition: Condition, scope: Scope) -> list[TestCase]:
    """Each with the smallest place that can have members to spare."""
    p = condition.params
    size = p.need + p.spare + 1 if p.need else 2 * p.spare + 3
    least = p.need + p.spare if p.need else size // 2 + 1 + p.spare
    n, keep = scope.ticks(condition.hold), scope.ticks(condition.keep)
    end, ask = START + n + 4, (condition, scope)
    group = members.group(p.over, scope)
    where = {k: v for k, v in members.where(p.over, scope).items() if k in group}
    good, worse = calm(scope.invariant), outside(scope.invariant, p.bound)
    steady: tuple[Run, ...] = ((good, end + keep + 6),)

    def losing(*lost: Run) -> tuple[Run, ...]:
        return ((good, START), *lost, (good, keep + 6))

    def case(
        name: str, fires: int | None, *courses: tuple[Run, ...], known: int = size
    ) -> TestCase:
        """fires: how many are healthy when it fires, None where it does not; recovers at `end`."""
        firing = () if fires is None else (Firing(condition, scope, where, fires),)
        checks = (
            *([Check(START + n - 1, (), ask)] if n else []),
            Check(START + n, firing, ask),
            Check(START + n + 2, firing, ask),
            Check(end + keep, (), ask),
        )
        inventory = _expected(scope, p.over, known, end + keep + 6)
        return TestCase(name, {**members.signals(p.over, scope, courses), **inventory}, checks)

    bad, gone = losing((worse, n + 4)), losing((STALE, 1), (GAP, n + 3))
    nan = losing(("NaN", n + 4))
    few, left = size - least + 1, least - 1
    cases = [
        case(f"{least} of {size} are healthy", None, *([bad] * (few - 1)), *([steady] * least)),
        case(f"{left} of {size} are healthy", left, *([bad] * few), *([steady] * left)),
    ]
    if scope.match:  # no override changes what the others show
        return cases
    cases += [
        case("none is healthy", 0, *([bad] * size)),
        case("all are gone", 0, *([gone] * size)),
        case(
            f"{few} have gone or are unknown", left, gone, *([nan] * (few - 1)), *([steady] * left)
        ),
        case(
            "an unexpected one does not count",
            left,
            *([bad] * few),
            *([steady] * (left + 1)),
        ),
    ]
    if p.spare:
        small = p.need + p.spare - 1 if p.need else 2 * p.spare
        name = f"all {small} of a place without one to spare"
        cases.append(case(name, None, *([steady] * small), known=small))
    return cases


def _expected(scope: Scope, over: str, size: int, ticks: int) -> dict[str, str]:
    """The recorded inventory: a place of some size."""
    return {
        series(
            EXPECTED,
            {"invariant": scope.invariant.name, **members.where(over, scope, f"m{index + 1}")},
        ): notation(((1, ticks),))
        for index in range(size)
    }
