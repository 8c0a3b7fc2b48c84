"""The hours of a week in which a receiver is told, from the intervals that Alertmanager gets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from driftbook import intervals, names
from driftbook.model import Catalog

DAY = 24 * 60
WEEK = (*intervals.DAYS[1:], intervals.DAYS[0])
"""From Monday, as people read it."""
Span = tuple[int, int]
"""Minutes of a day: from, to."""


@dataclass(frozen=True, slots=True)
class Hours:
    """name: of the interval in Alertmanager. days: spans of each day, Monday first."""

    name: str
    location: str
    days: tuple[tuple[Span, ...], ...]

    @property
    def always(self) -> bool:
        """Whether no minute is left out."""
        return all(spans == ((0, DAY),) for spans in self.days)

    def words(self) -> Iterator[tuple[str, str]]:
        """Days in a row with the same hours: `Monday to Friday`, `09:00 to 18:00`."""
        start = 0
        for index in range(1, 8):
            if index == 7 or self.days[index] != self.days[start]:
                yield _days(start, index - 1), _spans(self.days[start])
                start = index


def of(catalog: Catalog, notify: str, location: str) -> Hours | None:
    """The hours of a stage for a team in a time zone; None where it is told at any time."""
    interval = catalog.time_intervals.get(notify)
    if interval is None:
        return None
    ranges = list(intervals.ranges(interval, location))
    days = tuple(_merged(list(_on(ranges, day))) for day in range(7))
    return Hours(names.interval(notify, location), location or interval.location or "UTC", days)


def _on(ranges: Sequence[Mapping[str, Any]], day: int) -> Iterator[Span]:
    """What the ranges say of a day, 0 for Monday."""
    for one in ranges:
        days = {d for written in one.get("weekdays", ()) for d in _range(written)}
        if not days or day in days:
            times = one.get("times")
            if not times:
                yield 0, DAY
            for pair in times or ():
                yield _minute(pair["start_time"]), _minute(pair["end_time"])


def _range(written: str) -> Iterator[int]:
    bounds = [intervals.DAYS.index(day.strip()) for day in written.lower().split(":")]
    for day in range(bounds[0], bounds[-1] + 1):
        yield (day - 1) % 7


def _minute(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    made: list[Span] = []
    for start, end in sorted(spans):
        if made and start <= made[-1][1]:
            made[-1] = made[-1][0], max(end, made[-1][1])
        else:
            made.append((start, end))
    return tuple(made)


def _days(first: int, last: int) -> str:
    title = WEEK[first].capitalize()
    if first == last:
        return title
    return f"{title} {'and' if last == first + 1 else 'to'} {WEEK[last].capitalize()}"


def _spans(spans: Sequence[Span]) -> str:
    if not spans:
        return "nobody is told"
    if spans == ((0, DAY),):
        return "all day"
    return ", ".join(f"{clock(start)} to {clock(end)}" for start, end in spans)


def clock(minute: int) -> str:
    """1080 -> `18:00`."""
    return f"{minute // 60:02}:{minute % 60:02}"
