"""A timeline as an SVG picture: plain shapes and text, readable without colour or scripts.

It is drawn narrow, for phones, and grows with the room that it gets; then its text does not grow
with it. Light or dark follows the reader's system. Every line has a pattern and a sign of its own,
every bar says which stage it is, and the description tells all of it in words.
"""

from collections.abc import Iterator

from driftbook.svg import bars, chart
from driftbook.svg.style import (
    BOLD,
    DEFINITIONS,
    EDGE,
    LINE,
    NATURAL,
    STYLE,
    WIDTH,
    escaped,
    text,
    wrapped,
)
from driftbook.timeline import Timeline, Track
from driftbook.units import duration, number


def svg(timeline: Timeline) -> str:
    """The whole picture as text; the same for the same timeline."""
    title = f"{timeline.scenario}: {timeline.title}"
    body, y = [], 10.0
    for line in wrapped(title, letter=BOLD):
        y += 17
        body.append(text(EDGE, y, line, "title"))
    y += LINE
    body.append(text(EDGE, y, f"{timeline.invariant}, in {timeline.unit.replace('_', ' ')}", "dim"))
    for part in (chart.signal, chart.panels, bars.tracks, bars.notes):
        drawn, y = part(timeline, y)
        body += drawn
    height = number(round(y + 8))
    return "\n".join([*_head(title, timeline, height), *body, "</svg>"]) + "\n"


def _head(title: str, timeline: Timeline, height: str) -> Iterator[str]:
    tall = number(round(float(height) * NATURAL / WIDTH))
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{NATURAL}" height="{tall}" role="img" aria-labelledby="t d">'
    )
    yield f'<title id="t">{escaped(title)}</title>'
    yield f'<desc id="d">{escaped(described(timeline))}</desc>'
    yield f"<style>{STYLE}</style>"
    yield DEFINITIONS
    size = f'width="{WIDTH - 1}" height="{number(float(height) - 1)}"'
    yield f'<rect class="paper" x=".5" y=".5" {size} rx="6"/>'


def described(timeline: Timeline) -> str:
    """The picture in words, for those who do not see it."""
    said = [f"{timeline.invariant} from 0 s to {duration(timeline.times[-1])}."]
    said += [f"At {duration(at)}: {words}." for at, words in timeline.notes]
    for track in timeline.tracks:
        firing = _firing(timeline, track)
        if firing:
            where = f" at {track.place}" if track.place else ""
            since = f"fires first at {duration(firing[0])}, last at {duration(firing[-1])}."
            said.append(f"{track.stage} {track.condition}{where} {since}")
    quiet = list(timeline.quiet)
    quiet += [f"{t.stage} {t.condition}" for t in timeline.tracks if not _firing(timeline, t)]
    if quiet:
        said.append(f"Never firing: {', '.join(dict.fromkeys(quiet))}.")
    return " ".join(said)


def _firing(timeline: Timeline, track: Track) -> list[float]:
    return [t for t, s in zip(timeline.times, track.states, strict=True) if s == "firing"]
