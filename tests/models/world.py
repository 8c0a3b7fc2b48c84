"""What Prometheus sees of samples: the last one, those in a window, an increase, a line.

The increase follows `extrapolatedRate` of Prometheus, promql/functions.go, at 2.42 and at 3.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from models.series import STALE, Samples, Series, samples

LOOKBACK = 300.0
Labels = dict[str, str]
Place = tuple[tuple[str, str], ...]
"""Labels in order, to be a key."""


def key(labels: Labels, names: tuple[str, ...] | None = None) -> Place:
    """The labels, or those of some names, as a key."""
    return tuple(sorted((k, v) for k, v in labels.items() if names is None or k in names))


@dataclass(frozen=True, eq=False)
class World:
    """Series with a sample every step, rules evaluated every tick (both in seconds).

    identity: labels that name a place of the signal, which is the metric `lag`. worse: above or
    below. closed: whether windows hold a sample exactly at their start.
    """

    series: tuple[Series, ...]
    step: float
    tick: float
    identity: tuple[str, ...]
    worse: str
    closed: bool

    def only(self, wanted: Callable[[Labels], bool], metrics: Collection[str]) -> "World":
        """The same without the series of these metrics that are not wanted."""
        left = tuple(s for s in self.series if s.metric not in metrics or wanted(s.labels))
        return replace(self, series=left)

    def raw(self, metric: str) -> list[tuple[Labels, Samples]]:
        """The series of a metric."""
        return [(s.labels, samples(s.values, self.step)) for s in self.series if s.metric == metric]

    def is_beyond(self, value: float, bound: float) -> bool:
        """Whether a value is worse than a bound; NaN is not."""
        return value > bound if self.worse == "above" else value < bound

    def at(self, of: Samples, time: float) -> float | None:
        """The last sample not older than the lookback; None where it is a stale marker."""
        seen = self._since(of, time, LOOKBACK)
        return seen[-1][1] if seen else None

    def window(self, of: Samples, time: float, span: float) -> Samples:
        """The samples of the last `span` seconds; stale markers are none."""
        return tuple(s for s in self._since(of, time, span) if s[1] is not STALE)

    def _since(self, of: Samples, time: float, span: float) -> Samples:
        edge = bisect_left if self.closed else bisect_right
        return of[edge(of, time - span, key=_time) : bisect_right(of, time, key=_time)]

    @cached_property
    def signal(self) -> dict[Place, Samples]:
        """The recorded signal: at each tick what can be seen of it, for ever."""
        found = {}
        for labels, raw in self.raw("lag"):
            seen = [(time, self.at(raw, time)) for time in self._ticks()]
            found[key(labels)] = tuple(s for s in seen if s[1] is not None)
        return found

    def now(self, place: Place, time: float) -> float | None:
        """The recorded signal at this tick, if it was recorded at it."""
        return self._by_time[place].get(time)

    @cached_property
    def _by_time(self) -> dict[Place, dict[float, float | None]]:
        return {place: dict(of) for place, of in self.signal.items()}

    def _ticks(self) -> Iterator[float]:
        longest = max((raw[-1][0] for _, raw in self.raw("lag") if raw), default=0.0)
        for index in range(int((longest + LOOKBACK) // self.tick) + 2):
            yield index * self.tick

    def increase(self, of: Samples, time: float, span: float) -> float | None:
        """How much a counter rose, extrapolated to the edges of the window."""
        inside = [(t, v) for t, v in self.window(of, time, span) if v is not None]
        if len(inside) < 2:
            return None
        first, last = inside[0], inside[-1]
        rose = 0.0
        for (_, before), (_, after) in pairwise(inside):
            rose += after - before if after >= before else after
        covered = last[0] - first[0]
        apart = covered / (len(inside) - 1)
        to_zero = covered * first[1] / rose if rose > 0 else math.inf
        start = _reach(first[0] - (time - span), apart, to_zero, self.closed)
        end = _reach(time - last[0], apart, math.inf, self.closed)
        return rose * ((covered + start + end) / covered)


def _time(sample: tuple[float, float | None]) -> float:
    return sample[0]


def _reach(gap: float, apart: float, to_zero: float, old: bool) -> float:
    """How far to extrapolate: over the gap, but half a step where it is wide, not below zero.

    Prometheus 2 looks at zero before it looks at the width, Prometheus 3 after it.
    """
    if old:
        gap = min(gap, to_zero)
    if gap >= apart * 1.1:
        gap = apart / 2
    return gap if old else min(gap, to_zero)


def line(points: Samples, at: float) -> tuple[float, float] | None:
    """Least squares: the value of the line at a time, and its slope in a second."""
    if len(points) < 2:
        return None
    xs, ys = [t - at for t, _ in points], [v for _, v in points if v is not None]
    x_mean, y_mean = mean(xs), mean(ys)
    together = math.fsum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys, strict=True))
    slope = together / math.fsum((x - x_mean) ** 2 for x in xs)
    return y_mean - slope * x_mean, slope


def mean(values: list[float]) -> float:
    """Of all."""
    return math.fsum(values) / len(values)


def variance(values: list[float]) -> float:
    """Of a population."""
    middle = mean(values)
    return math.fsum((v - middle) ** 2 for v in values) / len(values)
