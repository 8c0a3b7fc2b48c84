"""One function for each condition: at which places does it hold at a time, by its documentation?

A judge is given the parameters as the catalog states them, a world that holds only the places that
it is to look at, and the time. Durations are written in whole seconds (`900s`), bounds as plain
numbers.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

from models.alert import Verdict
from models.series import Samples, is_number
from models.world import Place, World, key, line, mean, variance

Holds = dict[Place, Verdict]
Judge = Callable[[Any, World, float], Holds]
HOUR = 3600.0


def secs(duration: str) -> float:
    """`90s` -> 90."""
    return float(duration.removesuffix("s"))


def threshold(value: Any, world: World, time: float) -> Holds:
    """`above`, `below`: the signal is there and beyond the bound."""
    return {place: _violated(world, place, time, value) for place in world.signal}


def _violated(world: World, place: Place, time: float, bound: float) -> bool:
    now = world.now(place, time)
    return now is not None and world.is_beyond(now, bound)


def persists(value: Any, world: World, time: float) -> Holds:
    """Of the evaluations in the window enough exist, and enough of those are violated."""
    during = secs(value.get("during", "900s"))
    ratio, coverage = Fraction(str(value.get("ratio", 0.9))), value.get("coverage", 0.8)
    bound = value["above" if "above" in value else "below"]
    least = Fraction(str(coverage)) * (during // world.tick)
    found: Holds = {}
    for place in world.signal:
        seen = world.window(world.signal[place], time, during)
        bad = sum(world.is_beyond(v, bound) for _, v in seen if v is not None)
        found[place] = bool(seen) and len(seen) >= least and Fraction(bad, len(seen)) >= ratio
    return found


def growing(value: Any, world: World, time: float) -> Holds:
    """The line through the window is beyond the bound at the horizon, and is a trend."""
    return {place: _grows(value, world, place, time) for place in world.signal}


def _grows(value: Any, world: World, place: Place, time: float) -> Verdict:
    within = secs(value["within"])
    window = secs(value["window"]) if "window" in value else 2 * within
    bound, sign = value["toward"], 1 if world.worse == "above" else -1
    floor = value.get("floor", bound / 10 if sign > 0 else None)
    long = world.window(world.signal[place], time, window)
    short = world.window(world.signal[place], time, within / 3)
    recent = world.window(world.signal[place], time, max(300.0, 2 * world.tick))
    if world.now(place, time) is None or not all(is_number(v) for _, v in long + recent):
        return False
    if any(math.isinf(v) for _, v in long + recent):
        return None  # what a line through infinity is, is nobody's business
    if len(long) < Fraction(4, 5) * (window // world.tick):
        return False
    far, near = line(long, time), line(short, time)
    if far is None or near is None:
        return False
    values = [v for _, v in long if v is not None]
    size = 1 + max(abs(v) for v in values)
    spread = variance(values)
    times = (len(long) ** 2 - 1) * world.tick**2 / 12  # as if there were no gap
    fit = far[1] ** 2 * times / spread if spread else 0.0
    margins = [
        (far[0] + far[1] * within - bound) * sign / size,
        far[1] * sign / size * window,
        near[1] * sign / size * within,
        fit - value.get("fit", 0.3),
    ]
    if floor is not None:
        margins.append((mean([v for _, v in recent if v is not None]) - floor) * sign / size)
    return sure(margins)


def sure(margins: list[float]) -> Verdict:
    """Whether all are above 0; None where one is so near that floating point decides."""
    if any(m < -1e-9 for m in margins):
        return False
    return None if any(m < 1e-9 for m in margins) else True


def missing(value: Any, world: World, time: float) -> Holds:
    """Members that are expected or remembered and silent; nobody, where none is known of."""
    places = list(world.signal)
    silent = [p for p in places if world.now(p, time) is None]
    if world.raw("members"):
        known = inventory(world, time)
    elif "memory" in value:
        span = secs(value["memory"])
        known = [p for p in places if world.window(world.signal[p], time, span)]
    else:
        known = []
    found: Holds = {p: p in silent or p not in places for p in known}
    found[()] = not known and len(silent) == len(places)
    return found


def inventory(world: World, time: float) -> list[Place]:
    """The members that are expected at a time."""
    return [key(lb) for lb, raw in world.raw("members") if world.at(raw, time) is not None]


def breadth(value: Any, world: World, time: float) -> Holds:
    """In a group enough places are violated, and they are enough of all."""
    bound = value["above" if "above" in value else "below"]
    by, members = tuple(value.get("by", ())), value.get("members", 3)
    share = Fraction(str(value.get("share", 0.25)))
    found: Holds = {}
    for group in {key(dict(p), by) for p in world.signal}:
        here = [p for p in world.signal if key(dict(p), by) == group]
        bad = sum(_violated(world, p, time, bound) for p in here)
        every = [p for p in inventory(world, time) if key(dict(p), by) == group]
        every = every or [p for p in here if world.window(world.signal[p], time, HOUR)]
        found[group] = bad >= members and Fraction(bad, len(every)) >= share
    return found


def repeated(value: Any, world: World, time: float) -> Holds:
    """Enough failures, births of counters among them, in a group or in parts of it."""
    by, across = tuple(value.get("by", ())), value.get("across")
    within, times = secs(value.get("within", "1800s")), value.get("times", 3)
    inner = (*by, across) if across else by
    counts: dict[Place, tuple[float, float]] = {}
    for labels, raw in world.raw("failures_total"):
        few, many = failures(world, raw, time, within)
        part = counts.get(key(labels, inner), (0.0, 0.0))
        counts[key(labels, inner)] = (part[0] + few, part[1] + many)
    found: Holds = {}
    for group in {key(labels, by) for labels, _ in world.raw("failures_total")}:
        parts = [
            _reaches(few, many, times)
            for part, (few, many) in counts.items()
            if key(dict(part), by) == group
        ]
        found[group] = _at_least(value.get("members", 3) if across else 1, parts)
        if found[group] is not False and "unless" in value and _excused(world, group, time, within):
            found[group] = False
    return found


def failures(world: World, raw: Samples, time: float, within: float) -> tuple[float, float]:
    """The increase of one counter, and one more where it was born with its first failure.

    Least and most: they differ where a restart hides with which value the counter began.
    """
    inside = [v for _, v in world.window(raw, time, within) if v is not None]
    rose = world.increase(raw, time, within) or 0.0
    if not inside or world.window(raw, time - within, max(within, HOUR)):
        return rose, rose
    restarted = any(after < before for before, after in pairwise(inside))
    if restarted and 1 in (inside[0], min(inside)):
        return rose, rose + 1
    return rose + (inside[0] == 1), rose + (inside[0] == 1)


def _reaches(few: float, many: float, times: int) -> Verdict:
    if few == many == times:
        return True
    least, most = sure([few - times]), sure([many - times])
    return least if least == most else None


def _at_least(many: int, parts: list[Verdict]) -> Verdict:
    if sum(p is True for p in parts) >= many:
        return True
    return None if sum(p is not False for p in parts) >= many else False


def _excused(world: World, group: Place, time: float, within: float) -> bool:
    names = tuple(name for name, _ in group)
    done = [raw for lb, raw in world.raw("successes_total") if key(lb, names) == group]
    return any((world.increase(raw, time, within) or 0) > 0 for raw in done)


JUDGES: dict[str, Judge] = {
    "above": threshold,
    "below": threshold,
    "growing": growing,
    "persists": persists,
    "missing": missing,
    "breadth": breadth,
    "repeated": repeated,
}
HOLDS = {"growing": "300s", "missing": "600s", "breadth": "120s"}
"""`for` where the catalog states none; elsewhere none."""
