"""A scenario over time, drawn for a terminal and as an SVG picture: signal, bounds, stages.

Values only: what promtool computed is filled in by `prove.timelines`.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.text import Text

from driftbook.model import StageName
from driftbook.units import duration, spoken

State = Literal["", "pending", "firing"]
COLORS: dict[StageName, str] = {"early": "cyan", "mid": "yellow", "late": "red"}
MARKS = "●▲■◆○△"
"""One for each line of a drawing, so that colour is never needed to tell them apart."""
_STATES: dict[State, str] = {"": "·", "pending": "░", "firing": "█"}
HEIGHT, MARGIN = 12, 14


@dataclass(frozen=True, slots=True)
class Line:
    """The signal at one place; None where it has no value."""

    place: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """A threshold of a stage; place is that of an override, else ""."""

    stage: StageName
    condition: str
    value: float
    place: str


@dataclass(frozen=True, slots=True)
class Track:
    """One alert over time."""

    stage: StageName
    condition: str
    place: str
    states: tuple[State, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A scenario as one invariant sees it.

    times: seconds from the start, evenly spaced. expected: (seconds, words, whether it came so).
    """

    scenario: str
    title: str
    invariant: str
    unit: str
    times: tuple[float, ...]
    lines: tuple[Line, ...]
    bounds: tuple[Bound, ...]
    tracks: tuple[Track, ...]
    expected: tuple[tuple[float, str, bool], ...]

    def range(self) -> tuple[float, float]:
        """Lowest and highest value that a drawing has to show; zero is always in."""
        finite = [v for line in self.lines for v in line.values if v is not None]
        finite = [v for v in finite if math.isfinite(v)] + [b.value for b in self.bounds]
        low, high = min([0.0, *finite]), max([0.0, *finite])
        return (low, high) if high > low else (low, low + 1)


def terminal(timeline: Timeline, width: int = 100) -> Iterator[Text]:
    """The drawing, line by line, at most `width` columns wide."""
    columns = _columns(timeline, width)
    yield Text(f"{timeline.scenario}: {timeline.title}", style="bold")
    yield Text(f"{timeline.invariant}, in {timeline.unit.replace('_', ' ')}", style="dim")
    yield from _chart(timeline, columns)
    yield _axis(timeline, columns)
    yield from legend(timeline)
    yield from _bounds(timeline)
    yield from tracks(timeline, width)


def tracks(timeline: Timeline, width: int = 100) -> Iterator[Text]:
    """A row for each alert that was ever more than quiet, and what the scenario expected.

    The sign at the end of a row is that of its place in the chart.
    """
    columns = _columns(timeline, width)
    seen = [t for t in timeline.tracks if any(t.states)]
    marks = {line.place: MARKS[n % len(MARKS)] for n, line in enumerate(timeline.lines)}
    for track in seen:
        states = _pick(track.states, columns)
        row = Text(f"{track.stage:>5} ", style=COLORS[track.stage])
        row.append(f"{track.condition:<{MARGIN - 6}.{MARGIN - 6}}", style="dim")
        row.append("".join(_STATES[s] for s in states), style=COLORS[track.stage])
        yield row.append(f" {marks.get(track.place, track.place)}", style="dim")
    if not seen:
        yield Text("      no stage is reached", style="dim")
    for at, words, came in timeline.expected:
        sign = "as expected" if came else "NOT AS EXPECTED"
        yield Text(f"{duration(at):>8} {words}: {sign}", style="" if came else "bold red")


def _columns(timeline: Timeline, width: int) -> int:
    return max(20, min(width - MARGIN - 2, len(timeline.times)))


def _pick(values: Sequence[State], columns: int) -> list[State]:
    """The worst state within each column."""
    order: tuple[State, ...] = ("", "pending", "firing")
    return [max(part, key=order.index) for part in _parts(values, columns)]


def _parts(values: Sequence[State], columns: int) -> Iterator[Sequence[State]]:
    for column in range(columns):
        start, end = (len(values) * c // columns for c in (column, column + 1))
        yield values[start : max(end, start + 1)]


def _chart(timeline: Timeline, columns: int) -> Iterator[Text]:
    low, high = timeline.range()

    def row_of(value: float) -> int:
        share = (min(max(value, low), high) - low) / (high - low)
        return HEIGHT - 1 - round(share * (HEIGHT - 1))

    cells: list[list[tuple[str, str]]] = [[(" ", "")] * columns for _ in range(HEIGHT)]
    for bound in timeline.bounds:
        cells[row_of(bound.value)] = [("┈", COLORS[bound.stage])] * columns
    for number, line in enumerate(timeline.lines):
        mark = MARKS[number % len(MARKS)]
        for column in range(columns):
            value = line.values[column * len(line.values) // columns]
            if value is not None and not math.isnan(value):
                cells[row_of(value)][column] = (mark, "")
    at = {row_of(b.value): b.value for b in timeline.bounds} | {HEIGHT - 1: low, 0: high}
    for number, row in enumerate(cells):
        label = spoken(at[number], timeline.unit) if number in at else ""
        text = Text(f"{label:>{MARGIN - 2}} │")
        for sign, style in row:
            text.append(sign, style=style)
        yield text


def _axis(timeline: Timeline, columns: int) -> Text:
    """Times below the chart: start, middle, end."""
    last = timeline.times[-1]
    middle = duration(timeline.times[len(timeline.times) // 2])
    row = [" "] * (columns + 1)
    for column, word in ((0, "0s"), (columns // 2, middle), (columns - 1, duration(last))):
        start = max(0, min(column, columns + 1 - len(word)))
        row[start : start + len(word)] = word
    return Text(" " * (MARGIN - 1) + "└" + "".join(row).rstrip(), style="dim")


def legend(timeline: Timeline) -> Iterator[Text]:
    """Which sign stands for which place."""
    for number, line in enumerate(timeline.lines):
        yield Text(f"{MARKS[number % len(MARKS)]:>{MARGIN}} {line.place or 'the signal'}")


def _bounds(timeline: Timeline) -> Iterator[Text]:
    for bound in timeline.bounds:
        where = f" where {bound.place}" if bound.place else ""
        text = (
            f"{'┈':>{MARGIN}} {bound.stage} {bound.condition} {spoken(bound.value, timeline.unit)}"
        )
        yield Text(text + where, style=COLORS[bound.stage])
