"""The judge of `unusual`: is the signal further from its season than it usually is?"""

import math
from functools import lru_cache
from typing import Any

from models.alert import Verdict
from models.judges import Holds, secs, sure
from models.series import Samples
from models.world import Place, World, mean

HALF, HOUR, DAY = 1800.0, 3600.0, 86400.0


def unusual(value: Any, world: World, time: float) -> Holds:
    """The level is beyond season and usual distance, held between floor and cap."""
    found: Holds = {}
    for place in world.signal:
        past = history(world, place, tuple(secs(s) for s in value["seasons"]))
        found[place] = past.is_unusual(value, time)
    return found


@lru_cache(maxsize=64)
def history(world: World, place: Place, seasons: tuple[float, ...]) -> "History":
    """One for each place, as each looks back on all that it has said."""
    return History(world, place, seasons)


class History:
    """What was known of one place at each tick."""

    def __init__(self, world: World, place: Place, seasons: tuple[float, ...]) -> None:
        self.world, self.seasons = world, seasons
        every = world.signal[place]
        self.signal = tuple((t, v) for t, v in every if v is not None and math.isfinite(v))
        count = int(every[-1][0] // world.tick) + 4 if every else 0
        ticks = [n * world.tick for n in range(count)]
        self.season: Samples = tuple((t, s) for t in ticks if (s := self._season(t)) is not None)
        levels = {t: level for t in ticks if (level := self.level(t)) is not None}
        self.residual: Samples = tuple(
            (t, abs(levels[t] - s)) for t, s in self.season if s is not None and t in levels
        )

    def level(self, time: float) -> float | None:
        """The mean of half an hour."""
        return self._mean(time, HALF)

    def _mean(self, time: float, span: float) -> float | None:
        seen = [v for _, v in self.world.window(self.signal, time, span) if v is not None]
        return mean(seen) if seen else None

    def _season(self, time: float) -> float | None:
        """The median over seasons of the hour around this moment."""
        hours = [self._mean(time - ago + HALF, HOUR) for ago in self.seasons]
        known = [h for h in hours if h is not None]
        return quantile(0.5, known) if known else None

    def _spread(self, time: float) -> float | None:
        """How far it usually is: looked at each full hour of a week, when it is a day old."""
        if not self.world.window(self.residual, time - DAY, 2 * HOUR):
            return None
        week = self.world.window(self.residual, time, 7 * DAY)
        hourly = [v for t, v in week if t % HOUR == 0 and v is not None]
        return quantile(0.95, hourly) if hourly else None

    def is_unusual(self, value: Any, time: float) -> Verdict:
        """Whether it is now."""
        up = self.world.worse == "above"
        level, spread = self.level(time), self._spread(time)
        seasons = [v for _, v in self.world.window(self.season, time, HOUR) if v is not None]
        if level is None:
            return False
        limit = value.get("fallback", value["cap"] if up else value["floor"])
        if spread is not None and seasons:
            far = value.get("k", 2) * spread
            limit = max(seasons) + far if up else min(seasons) - far
            limit = min(max(limit, value["floor"]), value["cap"])
        return sure([(level - limit) * (1 if up else -1)])


def quantile(share: float, values: list[float]) -> float:
    """Between the two nearest ranks."""
    ordered, rank = sorted(values), share * (len(values) - 1)
    low = math.floor(rank)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (rank - low)


JUDGES = {"unusual": unusual}
