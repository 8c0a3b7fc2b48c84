"""Judges of the conditions that look at members of a place, or at work and who does it."""

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

from models.alert import Verdict
from models.judges import HOUR, Holds, inventory, secs, sure
from models.series import Samples, is_number
from models.world import Place, World, key, line

ENOUGH = Fraction(4, 5)
"""Share of a window that has to be known."""


def groups(world: World, over: str) -> dict[Place, list[Place]]:
    """Each place with its members."""
    found: dict[Place, list[Place]] = {}
    for member in world.signal:
        found.setdefault(_without(member, over), []).append(member)
    return found


def _without(member: Place, over: str) -> Place:
    return tuple(pair for pair in member if pair[0] != over)


def quorum(value: Any, world: World, time: float) -> Holds:
    """Too few of the expected members have a signal that is not beyond the bound."""
    over, spare = value["over"], value.get("spare", 0)
    expected: dict[Place, list[Place]] = {}
    for member in inventory(world, time):
        expected.setdefault(_without(member, over), []).append(member)
    found: Holds = {}
    for place, members in expected.items():
        healthy = sum(_healthy(value, world, member, time) for member in members)
        need = value.get("need", "majority")
        needed = (len(members) // 2 + 1 if need == "majority" else need) + spare
        found[place] = healthy < needed and (not spare or healthy < len(members))
    return found


def _healthy(value: Any, world: World, member: Place, time: float) -> bool:
    now = world.now(member, time) if member in world.signal else None
    if now is None:
        return False
    return now <= value["above"] if "above" in value else now >= value.get("below", 1)


def diverged(value: Any, world: World, time: float) -> Holds:
    """What members differ by stayed beyond the tolerance, or they had different checksums."""
    settle = secs(value.get("settle", "300s"))
    found: Holds = {}
    places = groups(world, value["over"])
    if "checksums" in value:
        where = [_without(key(lb, world.identity), value["over"]) for lb, _ in world.raw("content")]
        places = {place: [] for place in where}
    for place, members in places.items():
        ticks = list(_ticks(world, time, settle))
        if "checksums" in value:
            apart = [_checksums(value["over"], world, place, t) for t in ticks]
        else:
            apart = [_apart(world, members, t) for t in ticks]
        known = [d for d in apart if d is not None]
        if not known or len(known) < ENOUGH * Fraction(settle) / Fraction(world.tick):
            found[place] = False
        elif "checksums" in value:
            found[place] = min(known) > 1
        else:
            least_of_all = min((d for d in known if is_number(d)), default=math.nan)
            found[place] = _beyond(value, world, members, least_of_all, time)
    return found


def _ticks(world: World, time: float, span: float) -> Iterator[float]:
    count = int(time // world.tick)
    every = tuple((n * world.tick, 0.0) for n in range(count + 1))
    return (t for t, _ in world.window(every, time, span))


def _apart(world: World, members: list[Place], time: float) -> float | None:
    """The largest difference now, less what two scrapes of the fastest can explain."""
    now = [v for m in members if is_number(v := world.now(m, time)) and v is not None]
    if len(now) < 2:
        return None
    span = max(600.0, 10 * world.step, 10 * world.tick)
    slopes = []
    for member in members:
        seen = world.window(world.signal[member], time, span)
        if len(seen) < 2:
            continue
        straight = all(v is not None and math.isfinite(v) for _, v in seen)
        drawn = line(seen, time) if straight else None
        slopes.append(abs(drawn[1]) if drawn else math.nan)
    if not slopes:
        return None
    fastest = max((s for s in slopes if is_number(s)), default=math.nan)
    left = max(now) - min(now) - 2 * world.step * fastest
    return left if math.isnan(left) else max(0.0, left)


def _beyond(value: Any, world: World, members: list[Place], least: float, time: float) -> Verdict:
    settle = secs(value.get("settle", "300s"))
    seen = [v for m in members for _, v in world.window(world.signal[m], time, settle)]
    finite = [v for v in seen if v is not None and math.isfinite(v)]
    share = value.get("relative", 0.01)
    if share and not finite:
        return False
    largest = max(finite, default=0.0)
    here = [m for m in members if is_number(world.now(m, time))]
    if len(here) < value.get("replicas", 2) > 2:
        return False
    if math.isnan(least):
        return False  # all are infinite alike, or nobody knows how fast they change
    return sure([least - value["tolerance"], *([least - share * largest] if share else [])])


def _checksums(over: str, world: World, place: Place, time: float) -> int | None:
    seen = [
        lb
        for lb, raw in world.raw("content")
        if _without(key(lb, world.identity), over) == place and world.at(raw, time) not in (None, 0)
    ]
    if len({lb[over] for lb in seen}) < 2:
        return None
    return len({lb["checksum"] for lb in seen})


def stalled(value: Any, world: World, time: float) -> Holds:
    """All the window something waited, and nothing got done in it."""
    window, by = secs(value.get("window", "600s")), tuple(value.get("by", world.identity))
    found: Holds = {}
    least = ENOUGH * Fraction(window) / Fraction(world.tick)
    works = _succeeded if "last_success" in value else _works
    for place in world.signal:
        every = world.window(world.signal[place], time, window)
        seen = [v for _, v in every if v is not None and is_number(v)]
        waits = bool(seen) and len(every) >= least and min(seen) > value.get("above", 0)
        if waits and works(value, world, key(dict(place), by), by, time, window):
            waits = False
        # Whether NaN makes a backlog known is not said; the rules count it.
        found[place] = None if waits and len(seen) < least else waits
    return found


def _succeeded(
    value: Any, world: World, group: Place, by: tuple[str, ...], time: float, window: float
) -> bool:
    times = [world.at(raw, time) for lb, raw in world.raw("last") if key(lb, by) == group]
    return any(t is not None and abs(time - t) <= window for t in times)


def _works(
    value: Any, world: World, group: Place, by: tuple[str, ...], time: float, window: float
) -> bool:
    workers = [raw for lb, raw in world.raw("work_total") if key(lb, by) == group]
    span = secs(value.get("restarts_within", f"{max(1800.0, window):g}s"))
    most = value.get("restarts", 3)
    steady = [raw for raw in workers if _restarts(world.window(raw, time, span)) < most]
    return any(_progress(world, raw, time, window) for raw in steady)


def _restarts(seen: Samples) -> int:
    values = [v for _, v in seen if v is not None]
    return sum(after < before for before, after in pairwise(values))


def _progress(world: World, raw: Samples, time: float, window: float) -> bool:
    if (world.increase(raw, time, window) or 0) > 0:
        return True
    inside = world.window(raw, time, window)
    born = not world.window(raw, time - window, max(window, HOUR))
    return bool(inside) and born and (inside[-1][1] or math.nan) > 0


JUDGES = {"quorum": quorum, "diverged": diverged, "stalled": stalled}
HOLDS = {"quorum": "60s", "stalled": "120s"}
