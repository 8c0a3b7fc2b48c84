"""Unit tests of `diverged`: members that differ, agree, are alone, are read at different times."""

from collections.abc import Iterator

from driftbook.conditions import members
from driftbook.conditions.cases import (
    GAP,
    STALE,
    Check,
    Firing,
    Run,
    TestCase,
    notation,
    raw_series,
    selector_of,
)
from driftbook.conditions.scope import Scope
from driftbook.model import Condition
from driftbook.units import number

Course = tuple[Run, ...]
Courses = list[Course | str]
Checks = tuple[tuple[int, bool], ...]


def test_cases(condition: Condition, scope: Scope, drift: int) -> list[TestCase]:
    """drift: evaluations over which a rate of change is taken, and so a step looks like one."""
    p = condition.params
    group = members.group(p.over, scope)
    where = {k: v for k, v in members.where(p.over, scope).items() if k in group}
    firing = (Firing(condition, scope, where, 0.0),)
    ask = (condition, scope)
    if p.checksums:
        cases = _by_checksum(condition, scope)
    else:
        cases = (
            (name, members.signals(p.over, scope, courses), checks)
            for make in (_differing, _agreeing)
            for name, courses, checks in make(condition, scope, drift)
        )
    return [
        TestCase(name, made, tuple(Check(t, firing if f else (), ask) for t, f in checks))
        for name, made, checks in cases
    ]


def _ticks(condition: Condition, scope: Scope) -> tuple[int, int, int]:
    """`settle`, `for` and `keep_firing_for`."""
    return (
        scope.ticks(condition.params.settle),
        scope.ticks(condition.hold),
        scope.ticks(condition.keep),
    )


def _big(condition: Condition) -> float:
    return float(4 * condition.params.tolerance or 4)


def _differing(
    condition: Condition, scope: Scope, drift: int
) -> Iterator[tuple[str, Courses, Checks]]:
    """One of the members is apart; the others are at 0."""
    p, big, quiet = condition.params, _big(condition), drift + 2
    settle, hold, keep = _ticks(condition, scope)
    wait = settle + hold + (drift if p.relative > 0.5 else 0)
    end = quiet + wait + 4
    others: Courses = [((0.0, end + settle + keep + 6),)] * (p.replicas - 1)
    runs: Course = ((0.0, quiet), (big, wait + 4), (0.0, keep + 4))
    checks = (
        (quiet + settle + hold - 3, False),
        (quiet + wait + 2, True),
        (end + keep + 1, False),
    )
    yield "one differs, then agrees again", [runs, *others], checks
    if scope.match:
        return  # no override changes what the others show
    full = settle + hold
    just = p.tolerance * 1.01 if p.tolerance else 1.0
    yield "just beyond the tolerance", [((just, full + 4),), *others], ((full + 2, True),)
    lost = full + 4
    if p.replicas == 2 and settle - 1 >= 0.8 * settle:
        for name, sample in (("gap", GAP), ("NaN", "NaN"), ("stale marker", STALE)):
            runs = ((big, lost), (sample, 1), (big, 4))
            yield f"one {name} is forgiven", [runs, *others], ((lost, True), (lost + 3, True))
    if p.replicas == 2:
        runs = (("Inf", full + 4),)
        yield "one is infinite", [runs, *others], ((full + 2, True),)
        apart: Course = ((big, full + 4),)
        third: Course = ((0.0, full), ("Inf", 1), (0.0, 3))
        yield "one of three was infinite once", [apart, *others, third], ((full + 2, True),)
    runs = ((big, lost), (STALE, 1))
    after = lost + settle + keep + 2
    gone = ((lost - 1, True), (after, False))
    if p.replicas == 2:
        yield "one differs and is gone", [runs, *others], gone


def _agreeing(
    condition: Condition, scope: Scope, drift: int
) -> Iterator[tuple[str, Courses, Checks]]:
    """Nothing that these do is a divergence."""
    p, big, quiet = condition.params, _big(condition), drift + 2
    settle, hold, _ = _ticks(condition, scope)
    full, n = settle + hold, p.replicas
    still: tuple[Run, ...] = ((0.0, quiet + full + 6),)
    calm = ((full + 3, False),)
    yield "at the tolerance", [((p.tolerance, full + 5),), *[still] * (n - 1)], calm
    if scope.match:
        return
    short = ((0.0, quiet), (big, settle - 3), (0.0, 6 + hold))
    yield "a short difference", [short, *[still] * (n - 1)], ((quiet + full, False),)
    yield "too few to compare", [((big, full + 5),), *[still] * (n - 2)], calm
    if p.relative:
        base = 2 * big / p.relative
        large: Courses = [((base, full + 5),)] * (n - 1)
        yield "within the share of a large one", [((base - big, full + 5),), *large], calm
    step = 2.5 * big
    growth = number(step * scope.tick / scope.prometheus.scrape_interval)
    behind = [f"{number(19 * step)}+{growth}x{full + 5}"]
    ahead = [f"{number(20 * step)}+{growth}x{full + 5}"] * (n - 1)
    yield "read one scrape apart while all grow", [*behind, *ahead], calm


def _by_checksum(
    condition: Condition, scope: Scope
) -> Iterator[tuple[str, dict[str, str], Checks]]:
    """Nothing where no series can be made for the expression; a scenario has to show it then."""
    p = condition.params
    settle, hold, keep = _ticks(condition, scope)
    start, full = 4, settle + hold
    end = start + full + 4
    selector = selector_of(scope.invariant.supporting[p.checksums].expr)

    def info(member: int, checksum: str, *runs: Run) -> dict[str, str]:
        labels = members.where(p.over, scope, f"m{member}") | {p.label: checksum}
        source = raw_series(selector, labels) if selector else None
        return {source: notation(runs)} if source else {}

    def others(first: int = 2) -> dict[str, str]:
        found: dict[str, str] = {}
        for member in range(first, p.replicas + 1):
            found |= info(member, "c0", (1, end + keep + 8))
        return found

    if not others():
        return

    def changed(ticks: int) -> dict[str, str]:
        new: tuple[Run, ...] = ((GAP, start), (1, ticks), (STALE, 1))
        old: tuple[Run, ...] = (
            *((1, start), (STALE, 1), (GAP, ticks - 1)),
            (1, keep + 8),
        )
        return {**info(1, "c0", *old), **info(1, "c1", *new), **others()}

    checks = ((start + full - 3, False), (start + full + 2, True), (end + keep + 1, False))
    yield "one differs, then agrees again", changed(full + 4), checks
    calm = ((full + 3, False),)
    yield "all agree", {**info(1, "c0", (1, end)), **others()}, calm
    if scope.match:
        return
    yield "one takes the new one later", changed(settle - 3), ((start + full, False),)
    old = {**info(1, "c0", (1, end)), **info(1, "c1", (0, end))}
    yield "an old one whose value is 0", {**old, **others()}, calm
    yield "too few to compare", {**info(1, "c1", (1, end)), **others(3)}, calm
    if p.replicas == 2 and settle - 1 >= 0.8 * settle:
        runs: tuple[Run, ...] = ((1, end), (STALE, 1), (1, 4))
        apart = {**info(1, "c1", *runs), **others()}
        yield "one stale marker is forgiven", apart, ((end, True), (end + 3, True))
