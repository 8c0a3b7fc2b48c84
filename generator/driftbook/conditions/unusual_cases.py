"""Tests of `unusual`: young places at the usual interval, weeks of history at a coarse one."""

from collections.abc import Iterator
from dataclasses import dataclass

from driftbook.conditions.cases import (
    GAP,
    HISTORY_TICK,
    LOOKBACK,
    Check,
    Firing,
    PlaceCase,
    Run,
    TestCase,
    Value,
    calm,
    has_free_label,
    notation,
    outside,
    place,
)
from driftbook.conditions.scope import Scope, series
from driftbook.model import Condition
from driftbook.names import SIGNAL

DAY = int(86400 / HISTORY_TICK)
"""Ticks of a day in tests over weeks."""
SPREAD = 7 * 86400.0
"""Seconds of residuals that make the spread."""
Event = tuple[int, int, Value]
"""From this tick to before that one, a value."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Where the threshold can be, the seasons in seconds, and how many spreads count."""

    floor: float
    cap: float
    fallback: float
    seasons: tuple[float, ...]
    k: float


def young(condition: Condition, scope: Scope, limits: Limits, level: float) -> list[PlaceCase]:
    """At the fallback, beyond it, recovered, and lost samples that the level bridges."""
    bad = outside(scope.invariant, limits.fallback)
    n, start = scope.ticks(condition.hold), 4
    end = start + n + 4
    calmed = end + scope.ticks(level) + scope.ticks(condition.keep) + 3
    good = calm(scope.invariant)
    born: tuple[Run, ...] = ((GAP, start), (bad, n + 4))
    at = ((GAP, start), (limits.fallback, n + 6))
    cases = [
        PlaceCase("at-the-fallback", at, ((start + n + 3, False),)),
        PlaceCase(
            "beyond-the-fallback",
            (*born, (good, calmed - end + 2)),
            (
                *([(start + n - 1, False)] if n else []),
                (start + n + 2, True),
                (calmed, False),
            ),
        ),
        PlaceCase("nan-is-left-out", (*born, ("NaN", 1), (bad, 4)), ((end + 2, True),)),
    ]
    if 2 * scope.tick < LOOKBACK:
        runs = (*born, (GAP, 2), (bad, 4))
        cases.append(PlaceCase("gap-is-bridged", runs, ((end + 1, True), (end + 3, True))))
    return cases


@dataclass(frozen=True, slots=True)
class _Story:
    """One place over weeks: what it is as a rule, then events.

    fires: at the last of them; before: also before that.
    """

    name: str
    base: tuple[float, float]
    events: tuple[Event, ...]
    fires: bool
    before: bool = False


@dataclass(frozen=True, slots=True)
class _Clock:
    """Ticks: when the present event begins and ends, and when it has been forgotten."""

    now: int
    end: int
    after: int


def seasoned(condition: Condition, scope: Scope, limits: Limits, level: float) -> list[TestCase]:
    """Places with a history, together where a label tells them apart."""
    if scope.match and any(c.kind == condition.kind for c in scope.invariant.conditions):
        return []  # the general rule has the same shape
    clock = _clock(condition, limits, level)
    stories = list(_stories(scope, limits, clock))
    chosen = [s for s in stories if s.name in ("usual-peak", "unusual-step")]
    if has_free_label(scope):
        return [_case("weeks of history", condition, scope, stories, clock)]
    return [_case(s.name, condition, scope, [s], clock) for s in chosen]


def _clock(condition: Condition, limits: Limits, level: float) -> _Clock:
    hold, keep = (-int(-t // HISTORY_TICK) for t in (condition.hold, condition.keep))
    # Residuals of a whole week: of less, the event itself would soon be a twentieth.
    known = max(*limits.seasons, min(limits.seasons) + SPREAD)
    now = int(known / HISTORY_TICK) + DAY + DAY // 4
    end = now + hold + 4
    return _Clock(now, end, end + int(level / HISTORY_TICK) + keep + 3)


def _stories(scope: Scope, limits: Limits, clock: _Clock) -> Iterator[_Story]:
    """Values between the mild and the severe end of the threshold: usual ones and odd ones."""
    up = scope.beyond == ">"
    mild, severe = (limits.floor, limits.cap) if up else (limits.cap, limits.floor)
    span = severe - mild
    # The hours after a change of level are residuals, too: `k` of them stay far below `odd`.
    usual = (mild + span / 4, mild + span / 4 + span * min(0.05, 0.1 / limits.k))
    odd = float(f"{mild + span * 0.8:.9g}")
    ago = [int(season / HISTORY_TICK) for season in limits.seasons]
    step = (clock.now, clock.end, odd)

    def past(ticks: int) -> Event:
        return clock.now - ticks, clock.end - ticks, odd

    yield _Story("usual-peak", usual, (*(past(a) for a in ago), step), False)
    yield _Story("unusual-step", usual, (step,), True)
    # Of seasons within the week, the past event counts into the spread, and a hole takes from it.
    twice = 2 * (clock.end - clock.now + 2) * HISTORY_TICK
    if len(ago) >= 3 and (min(limits.seasons) >= SPREAD or twice < SPREAD / 20):
        yield _Story("incident-of-last-season", usual, (past(ago[0]), step), True)
        hole = (clock.now - ago[0] - DAY // 2, clock.end - ago[0] + DAY // 2, GAP)
        yield _Story("hole-in-the-last-season", usual, (hole, step), True)
    if mild:
        inside = float(f"{mild - 0.05 * span:.9g}")
        good = calm(scope.invariant)
        yield _Story("never-on-the-mild-side", (good, good), ((*step[:2], inside),), False)
    if severe:
        beyond = outside(scope.invariant, severe)
        days = [(clock.now - a - DAY, clock.end - a + DAY, beyond) for a in (*ago, 0)]
        good = calm(scope.invariant)
        yield _Story("always-on-the-severe-side", (good, good), tuple(days), True, before=True)


def _case(
    name: str, condition: Condition, scope: Scope, stories: list[_Story], clock: _Clock
) -> TestCase:
    hold = -int(-condition.hold // HISTORY_TICK)
    before = [s for s in stories if s.before]
    times = {
        clock.now - 2: before,
        clock.now + hold + 2: [s for s in stories if s.fires],
        clock.after: before,
    }

    def firing(found: list[_Story]) -> tuple[Firing, ...]:
        return tuple(Firing(condition, scope, place(scope, s.name), 0.0) for s in found)

    checks = tuple(Check(at, firing(found), (condition, scope)) for at, found in times.items())
    inputs = {
        series(SIGNAL, {"invariant": scope.invariant.name, **place(scope, s.name)}): notation(
            _runs(s, clock.after + 2)
        )
        for s in stories
    }
    return TestCase(name, inputs, checks, history=True)


def _runs(story: _Story, length: int) -> tuple[Run, ...]:
    """Half a day at each of the base's two values, with the events over it, in as few runs."""
    values: list[Value] = [story.base[(tick // (DAY // 2)) % 2] for tick in range(length)]
    for start, end, value in story.events:
        begin, stop = max(start, 0), min(end, length)
        values[begin:stop] = [value] * (stop - begin)
    runs: list[Run] = []
    for value in values:
        if runs and runs[-1][0] == value:
            runs[-1] = (value, runs[-1][1] + 1)
        else:
            runs.append((value, 1))
    return tuple(runs)
