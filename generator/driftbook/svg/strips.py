"""Scenarios in small: a strip of thin bars for each, to be seen at once on an invariant's page."""

from collections.abc import Iterator, Sequence

from driftbook.model import STAGES, StageName
from driftbook.svg.frame import Picture
from driftbook.svg.style import EDGE, LEFT, LINE, RIGHT, hatched, text, wrapped
from driftbook.timeline import State, Timeline
from driftbook.units import duration, number, spoken

BAR = 8
MOST = 8
"""Scenarios of one picture; the others are only named."""
_ORDER: tuple[State, ...] = ("", "pending", "firing")


def strips(title: str, timelines: Sequence[Timeline]) -> Picture:
    """The picture; each scenario is as wide as the others, however long it lasts."""
    shapes: list[str] = []
    y = 4.0
    for timeline in timelines[:MOST]:
        for line in wrapped(timeline.title):
            y += LINE
            shapes.append(text(EDGE, y, line))
        y += 5
        for stage in STAGES:
            states = worst(timeline, stage)
            if any(states):
                y += 4
                shapes += _strip(timeline, stage, states, y)
                y += BAR + 3
        if not timeline.tracks:
            y += LINE - 4
            shapes.append(text(LEFT, y, "nothing fires", "dim"))
        y += LINE - 2
        shapes.append(text(LEFT, y, "0 s", "dim"))
        shapes.append(text(RIGHT, y, spoken(timeline.times[-1], "seconds"), "dim", "end"))
        y += 4
    said = " ".join(f"{timeline.title}: {reached(timeline)}." for timeline in timelines)
    return Picture(title, said, y + 10, tuple(shapes))


def reached(timeline: Timeline) -> str:
    """`early from 1h5m, mid from 2h`, or `nothing fires`."""
    found = []
    for stage in STAGES:
        states = worst(timeline, stage)
        if "firing" in states:
            found.append(f"{stage} from {duration(timeline.times[states.index('firing')])}")
    return ", ".join(found) or "nothing fires"


def worst(timeline: Timeline, stage: StageName) -> list[State]:
    """What a stage does at each moment, at whatever place and by whatever condition."""
    rows = [track.states for track in timeline.tracks if track.stage == stage]
    return [max(states, key=_ORDER.index) for states in zip(*rows, strict=True)]


def _strip(
    timeline: Timeline, stage: StageName, states: Sequence[State], y: float
) -> Iterator[str]:
    yield text(LEFT - 6, y + BAR + 1, stage, stage, "end")
    yield (
        f'<rect class="track grid" x="{LEFT}" y="{number(y)}" width="{RIGHT - LEFT}" '
        f'height="{BAR}"/>'
    )
    wide = (RIGHT - LEFT) / len(states)
    start = 0
    for end in range(1, len(states) + 1):
        if end < len(states) and states[end] == states[start]:
            continue
        x, across = round(LEFT + start * wide, 1), round(max((end - start) * wide, 1), 1)
        if states[start] == "pending":
            yield hatched(stage, (x, y, across, BAR))
        elif states[start]:
            yield (
                f'<rect class="{stage}-firing" x="{number(x)}" y="{number(y)}" '
                f'width="{number(across)}" height="{BAR}"/>'
            )
        start = end
