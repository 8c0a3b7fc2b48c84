"""A scenario over time, as one invariant sees it."""

from driftbook.svg import bars, chart
from driftbook.svg.frame import Picture
from driftbook.svg.style import BOLD, EDGE, LINE, text, wrapped
from driftbook.timeline import Timeline, Track
from driftbook.units import duration


def scene(timeline: Timeline) -> Picture:
    """The picture of a timeline; the same for the same timeline."""
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
    return Picture(title, described(timeline), y + 8, tuple(body))


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
