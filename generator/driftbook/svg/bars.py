"""Below the charts: a bar for each alert over time, and what the numbers point at."""

from collections.abc import Iterator

from driftbook.svg.chart import Drawn, badge
from driftbook.svg.scale import Scale
from driftbook.svg.style import EDGE, LEFT, LINE, RIGHT, hatched, text, wrapped
from driftbook.timeline import Timeline, Track
from driftbook.units import duration, number

BAR = 11


def tracks(timeline: Timeline, y: float) -> Drawn:
    """Words and a bar for each alert: hatched while it waits, filled while it fires."""
    seen = [t for t in timeline.tracks if any(t.states)]
    parts: list[str] = []
    y += 6
    for track in seen:
        for line in wrapped(_words(timeline, track)):
            y += LINE
            parts.append(text(EDGE, y, line, track.stage))
        parts += _bar(timeline, track, y + 5)
        y += 5 + BAR + 3
    if seen:
        y += LINE
        parts += key(y)
    said = "no stage is reached"
    if timeline.quiet or not seen:
        said = f"Never reached: {', '.join(timeline.quiet)}" if timeline.quiet else said
        for line in wrapped(said):
            y += LINE
            parts.append(text(EDGE, y, line, "dim"))
    return parts, y


def _words(timeline: Timeline, track: Track) -> str:
    """`late above, region=eu: fires 12m to 30m, 45m to the end`."""
    where = f", {track.place}" if track.place else ""
    last = timeline.times[-1]
    times = [
        f"{duration(start)} to {duration(end) if end < last else 'the end'}"
        for start, end, state in _runs(timeline, track)
        if state == "firing"
    ]
    shown = ", ".join(times[:3]) + (f" and {len(times) - 3} times more" if times[3:] else "")
    said = f"fires {shown}" if times else "only waits"
    return f"{track.stage} {track.condition}{where}: {said}"


def _bar(timeline: Timeline, track: Track, y: float) -> Iterator[str]:
    plot = Scale(y, BAR, 0, 1, timeline.times[-1])
    box = f'y="{number(y)}" height="{BAR}"'
    yield f'<rect class="track grid" x="{LEFT}" {box} width="{RIGHT - LEFT}"/>'
    for start, end, state in _runs(timeline, track):
        x, stage = plot.x(start), track.stage
        wide = max(plot.x(end) - x, 1)
        if state == "pending":
            yield hatched(stage, (x, y, wide, BAR), state)
        else:
            size = f'x="{number(x)}" {box} width="{number(round(wide, 1))}"'
            yield f'<rect class="{stage}-firing" {size}><title>{state}</title></rect>'


def _runs(timeline: Timeline, track: Track) -> Iterator[tuple[float, float, str]]:
    """Stretches of one state, with their start and end; quiet ones left out."""
    start, last = 0.0, ""
    for time, state in [*zip(timeline.times, track.states, strict=True), (None, "")]:
        if state != last or time is None:
            end = time if time is not None else timeline.times[-1]
            if last:
                yield start, end, last
            start, last = (time or 0.0), state


def key(y: float) -> Iterator[str]:
    """What hatched and filled mean."""
    box = f'y="{number(y - 10)}" width="22" height="{BAR}"'
    yield hatched("note", (LEFT, y - 10, 22, BAR))
    yield text(LEFT + 28, y, "waits (for)", "dim")
    yield f'<rect class="badge" x="{LEFT + 130}" {box}/>'
    yield text(LEFT + 158, y, "fires", "dim")


def notes(timeline: Timeline, y: float) -> Drawn:
    """The words of each number."""
    parts: list[str] = []
    y += 6 if timeline.notes else 0
    for index, (at, said) in enumerate(timeline.notes, start=1):
        parts.append(badge(EDGE + 8, y + LINE - 4.5, index))
        for line in wrapped(f"{duration(at)}: {said}", 22):
            y += LINE
            parts.append(text(EDGE + 22, y, line))
    return parts, y
