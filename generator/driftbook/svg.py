"""A timeline as an SVG picture: plain shapes and text, readable without colour or scripts."""

import math
from collections.abc import Iterator
from html import escape

from driftbook.model import StageName
from driftbook.timeline import Bound, Timeline, Track
from driftbook.units import duration, number, spoken

LEFT, PLOT, TOP, CHART, ROW = 120, 620, 56, 260, 22
END = LEFT + PLOT
COLORS: dict[StageName, str] = {"early": "#1d6fa5", "mid": "#9a6700", "late": "#b3261e"}
"""Dark enough for text on white (contrast above 4.5:1)."""
LINES = ("#1f2328", "#6639ba", "#116329", "#953800", "#0a5560", "#8c2f6b")
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1f2328}.dim{fill:#57606a}"
    ".title{font-size:16px;font-weight:600}.axis{stroke:#8c959f}"
)


def svg(timeline: Timeline) -> str:
    """The whole picture as text; the same for the same timeline."""
    seen = [t for t in timeline.tracks if any(t.states)]
    height = TOP + CHART + 52 + ROW * max(1, len(seen)) + 18 * len(timeline.lines) + 16
    width = END + 24 + 7 * max((len(w) for w in _on_the_right(timeline, seen)), default=0)
    title = escape(f"{timeline.scenario}: {timeline.title}")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-labelledby="t d">',
        f'<title id="t">{title}</title>',
        f'<desc id="d">{escape(_described(timeline))}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text class="title" x="16" y="26">{title}</text>',
        f'<text class="dim" x="16" y="44">{escape(timeline.invariant)}</text>',
        *_axes(timeline),
        *_bounds(timeline),
        *_lines(timeline),
        *_tracks(timeline, seen),
        *_legend(timeline, TOP + CHART + 58 + ROW * max(1, len(seen))),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _on_the_right(timeline: Timeline, seen: list[Track]) -> Iterator[str]:
    """Every label beside the chart, to make room for the longest."""
    yield from (track.place for track in seen)
    yield from (_bound(timeline, bound) for bound in timeline.bounds)


def _bound(timeline: Timeline, bound: Bound) -> str:
    where = f" ({bound.place})" if bound.place else ""
    return f"{bound.stage} {bound.condition} {spoken(bound.value, timeline.unit)}{where}"


def _described(timeline: Timeline) -> str:
    """The picture in words, for those who do not see it."""
    said = [f"{timeline.invariant} from 0 s to {duration(timeline.times[-1])}."]
    for track in timeline.tracks:
        firing = [t for t, s in zip(timeline.times, track.states, strict=True) if s == "firing"]
        if firing:
            where = f" at {track.place}" if track.place else ""
            since = f"fires first at {duration(firing[0])}, last at {duration(firing[-1])}."
            said.append(f"{track.stage} {track.condition}{where} {since}")
    return " ".join(said)


def _x(timeline: Timeline, time: float) -> float:
    span = timeline.times[-1] or 1
    return round(LEFT + PLOT * time / span, 1)


def _y(timeline: Timeline, value: float) -> float:
    low, high = timeline.range()
    share = (min(max(value, low), high) - low) / (high - low)
    return round(TOP + CHART * (1 - share), 1)


def _text(x: float, y: float, words: str, anchor: str = "start", color: str = "") -> str:
    """Words in a colour, or dimmed."""
    look = f'style="fill:{color}"' if color else 'class="dim"'
    place = f'x="{number(x)}" y="{number(y)}" text-anchor="{anchor}"'
    return f"<text {look} {place}>{escape(words)}</text>"


def _axes(timeline: Timeline) -> Iterator[str]:
    bottom, right = TOP + CHART, END
    yield f'<path class="axis" fill="none" d="M{LEFT} {TOP}V{bottom}H{right}"/>'
    low, high = timeline.range()
    for value in dict.fromkeys((low, high)):
        y = _y(timeline, value)
        yield _text(LEFT - 8, y + 4, spoken(value, timeline.unit), "end")
    marks = 6
    for index in range(marks + 1):
        time = timeline.times[(len(timeline.times) - 1) * index // marks]
        x = _x(timeline, time)
        yield f'<path class="axis" d="M{number(x)} {bottom}v5"/>'
        yield _text(x, bottom + 20, duration(time), "middle")


def _bounds(timeline: Timeline) -> Iterator[str]:
    """Dashed lines; labels that would lie on each other are moved apart."""
    taken = -math.inf
    for bound in sorted(timeline.bounds, key=lambda b: -b.value):
        y, color = _y(timeline, bound.value), COLORS[bound.stage]
        taken = max(y + 4, taken + 14)
        yield (f'<path stroke="{color}" stroke-dasharray="6 4" d="M{LEFT} {number(y)}H{END}"/>')
        yield _text(END + 8, taken, _bound(timeline, bound), "start", color)


def _lines(timeline: Timeline) -> Iterator[str]:
    for index, line in enumerate(timeline.lines):
        path, pen = [], "M"
        for time, value in zip(timeline.times, line.values, strict=True):
            if value is None or math.isnan(value):
                pen = "M"
                continue
            x, y = number(_x(timeline, time)), number(_y(timeline, value))
            path.append(f"{pen}{x} {y}")
            pen = "L"
        color = LINES[index % len(LINES)]
        dash = f' stroke-dasharray="{2 + index} {index}"' if index else ""
        yield f'<path fill="none" stroke="{color}" stroke-width="2"{dash} d="{"".join(path)}"/>'


def _tracks(timeline: Timeline, seen: list[Track]) -> Iterator[str]:
    """A row per alert: outlined while it waits, filled while it fires."""
    top = TOP + CHART + 36
    if not seen:
        yield _text(LEFT, top + 15, "no stage is reached")
    for row, track in enumerate(seen):
        y, color = top + row * ROW, COLORS[track.stage]
        yield _text(LEFT - 8, y + 13, f"{track.stage} {track.condition}", "end", color)
        for start, end, state in _runs(timeline, track):
            fill = color if state == "firing" else "none"
            width = number(round(max(_x(timeline, end) - _x(timeline, start), 1), 1))
            x = number(_x(timeline, start))
            yield (
                f'<rect x="{x}" y="{y + 2}" width="{width}" height="14" fill="{fill}" '
                f'stroke="{color}"><title>{state}</title></rect>'
            )
        yield _text(END + 8, y + 13, track.place)


def _runs(timeline: Timeline, track: Track) -> Iterator[tuple[float, float, str]]:
    """Stretches of one state, with their start and end; quiet ones left out."""
    step = timeline.times[1] - timeline.times[0] if len(timeline.times) > 1 else 1
    start, last = 0.0, ""
    for time, state in [*zip(timeline.times, track.states, strict=True), (None, "")]:
        if state != last or time is None:
            end = time if time is not None else timeline.times[-1]
            if last:
                yield start, end or step, last
            start, last = (time or 0.0), state


def _legend(timeline: Timeline, top: int) -> Iterator[str]:
    for index, line in enumerate(timeline.lines):
        y, color = top + 18 * index, LINES[index % len(LINES)]
        dash = f' stroke-dasharray="{2 + index} {index}"' if index else ""
        yield (
            f'<path stroke="{color}" stroke-width="2"{dash} d="M{LEFT} {y - 4}h28"/>'
            f'<text x="{LEFT + 36}" y="{y}">{escape(line.place or "the signal")}</text>'
        )
