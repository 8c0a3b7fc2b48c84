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
COLORS: dict[StageName | Literal[""], str] = {
    "early": "cyan",
    "mid": "yellow",
    "late": "red",
    "": "dim",
}
MARKS = "●▲■◆○△"
"""One for each line of a drawing, so that colour is never needed to tell them apart."""
_STATES: dict[State, str] = {"": "·", "pending": "░", "firing": "█"}
HEIGHT, LOW, MARGIN = 12, 5, 14
"""Rows of the signal's chart and of a panel; columns left of them."""


@dataclass(frozen=True, slots=True)
class Line:
    """A series, named by its place; None where it has no value. faint: one of many, not named."""

    place: str
    values: tuple[float | None, ...]
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """A threshold of a stage; place is that of an override, else ""."""

    stage: StageName
    condition: str
    value: float
    place: str


@dataclass(frozen=True, slots=True)
class Moving:
    """A threshold that is a series of its own; None where there is none."""

    stage: StageName
    condition: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """What a condition compares, or a supporting signal, below the signal's own chart."""

    title: str
    unit: str
    lines: tuple[Line, ...]
    limits: tuple[float, ...] = ()


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
    notes: (seconds, what happens). quiet: stage and condition of alerts that are never reached.
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
    panels: tuple[Panel, ...] = ()
    moving: tuple[Moving, ...] = ()
    notes: tuple[tuple[float, str], ...] = ()
    quiet: tuple[str, ...] = ()

    def range(self) -> tuple[float, float]:
        """Lowest and highest value that a drawing of the signal has to show."""
        moved = [v for moving in self.moving for v in moving.values]
        return extent(self.lines, [b.value for b in self.bounds] + moved)


def extent(lines: Sequence[Line], others: Sequence[float | None]) -> tuple[float, float]:
    """Lowest and highest value; from zero, unless all are far from it and close to each other."""
    known = [v for line in lines for v in line.values] + list(others)
    finite = [v for v in known if v is not None and math.isfinite(v)]
    if finite and 0 < 0.75 * max(finite) < min(finite) < max(finite):
        return min(finite), max(finite)
    low, high = min([0.0, *finite]), max([0.0, *finite])
    return (low, high) if high > low else (low, low + 1)


def terminal(timeline: Timeline, width: int = 100) -> Iterator[Text]:
    """The drawing, line by line, at most `width` columns wide."""
    columns = _columns(timeline, width)
    yield Text(f"{timeline.scenario}: {timeline.title}", style="bold")
    yield Text(f"{timeline.invariant}, in {timeline.unit.replace('_', ' ')}", style="dim")
    bounds: list[_Level] = [(b.stage, (b.value,)) for b in timeline.bounds]
    bounds += [(m.stage, m.values) for m in timeline.moving]
    named = [b.value for b in timeline.bounds]
    yield from _chart(
        timeline.lines, bounds, named, timeline.range(), timeline.unit, HEIGHT, columns
    )
    yield _axis(timeline, columns)
    yield from legend(timeline.lines, "the signal")
    yield from _bounds(timeline)
    places = [line.place for line in timeline.lines]
    for panel in timeline.panels:
        yield from _panel(panel, places, columns)
    yield from tracks(timeline, width)


def _panel(panel: Panel, places: Sequence[str], columns: int) -> Iterator[Text]:
    """A low chart; its legend where its lines are not those of the signal."""
    yield Text(f"{' ' * MARGIN}{panel.title}", style="dim")
    limits: list[_Level] = [("", (limit,)) for limit in panel.limits]
    across = extent(panel.lines, panel.limits)
    yield from _chart(panel.lines, limits, panel.limits, across, panel.unit, LOW, columns)
    if [line.place for line in panel.lines] != places and len(panel.lines) > 1:
        yield from legend(panel.lines, "")


def tracks(timeline: Timeline, width: int = 100) -> Iterator[Text]:
    """A row for each alert that was ever more than quiet, and what the scenario expected.

    The sign at the end of a row is that of its place in the chart.
    """
    columns = _columns(timeline, width)
    seen = [t for t in timeline.tracks if any(t.states)]
    named = [line.place for line in timeline.lines if not line.faint]
    marks = {place: MARKS[n % len(MARKS)] for n, place in enumerate(named)}
    for track in seen:
        states = _pick(track.states, columns)
        row = Text(f"{track.stage:>5} ", style=COLORS[track.stage])
        row.append(f"{track.condition:<{MARGIN - 6}.{MARGIN - 6}}", style="dim")
        row.append("".join(_STATES[s] for s in states), style=COLORS[track.stage])
        yield row.append(f" {marks.get(track.place, track.place)}", style="dim")
    if not seen:
        yield Text("      no stage is reached", style="dim")
    elif timeline.quiet:
        yield Text(f"      never reached: {', '.join(timeline.quiet)}", style="dim")
    for at, text in timeline.notes:
        yield Text(f"{duration(at):>8} {text}")
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


_Level = tuple[StageName | Literal[""], tuple[float | None, ...]]
"""A bound: the stage that gives its colour, or "", and one value, or one for each moment."""


def _chart(
    lines: Sequence[Line],
    bounds: Sequence[_Level],
    named: Sequence[float],
    extent: tuple[float, float],
    unit: str,
    height: int,
    columns: int,
) -> Iterator[Text]:
    """Rows of a chart; named: values that are written beside it, as its ends are."""
    low, high = extent

    def row_of(value: float) -> int:
        share = (min(max(value, low), high) - low) / (high - low)
        return height - 1 - round(share * (height - 1))

    cells: list[list[tuple[str, str]]] = [[(" ", "")] * columns for _ in range(height)]
    drawn = [(values, "┈", COLORS[stage]) for stage, values in bounds]
    for values, mark, style in [*drawn, *_marked(lines)]:
        for column in range(columns):
            value = values[column * len(values) // columns]
            if value is not None and not math.isnan(value):
                cells[row_of(value)][column] = (mark, style)
    ends = {row: float(f"{value:.3g}") for row, value in ((height - 1, low), (0, high))}
    at = {row_of(value): value for value in named} | ends
    for number, row in enumerate(cells):
        label = spoken(at[number], unit) if number in at else ""
        text = Text(f"{label:>{MARGIN - 2}} │")
        for sign, style in row:
            text.append(sign, style=style)
        yield text


def _marked(lines: Sequence[Line]) -> Iterator[tuple[tuple[float | None, ...], str, str]]:
    """Values, sign and style of each line; the many first, so that the named lie on them."""
    for line in lines:
        if line.faint:
            yield line.values, "·", "dim"
    for number, line in enumerate(line for line in lines if not line.faint):
        yield line.values, MARKS[number % len(MARKS)], ""


def _axis(timeline: Timeline, columns: int) -> Text:
    """Times below the chart: start, middle, end."""
    last = timeline.times[-1]
    middle = duration(timeline.times[len(timeline.times) // 2])
    row = [" "] * (columns + 1)
    for column, word in ((0, "0s"), (columns // 2, middle), (columns - 1, duration(last))):
        start = max(0, min(column, columns + 1 - len(word)))
        row[start : start + len(word)] = word
    return Text(" " * (MARGIN - 1) + "└" + "".join(row).rstrip(), style="dim")


def legend(lines: Sequence[Line], nameless: str) -> Iterator[Text]:
    """Which sign stands for which place; nameless: what a line without a place is."""
    for number, line in enumerate(line for line in lines if not line.faint):
        yield Text(f"{MARKS[number % len(MARKS)]:>{MARGIN}} {line.place or nameless}")
    if others := sum(line.faint for line in lines):
        yield Text(f"{'·':>{MARGIN}} {others} more", style="dim")


def _bounds(timeline: Timeline) -> Iterator[Text]:
    for bound in timeline.bounds:
        where = f" where {bound.place}" if bound.place else ""
        text = (
            f"{'┈':>{MARGIN}} {bound.stage} {bound.condition} {spoken(bound.value, timeline.unit)}"
        )
        yield Text(text + where, style=COLORS[bound.stage])
    for moving in timeline.moving:
        text = f"{'┈':>{MARGIN}} {moving.stage} {moving.condition}, a bound that moves"
        yield Text(text, style=COLORS[moving.stage])
