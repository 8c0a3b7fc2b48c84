"""Unit tests of `stalled`: a backlog with and without somebody who works on it."""

from collections.abc import Iterator

from driftbook import promql
from driftbook.conditions.cases import (
    GAP,
    STALE,
    Check,
    Firing,
    PlaceCase,
    TestCase,
    notation,
    outside,
    place,
    raw_series,
    selector_of,
)
from driftbook.conditions.scope import Scope, series
from driftbook.model import Condition
from driftbook.names import SIGNAL
from driftbook.units import number


def place_cases(condition: Condition, scope: Scope, coverage: float) -> list[PlaceCase]:
    """Where no counter is, so that nothing gets done. coverage: of the window."""
    p = condition.params
    window, hold, keep = _ticks(condition, scope)
    waits, start = outside(scope.invariant, p.above), 4
    full = start + window + hold
    quiet, waiting = (p.above, start), (waits, window + hold + 4)
    cases = [
        PlaceCase(
            "waits-without-worker-then-empty",
            (quiet, waiting, (p.above, keep + 4)),
            (
                (full - 3, False),
                (full + 1, True),
                *([(full + 4 + keep - 1, True)] if keep else []),
                (full + 4 + keep, False),
            ),
        ),
        PlaceCase("nothing-waits", ((p.above, full + 4),), ((full + 2, False),)),
    ]
    return cases if scope.match else cases + _interrupted(condition, scope, coverage)


def _interrupted(condition: Condition, scope: Scope, coverage: float) -> list[PlaceCase]:
    """Work that does not wait all the time, and lost samples; no override changes these."""
    p = condition.params
    window, hold, _ = _ticks(condition, scope)
    waits, start = outside(scope.invariant, p.above), 4
    full = start + window + hold
    quiet, waiting = (p.above, start), (waits, window + hold + 4)
    cases = [
        PlaceCase("one-item", (quiet, (waits, 3), (p.above, 4)), ((start + 2, False),)),
        PlaceCase(
            "empty-once",
            (quiet, (waits, window // 2), (p.above, 1), (waits, window + hold)),
            ((start + window // 2 + window + hold - 2, False),),
        ),
    ]
    if window - 1 >= coverage * window:
        for name, sample in (("gap", GAP), ("nan", "NaN"), ("stale", STALE)):
            runs = (quiet, waiting, (sample, 1), (waits, 4))
            checks = ((full + 4, True), (full + 7, True))
            cases.append(PlaceCase(f"one-{name}-is-forgiven", runs, checks))
    return cases


def test_cases(condition: Condition, scope: Scope, by: tuple[str, ...]) -> list[TestCase]:
    """With a supporting series; [] where none can be made for its expression."""
    p, invariant = condition.params, scope.invariant
    where = place(scope, "p")
    selector = selector_of(invariant.supporting[p.done or p.last_success].expr)
    if not selector:
        return []
    waits = outside(invariant, p.above)
    firing = (Firing(condition, scope, where, waits),)
    made = []
    for name, begins, values, checks in _courses(condition, scope):
        workers = _workers(scope, selector, {la: where[la] for la in by}, values)
        if workers is None:
            continue
        runs = ((p.above, begins), (waits, max(tick for tick, _ in checks) + 2 - begins))
        backlog = series(SIGNAL, {"invariant": invariant.name, **where})
        asked = tuple(
            Check(tick, firing if fires else (), (condition, scope)) for tick, fires in checks
        )
        made.append(TestCase(name, {backlog: notation(runs), **workers}, asked))
    return made


def _workers(
    scope: Scope, selector: str, labels: dict[str, str], values: tuple[str, ...]
) -> dict[str, str] | None:
    """The supporting series of one worker, or of some told apart by a label of their own.

    None where the expression is no selector of such series.
    """
    if not values[1:]:
        only = raw_series(selector, labels)
        return {only: values[0]} if only else None
    if "worker" in scope.identity:
        return None
    made = {
        raw_series(selector, labels | {"worker": f"w{index}"}): each
        for index, each in enumerate(values, start=1)
    }
    told_apart = len(made) == len(values) and None not in made
    return {name: each for name, each in made.items() if name} if told_apart else None


Course = tuple[str, int, tuple[str, ...], tuple[tuple[int, bool], ...]]
"""Name, tick from which work waits, values of the supporting series of each worker, checks."""


def _courses(condition: Condition, scope: Scope) -> Iterator[Course]:
    usual = _counted if condition.params.done else _timed
    odd = (_born, _restarted) if condition.params.done else (_odd_times,)
    yield from usual(condition, scope)
    if not scope.match:  # no override changes what these show
        for courses in odd:
            yield from courses(condition, scope)


def _counted(condition: Condition, scope: Scope) -> Iterator[Course]:
    window, hold, keep = _ticks(condition, scope)
    stop = window + 4
    full, after = stop + window + hold, keep + 6
    back = full + 4
    yield "the worker works", 0, (f"0+1x{full + 4}",), ((full, False),)
    flat = f"0+1x{stop} {stop}x{back - stop - 2} {stop + 1}+1x{after}"
    stopped = ((full - 3, False), (full + 2, True), (back + keep + 2, False))
    yield "the worker stops and goes on", 0, (flat,), stopped
    gone = f"0+1x{stop} stale _x{back - stop - 2} 0+1x{after}"
    yield "the worker and its counter are gone and come back", 0, (gone,), stopped


def _born(condition: Condition, scope: Scope) -> Iterator[Course]:
    window, hold, _ = _ticks(condition, scope)
    born = window + 2
    until = born + window + hold
    values = f"_x{born} 1x{window + hold + 4}"
    yield (
        "a counter born with its first item",
        born - window // 2,
        (values,),
        ((until - 3, False), (until + 2, True)),
    )


def _restarted(condition: Condition, scope: Scope) -> Iterator[Course]:
    p = condition.params
    window, hold, _ = _ticks(condition, scope)
    within = scope.ticks(p.restarts_within)
    few = min(p.restarts - 1, 5)
    each = max(2, window // 2)
    end = (few + 1) * (each + 1) - 1
    values = " ".join([f"0+1x{each}"] * (few + 1))
    name = f"{few} restart{'s' if few > 1 else ''}"
    yield f"{name} of a worker that works", 0, (values,), ((end, False),)
    period = min(within // (p.restarts + 1), max(2, window // 2))
    if period >= 2:
        last = max(within, window) + hold + 4
        loop = f"{'1 ' * (period - 1)}0 " * (last // period + 1)
        yield "a crash loop", 0, (loop.strip(),), ((last - 1, True),)
        both = (loop.strip(), f"0+1x{last}")
        yield "a crash loop beside a worker that works", 0, both, ((last - 1, False),)


def _timed(condition: Condition, scope: Scope) -> Iterator[Course]:
    window, hold, keep = _ticks(condition, scope)
    stop, tick = window + 4, scope.tick
    full = stop + window + hold
    back, step = full + 5, number(tick)
    last = number(stop * tick)
    yield "the worker works", 0, (f"0+{step}x{full + 4}",), ((full, False),)
    values = f"0+{step}x{stop} {last}x{back - stop - 2} {number(back * tick)}+{step}x{keep + 6}"
    stopped = ((full - 2, False), (full + 3, True), (back + keep + 2, False))
    yield "the worker stops and goes on", 0, (values,), stopped


def _odd_times(condition: Condition, scope: Scope) -> Iterator[Course]:
    window, hold, _ = _ticks(condition, scope)
    stop, tick = window + 4, scope.tick
    gone = f"0+{number(tick)}x{stop} stale"
    yield "the worker is gone", 0, (gone,), ((stop, False), (stop + hold + 3, True))
    wrong = f"{number(tick * 1e6)}+{number(tick * 1000)}x{stop + hold + 4}"
    until = stop + hold + 2
    yield "times in milliseconds are no success", 0, (wrong,), ((until, True),)
    expr = scope.invariant.supporting[condition.params.last_success].expr
    if selector_of(expr) == promql.parse(expr).prettify():  # nothing else made one of the two
        both = (wrong, f"0+{number(tick)}x{until + 2}")
        yield "times in milliseconds beside good ones", 0, both, ((until, False),)


def _ticks(condition: Condition, scope: Scope) -> tuple[int, int, int]:
    """Window, `for` and `keep_firing_for`."""
    return (
        scope.ticks(condition.params.window),
        scope.ticks(condition.hold),
        scope.ticks(condition.keep),
    )
