"""The ladder of an invariant: how bad, how long, and which stage that is.

Upwards is the signal, with a step at each bound; to the right is how long it has been there, with a
step at each time after which an alert fires. Neither is to scale: steps that are far apart in a
catalog, seconds and days, have to be read side by side. Conditions without such a bound have a line
of words and a bar of their own below. Drawn from the plan of the alerts, as the rules are made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from driftbook import conditions
from driftbook.alerts import Alert
from driftbook.model import STAGES, Invariant
from driftbook.svg import bars, scale
from driftbook.svg.frame import Picture
from driftbook.svg.style import EDGE, LEFT, LETTER, LINE, RIGHT, hatched, text, wrapped
from driftbook.units import number, spoken

BAND = 32
"""Height of a step."""
MOST = 10
"""Lines of words; an invariant with many overrides has more than a picture can hold."""


@dataclass(frozen=True, slots=True)
class _Step:
    """An alert beyond a bound, after a wait in seconds."""

    alert: Alert
    bound: float
    wait: float

    @property
    def rank(self) -> int:
        return STAGES.index(self.alert.condition.stage)


@dataclass(frozen=True, slots=True)
class _Axis:
    """Waits in seconds, in order; each is a column of the same width."""

    waits: tuple[float, ...]

    def x(self, wait: float) -> float:
        wide = (RIGHT - LEFT) / len(self.waits)
        return round(LEFT + wide * self.waits.index(wait), 1)


def ladder(invariant: Invariant, plan: Sequence[Alert]) -> Picture | None:
    """The picture, or None where nothing of it has a bound or a time. plan: alerts of it."""
    steps = list(_steps(plan))
    others = [alert for alert in plan if all(step.alert is not alert for step in steps)]
    waits = {step.wait for step in steps} | {w for a in others if (w := _wait(a)) is not None}
    if not waits:
        return None
    axis = _Axis(tuple(sorted(waits | {0.0})))
    shapes: list[str] = []
    y = 8.0
    y = _bands(shapes, invariant, steps, axis, y) if steps else _times(shapes, axis, y)
    for alert in others[:MOST]:
        y = _other(shapes, alert, axis, y)
    if others[MOST:]:
        y += LINE
        shapes.append(text(EDGE, y, f"and {len(others) - MOST} more, in the table", "dim"))
    shapes += bars.key(y + LINE + 4)
    said = " ".join(f"{_words(alert)}." for alert in plan)
    return Picture(f"Stages of {invariant.title}", said, y + LINE + 14, tuple(shapes))


def _steps(plan: Sequence[Alert]) -> Iterator[_Step]:
    for alert in plan:
        module = conditions.of(alert.condition)
        reach, wait = module.reach(alert.condition), module.waits(alert.condition)
        if reach is not None and wait is not None and not alert.scope.match:
            yield _Step(alert, reach[0], wait)


def _wait(alert: Alert) -> float | None:
    return conditions.of(alert.condition).waits(alert.condition)


def _words(alert: Alert) -> str:
    """`late above, where target_region ap-south-1: a region pair is over 40 s for 5 min`."""
    condition = alert.condition
    where = ", ".join(f"{label} {at}" for label, at in alert.scope.match.items())
    return f"{condition.stage} {condition.kind}{f', where {where}' if where else ''}: {alert.says}"


def _bands(
    shapes: list[str], invariant: Invariant, steps: Sequence[_Step], axis: _Axis, y: float
) -> float:
    """The steps, the worst at that end of the axis where worse values are."""
    up = invariant.signal.worse == "above"
    bounds = sorted({step.bound for step in steps}, reverse=not up)
    levels = range(len(bounds) + 1)  # how many bounds are crossed
    for row, level in enumerate(reversed(levels) if up else levels):
        top = y + row * BAND
        shapes += _band([step for step in steps if step.bound in bounds[:level]], axis, top)
        below = level - 1 if up else level
        if 0 <= below < len(bounds):
            line = f"M{LEFT} {number(top + BAND)}H{RIGHT}"
            shapes.append(f'<path class="axis" stroke-dasharray="6 4" d="{line}"/>')
            label = scale.label(bounds[below], invariant.signal.unit)
            shapes.append(text(LEFT - 6, top + BAND + 4, label, "", "end"))
    bottom = y + len(levels) * BAND
    shapes.append(f'<path class="axis" d="M{LEFT} {number(y)}V{number(bottom)}H{RIGHT}"/>')
    return _times(shapes, axis, bottom)


def _band(crossed: Sequence[_Step], axis: _Axis, top: float) -> Iterator[str]:
    """A row: stretches that wait, then stretches in which a stage fires."""
    runs: list[tuple[str, bool, float]] = []
    for wait in axis.waits:
        firing = [step for step in crossed if step.wait <= wait]
        worst = max(firing or crossed, key=lambda s: (s.rank, -s.wait), default=None)
        if not firing and crossed:
            worst = min(crossed, key=lambda s: (s.wait, -s.rank))
        state = (worst.alert.condition.stage if worst else "", bool(firing))
        if not runs or runs[-1][:2] != state:
            runs.append((*state, axis.x(wait)))
    ends = [x for _, _, x in runs[1:]] + [float(RIGHT)]
    for (stage, fires, x), end in zip(runs, ends, strict=True):
        box = (x + 1, top + 1, end - x - 1, BAND - 2.0)
        middle, line = x + (end - x) / 2, top + BAND / 2 + 4.5
        if not stage:
            yield text(middle, line, "no alert", "dim", "middle")
        elif fires:
            yield _filled(stage, box)
            yield text(middle, line, stage, "badge-text", "middle")
        else:
            yield hatched(stage, box, f"waits for {stage}")


def _filled(stage: str, box: tuple[float, float, float, float]) -> str:
    x, y, wide, high = (number(round(value, 1)) for value in box)
    return f'<rect class="{stage}-firing" x="{x}" y="{y}" width="{wide}" height="{high}"/>'


def _times(shapes: list[str], axis: _Axis, y: float) -> float:
    """The waits below the steps; those that would lie on others are left out."""
    end = 0.0
    for wait in axis.waits:
        words, x = _spoken(wait) if wait else "at once", axis.x(wait)
        if x > end:
            shapes.append(f'<path class="axis" d="M{number(x)} {number(y)}v4"/>')
            shapes.append(text(x, y + 16, words, "dim"))
            end = x + LETTER * (len(words) + 1)
    shapes.append(text(RIGHT, y + 16 + LINE, "how long it lasts →", "dim", "end"))
    return y + 16 + LINE


def _spoken(wait: float) -> str:
    """Shares of a window are rarely whole: `13.5 min`, where `810 s` would have to be divided."""
    return f"{wait / 60:.3g} min" if 120 < wait < 3600 else spoken(wait, "seconds")


def _other(shapes: list[str], alert: Alert, axis: _Axis, y: float) -> float:
    """Words, and a bar where a time passes until it fires."""
    stage, wait = alert.condition.stage, _wait(alert)
    for line in wrapped(_words(alert)):
        y += LINE
        shapes.append(text(EDGE, y, line, stage))
    if wait is None:
        return y + 3
    x, top = axis.x(wait), y + 5
    if x > LEFT:
        shapes.append(hatched(stage, (LEFT, top, x - LEFT, bars.BAR), f"waits for {stage}"))
    shapes.append(_filled(stage, (x, top, RIGHT - x, bars.BAR)))
    return top + bars.BAR + 3
