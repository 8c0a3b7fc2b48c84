"""From values and times to places, with round marks on both axes."""

import math
from dataclasses import dataclass

from driftbook.svg.style import LEFT, RIGHT
from driftbook.units import spoken

TIMES = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
DAY = 86400
SPANS = (*TIMES, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY)
"""Steps between marks in seconds."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A plot: its upper edge and height, the values at its ends, the seconds across it."""

    top: float
    height: float
    low: float
    high: float
    span: float

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def x(self, time: float) -> float:
        """Units from the left, to a tenth."""
        return round(LEFT + (RIGHT - LEFT) * time / (self.span or 1), 1)

    def y(self, value: float) -> float:
        """Units from above; values outside lie on the edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(self.top + self.height * (1 - share), 1)


def rounded(low: float, high: float, unit: str, most: int) -> tuple[float, float, list[float]]:
    """Ends moved out to round values, and the marks between, at most so many and one."""
    step = _step((high - low) / most, unit)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    marks = [float(f"{n * step:.12g}") for n in range(first, last + 1)]
    return marks[0], marks[-1], marks


def moments(span: float, most: int = 6) -> list[float]:
    """Round times from the start on."""
    step = _span(span / most)
    return [float(step * n) for n in range(int(span // step) + 1)]


def _span(least: float) -> float:
    """The smallest round time of at least so many seconds."""
    return float(next((s for s in SPANS if s >= least), SPANS[-1] * math.ceil(least / SPANS[-1])))


def _step(least: float, unit: str) -> float:
    """The smallest round step of at least so much: 1, 2, 5, or what a clock or a computer has."""
    if unit == "seconds" and least > 1:
        return _span(least)
    if unit == "bytes":
        return float(2.0 ** math.ceil(math.log2(least) - 1e-9))
    power = 10.0 ** math.floor(math.log10(least))
    return next(f * power for f in (1, 2, 5, 10) if f * power >= least * (1 - 1e-9))


def label(value: float, unit: str) -> str:
    """A value beside an axis: short."""
    if unit in ("items", "count") and abs(value) >= 10_000:
        for size, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
            if abs(value) >= size:
                return f"{value / size:.6g} {sign}"
    if unit == "events_per_second":
        return f"{value:.4g}/s"
    return spoken(value, unit)
