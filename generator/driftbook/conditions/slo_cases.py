"""Tests of `slo_burn`: pairs of hours at the usual interval, pairs of days at a coarse one."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from driftbook.conditions.cases import (
    GAP,
    HISTORY_TICK,
    STALE,
    Check,
    Firing,
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
from driftbook.model import Condition, Slo
from driftbook.names import SIGNAL

HOUR, DAY = 3600.0, 86400.0
SLOW = 6 * HOUR
"""Seconds: a longer window is tested at the coarse interval."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A burn rate over a long and a short window in seconds."""

    factor: float
    long: float
    short: float


def step(window: float) -> float:
    """How far apart the window is looked at, so that what is known does not hang on the interval.

    Windows that are tested at the coarse interval are looked at no more often than that.
    """
    if window > SLOW:
        return HOUR if window >= 2 * DAY else HOUR / 2
    return next((s for s in (300, 60, 10) if window >= 24 * s), 1)


@dataclass(frozen=True, slots=True)
class _Clock:
    """Ticks: burning begins, has begun everywhere, one sample is lost, ends, is over.

    few: bad samples that are one too few; young: for how long a new place is not judged.
    """

    start: int
    lost: int
    end: int
    over: int
    few: int
    young: int


def cases(
    condition: Condition,
    scope: Scope,
    slo: Slo,
    pairs: tuple[Pair, ...],
    min_bad: int,
    coverage: float,
) -> list[TestCase]:
    """Places that burn, recover, lose samples, vanish, are new, or burn too little."""
    history = min(pair.long for pair in pairs) > SLOW
    tick = HISTORY_TICK if history else scope.tick
    clock = _clock(condition, slo, pairs, min_bad, coverage, tick)
    limit = max(pair.factor * slo.budget for pair in pairs)
    shortest = min(pair.short for pair in pairs) / tick
    forgiven = (shortest - 2) / (shortest + 1) > limit
    stories = dict(_stories(scope, slo, clock, forgiven))
    if not has_free_label(scope):
        few = ("burning-then-recovered", "too-few-bad-samples", "new-place")
        return [
            _case(name, condition, scope, {name: stories[name]}, clock, history)
            for name in few
            if name in stories
        ]
    if scope.match:  # the general rule has the same shape
        stories = {k: v for k, v in stories.items() if k == "burning-then-recovered"}
    return [_case("burning", condition, scope, stories, clock, history)]


def _clock(
    condition: Condition,
    slo: Slo,
    pairs: tuple[Pair, ...],
    min_bad: int,
    coverage: float,
    tick: float,
) -> _Clock:
    longs = [pair.long / tick for pair in pairs]
    # No longer than needed: the shortest window is known, and enough of the others.
    start = math.ceil(max(min(longs), coverage * max(longs))) + 10
    enough, few = [], []
    for pair in pairs:
        limit, windows = pair.factor * slo.budget, (pair.long / tick, pair.short / tick)
        enough.append(max(min_bad, *(math.floor(limit * (n + 1)) + 1 for n in windows)))
        needed = max(math.ceil(limit * min(n, start)) for n in windows)
        few.append(min_bad - 1 if needed < min_bad else needed - 1)
    hold, keep = (math.ceil(t / tick) for t in (condition.hold, condition.keep))
    lost = start + max(enough) + hold + 2
    end = lost + 4
    over = end + math.ceil(max(pair.short for pair in pairs) / tick) + keep + 3
    long = min(pair.long for pair in pairs)
    # What is known is counted at whole steps: one more may fall into a time of any length.
    young = math.floor(coverage * long / tick) - max(3, math.ceil(step(long) / tick) + 1)
    return _Clock(start, lost, end, over, min(few), young)


def _stories(
    scope: Scope, slo: Slo, clock: _Clock, forgiven: bool
) -> Iterator[tuple[str, tuple[Run, ...]]]:
    """Name and values; those that begin with `burning` fire while the others must not."""
    good, bad = calm(scope.invariant), outside(scope.invariant, slo.within)
    rest, tail = clock.over + 2 - clock.end, clock.end - clock.lost - 1
    quiet: tuple[Run, ...] = ((good, clock.start),)
    burning: tuple[Run, ...] = (*quiet, (bad, clock.end - clock.start))
    yield "burning-then-recovered", (*burning, (good, rest))
    yield "burning-then-down", (*burning, (STALE, 1))
    if forgiven:
        lost: dict[str, Value] = {"nan": "NaN", "gap": GAP, "stale": STALE}
        for name, sample in lost.items():
            runs = (*quiet, (bad, clock.lost - clock.start), (sample, 1), (bad, tail), (good, rest))
            yield f"burning-with-one-{name}", runs
    if clock.few:
        runs = ((good, clock.end - clock.few), (bad, clock.few), (good, rest))
        yield "too-few-bad-samples", runs
    if clock.young > 0:
        age = min(clock.young, clock.end - clock.start)
        yield "new-place", ((GAP, clock.end - age), (bad, age), (STALE, 1))


def _case(
    name: str,
    condition: Condition,
    scope: Scope,
    stories: Mapping[str, tuple[Run, ...]],
    clock: _Clock,
    history: bool,
) -> TestCase:
    where = {story: place(scope, story) for story in stories}
    firing = tuple(
        Firing(condition, scope, where[story], 0.0)
        for story in stories
        if story.startswith("burning")
    )
    ask = (condition, scope)
    times = {clock.start - 1: (), clock.lost: firing, clock.end - 1: firing, clock.over: ()}
    checks = tuple(Check(at, fires, ask) for at, fires in times.items())
    inputs = {
        series(SIGNAL, {"invariant": scope.invariant.name, **where[story]}): notation(runs)
        for story, runs in stories.items()
    }
    return TestCase(name, inputs, checks, history)
