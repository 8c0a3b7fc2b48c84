"""What Prometheus sees of samples: the last one, those in a window, an increase, a line.

The increase follows `extrapolatedRate` of Prometheus, promql/functions.go, at 2.42 and at 3.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from models.series import STALE, Samples, Series, samples

LOOKBACK = 300.0
Labels = dict[str, str]
Place = tuple[tuple[str, str], ...]
"""Labels in order, to be a key."""


def key(labels: Labels, names: tuple[str, ...] | None = None) -> Place:
    """The labels, or those of some names, as a key."""
    return tuple(sorted((k, v) for k, v in labels.items() if names is None or k in names))


@dataclass(frozen=True)
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

    def raw(self, metric: str) -> list[tuple[Labels, Samples]]:
        """The series of a metric."""
        return [
            (s.labels, samples(s.values, self.step)) for s in self.series if s.metric == metric
        ]

    def is_beyond(self, value: float, bound: float) -> bool:
        """Whether a value is worse than a bound; NaN is not."""
        return value > bound if self.worse == "above" else value < bound

    def at(self, of: Samples, time: float) -> float | None:
        """The last sample not older than the lookback; None where it is a stale marker."""
        seen = [s for s in of if s[0] <= time and self._since(s[0], time - LOOKBACK)]
        return seen[-1][1] if seen else None

    def window(self, of: Samples, time: float, span: float) -> Samples:
        """The samples of the last `span` seconds; stale markers are none."""
        return tuple(
            s
            for s in of
            if s[0] <= time and self._since(s[0], time - span) and s[1] is not STALE
        )

    def _since(self, time: float, start: float) -> bool:
        return time >= start if self.closed else time > start

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
        return dict(self.signal[place]).get(time)

    def _ticks(self) -> Iterator[float]:
        longest = max((raw[-1][0] for _, raw in self.raw("lag") if raw), default=0.0)
        for index in range(int((longest + LOOKBACK) // self.tick) + 2):
            yield index * self.tick

    def increase(self, of: Samples, time: float, span: float) -> Fraction | None:
        """How much a counter rose, extrapolated to the edges of the window."""
        inside = [(Fraction(t), Fraction(v)) for t, v in self.window(of, time, span)]
        if len(inside) < 2:
            return None
        first, last = inside[0], inside[-1]
        rose = sum(
            (b[1] - a[1] if b[1] >= a[1] else b[1] for a, b in zip(inside, inside[1:], strict=False)),
            Fraction(0),
        )
        covered = last[0] - first[0]
        apart = covered / (len(inside) - 1)
        to_zero = covered * first[1] / rose if rose > 0 else None
        before = _reach(first[0] - (Fraction(time) - Fraction(span)), apart, to_zero, self.closed)
        after = _reach(Fraction(time) - last[0], apart, None, self.closed)
        return rose * (covered + before + after) / covered


def _reach(gap: Fraction, apart: Fraction, to_zero: Fraction | None, old: bool) -> Fraction:
    """How far to extrapolate: over the gap, but half a step where it is wide, not below zero.

    Prometheus 2 looks at zero before it looks at the width, Prometheus 3 after it.
    """
    if old and to_zero is not None:
        gap = min(gap, to_zero)
    if gap >= apart * Fraction(11, 10):
        gap = apart / 2
    if not old and to_zero is not None:
        gap = min(gap, to_zero)
    return gap


def line(points: Samples, at: float) -> tuple[Fraction, Fraction] | None:
    """Least squares: the value of the line at a time, and its slope in a second."""
    if len(points) < 2:
        return None
    xs = [Fraction(t) - Fraction(at) for t, _ in points]
    ys = [Fraction(v) for _, v in points]
    n = len(points)
    x_mean, y_mean = sum(xs) / n, sum(ys) / n
    spread = sum((x - x_mean) ** 2 for x in xs)
    slope = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys, strict=True)) / spread
    return y_mean - slope * x_mean, slope


def variance(values: list[Fraction]) -> Fraction:
    """Of a population."""
    mean = sum(values) / len(values)
    return sum(((v - mean) ** 2 for v in values), Fraction(0)) / len(values)
