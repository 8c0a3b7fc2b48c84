"""The charts of a picture: the signal with its bounds, and the panels below."""

import math
from collections.abc import Iterator, Sequence

from driftbook.svg import scale
from driftbook.svg.scale import Scale, moments, rounded
from driftbook.svg.style import DASHES, EDGE, LEFT, LETTER, LINE, RIGHT, SIGNS, sign, text, wrapped
from driftbook.timeline import Line, Panel, Timeline, extent
from driftbook.units import duration, number, spoken

CHART, PANEL = 170, 64
"""Heights of the plots."""
SIGNED = 5
"""Signs along a line."""

Drawn = tuple[list[str], float]
"""Shapes, and where the next part begins."""


def signal(timeline: Timeline, y: float) -> Drawn:
    """The legend, the notes' numbers, the chart of the signal and the times below it."""
    parts, y = _legend(timeline.lines, y, alone="")
    rows = _rows(timeline)
    top = y + 10 + 16 * max(rows, default=0)
    low, high, marks = rounded(*timeline.range(), timeline.unit, 4)
    plot = Scale(top, CHART, low, high, timeline.times[-1])
    parts += _axes(plot, marks, timeline.unit)
    parts += _pointers(timeline, plot, rows)
    for moving in timeline.moving:
        d = _path(plot, timeline.times, moving.values)
        parts.append(f'<path class="{moving.stage}" stroke-dasharray="6 4" d="{d}"/>')
    parts += _lines(plot, timeline.times, timeline.lines)
    parts += _bounds(timeline, plot)
    for time in moments(plot.span):
        anchor = "end" if plot.x(time) > RIGHT - 12 else "middle"
        parts.append(text(plot.x(time), plot.bottom + 16, duration(time), "dim", anchor))
    return parts, plot.bottom + 24


def panels(timeline: Timeline, y: float) -> Drawn:
    """A low chart for each further series, with its title above it."""
    parts: list[str] = []
    for panel in timeline.panels:
        drawn, y = _panel(timeline, panel, y)
        parts += drawn
    return parts, y


def _panel(timeline: Timeline, panel: Panel, y: float) -> Drawn:
    parts: list[str] = []
    for line in wrapped(panel.title):
        y += LINE
        parts.append(text(EDGE, y, line))
    places = [line.place for line in timeline.lines]
    mine = [line.place for line in panel.lines]
    if mine != places and (len(mine) > 1 or not set(mine) <= set(places)):
        legend, y = _legend(panel.lines, y, alone="")
        parts += legend
    low, high, marks = rounded(*extent(panel.lines, panel.limits), panel.unit, 2)
    plot = Scale(y + 13, PANEL, low, high, timeline.times[-1])
    parts += _axes(plot, marks, panel.unit)
    for at, _ in timeline.notes:
        parts.append(_pointer(plot.x(at), plot.top, plot.bottom))
    parts += _lines(plot, timeline.times, panel.lines)
    for limit in panel.limits:
        level = number(plot.y(limit))
        parts.append(f'<path class="note" stroke-dasharray="6 4" d="M{LEFT} {level}H{RIGHT}"/>')
        said = f"{scale.label(limit, panel.unit)}: limit"
        parts.append(text(RIGHT - 4, plot.y(limit) - 4, said, "", "end"))
    return parts, plot.bottom + 10


def _legend(lines: Sequence[Line], y: float, alone: str) -> Drawn:
    """Which pattern and sign is which place, as many in a row as there is room for."""
    parts: list[str] = []
    named = [line.place for line in lines if not line.faint]
    others = len(lines) - len(named)
    entries = [(f"l{n}", place) for n, place in enumerate(named) if place or len(named) > 1]
    entries += [("many", f"{others} more")] if others else []
    x, y = float(EDGE), y + LINE if entries else y
    for kind, words in entries:
        wide = 52 + LETTER * len(words)
        if x + wide > RIGHT and x > EDGE:
            x, y = float(EDGE), y + LINE
        parts += _sample(kind, x, y - 4)
        parts.append(text(x + 32, y, words))
        x += wide
    return parts, y


def _sample(kind: str, x: float, y: float) -> Iterator[str]:
    index = int(kind[1:]) if kind != "many" else -1
    dash = _dash(index)
    at = f"{number(round(x, 1))} {number(y)}"
    yield f'<path class="{kind}" stroke-width="{2 if index >= 0 else 1}"{dash} d="M{at}h26"/>'
    if index >= 0:
        yield sign(index, round(x + 13, 1), y)


def _dash(index: int) -> str:
    pattern = DASHES[index % len(DASHES)] if index > 0 else ""
    return f' stroke-dasharray="{pattern}"' if pattern else ""


def _axes(plot: Scale, marks: Sequence[float], unit: str) -> Iterator[str]:
    for value in marks:
        y = number(plot.y(value))
        yield f'<path class="grid" d="M{LEFT} {y}H{RIGHT}"/>'
        yield text(LEFT - 6, plot.y(value) + 4, scale.label(value, unit), "dim", "end")
    ticks = "".join(f"M{number(plot.x(t))} {number(plot.bottom)}v4" for t in moments(plot.span))
    edge = f"M{LEFT} {number(plot.top)}V{number(plot.bottom)}H{RIGHT}"
    yield f'<path class="axis" d="{edge}{ticks}"/>'


def _bounds(timeline: Timeline, plot: Scale) -> Iterator[str]:
    """Dashed lines; labels that would lie on each other are moved apart."""
    taken = -math.inf
    for bound in sorted(timeline.bounds, key=lambda b: -b.value):
        y = plot.y(bound.value)
        yield (
            f'<path class="{bound.stage}" stroke-dasharray="6 4" d="M{LEFT} {number(y)}H{RIGHT}"/>'
        )
        taken = max(y - 4 if y - 14 > plot.top - 8 else y + 13, taken + 14)
        where = f" ({bound.place})" if bound.place else ""
        said = f"{bound.stage} {bound.condition} {spoken(bound.value, timeline.unit)}{where}"
        yield text(LEFT + 6, taken, said, bound.stage)
    for moving in timeline.moving:
        known = [v for v in moving.values if v is not None and math.isfinite(v)]
        if known:
            at = max(plot.y(known[0]) - 4, taken + 14)
            said = f"{moving.stage} {moving.condition}: a bound that moves"
            yield text(LEFT + 6, at, said, moving.stage)


def _lines(plot: Scale, times: Sequence[float], lines: Sequence[Line]) -> Iterator[str]:
    """The many first, so that the named lie on them."""
    for line in lines:
        if line.faint:
            yield f'<path class="many" stroke-width="1" d="{_path(plot, times, line.values)}"/>'
    for index, line in enumerate(line for line in lines if not line.faint):
        d, kind = _path(plot, times, line.values), index % SIGNS
        yield f'<path class="l{kind}" stroke-width="2"{_dash(index)} d="{d}"/>'
        for n in range(SIGNED):
            at = int((n + (index + 1) / (SIGNS + 1)) * len(times) / SIGNED)
            value = line.values[min(at, len(times) - 1)]
            if value is not None and not math.isnan(value):
                yield sign(index, plot.x(times[min(at, len(times) - 1)]), plot.y(value))


def _path(plot: Scale, times: Sequence[float], values: Sequence[float | None]) -> str:
    """Stretches with values, without the points that lie on the way between their neighbours."""
    stretches: list[list[tuple[float, float]]] = [[]]
    for time, value in zip(times, values, strict=True):
        if value is None or math.isnan(value):
            stretches.append([])
        else:
            stretches[-1].append((plot.x(time), plot.y(value)))
    return "".join(_stretch(points) for points in stretches if points)


def _stretch(points: list[tuple[float, float]]) -> str:
    kept = [points[0]]
    for index in range(1, len(points) - 1):
        (x0, y0), (x, y), (x1, y1) = kept[-1], points[index], points[index + 1]
        straight = y0 + (y1 - y0) * (x - x0) / ((x1 - x0) or 1)
        if abs(straight - y) > 0.05:
            kept.append((x, y))
    last = points[-1] if len(points) > 1 else (points[0][0] + 1, points[0][1])
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in [*kept, last])


def _rows(timeline: Timeline) -> list[int]:
    """For each note the row of its number: 1, or more where the ones before are too near."""
    width, rows = RIGHT - LEFT, list[int]()
    ends: dict[int, float] = {}
    for at, _ in timeline.notes:
        x = width * at / (timeline.times[-1] or 1)
        row = next(n for n in range(1, 99) if ends.get(n, -99) + 16 <= x)
        ends[row] = x
        rows.append(row)
    return rows


def _pointers(timeline: Timeline, plot: Scale, rows: Sequence[int]) -> Iterator[str]:
    """A number above the chart for each note, and a dotted line down from it."""
    for index, ((at, _), row) in enumerate(zip(timeline.notes, rows, strict=True), start=1):
        x, y = plot.x(at), plot.top - 16 * row + 7
        yield _pointer(x, y + 6, plot.bottom)
        yield badge(x, y, index)


def _pointer(x: float, top: float, bottom: float) -> str:
    return (
        f'<path class="note" stroke-dasharray="1 3" '
        f'd="M{number(x)} {number(round(top, 1))}V{number(round(bottom, 1))}"/>'
    )


def badge(x: float, y: float, index: int) -> str:
    """A number in a disc."""
    disc = f'<circle class="badge" cx="{number(x)}" cy="{number(round(y, 1))}" r="7.5"/>'
    return disc + text(x, y + 3.8, str(index), "badge-text", "middle")
