"""What a picture shows beside the signal: what conditions compare, and supporting signals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from driftbook import conditions
from driftbook.alerts import Alert
from driftbook.conditions.base import Curve
from driftbook.model import Invariant, StageName, Worse
from driftbook.prove.series import Labels, Samples
from driftbook.timeline import Line, Moving, Panel

LINES, FAINT = 6, 30
"""Most places of a drawing that are named, those with most to see, and most of the others."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A curve to draw, with the stage and condition that it belongs to, and all its limits."""

    curve: Curve
    stage: StageName
    condition: str
    limits: tuple[float, ...]

    def key(self, name: str) -> str:
        """Name of the query of one of its lines."""
        return f"{self.curve.title} {name} {self.curve.lines[name]}"


def plan(invariant: Invariant, alerts: Sequence[Alert]) -> tuple[Planned, ...]:
    """Supporting signals, then the curves of the conditions; equal ones of two stages are one."""
    found: dict[tuple[str, ...], Planned] = {}
    first = invariant.conditions[0].stage
    for signal in invariant.supporting.values():
        title = f"{signal.name.replace('_', ' ').capitalize()} ({signal.type})"
        curve = Curve(title, "count", {"": signal.expr})
        found[("", signal.name)] = Planned(curve, first, "", ())
    for alert in alerts:
        if alert.scope.match:
            continue  # an override is the same with another bound
        for curve in conditions.of(alert.condition).curves(alert.condition, alert.scope):
            _add(found, curve, alert)
    return tuple(found.values())


def _add(found: dict[tuple[str, ...], Planned], curve: Curve, alert: Alert) -> None:
    """A curve of its own, or further lines and limits of the one with its title."""
    limits = () if curve.limit is None else (curve.limit,)
    stage, kind = alert.condition.stage, alert.condition.kind
    key = (curve.title, curve.unit)
    known = found.get(key)
    if known is None:
        found[key] = Planned(curve, stage, kind, limits)
        return
    if any(known.curve.lines.get(name, expr) != expr for name, expr in curve.lines.items()):
        found[(*key, *curve.lines.values())] = Planned(curve, stage, kind, limits)
        return
    both = replace(curve, lines={**known.curve.lines, **curve.lines})
    every = tuple(sorted({*known.limits, *limits}))
    found[key] = replace(known, curve=both, limits=every)


def queries(planned: Sequence[Planned]) -> dict[str, str]:
    """The PromQL of every line by its key."""
    return {p.key(name): expr for p in planned for name, expr in p.curve.lines.items()}


def drawn(
    planned: Sequence[Planned],
    got: Mapping[str, list[Samples]],
    identity: tuple[str, ...],
    worse: Worse,
) -> Iterator[Panel]:
    """The panels that have anything to show."""
    for p in planned:
        made = [
            replace(line, place=", ".join(filter(None, (name, line.place))))
            for name in p.curve.lines
            for line in lines(got[p.key(name)], identity, worse)
        ]
        if made and not p.curve.beside:
            yield Panel(p.curve.title, p.curve.unit, tuple(made), p.limits)


def moving(planned: Sequence[Planned], got: Mapping[str, list[Samples]]) -> Iterator[Moving]:
    """Bounds that are series, one for each place."""
    for p in planned:
        if p.curve.beside:
            for name in p.curve.lines:
                samples = got[p.key(name)]
                for labels in sorted({la for s in samples for la in s}, key=sorted):
                    values = tuple(s.get(labels) for s in samples)
                    yield Moving(p.stage, p.condition, values)


def lines(moments: Sequence[Samples], identity: tuple[str, ...], worse: Worse) -> tuple[Line, ...]:
    """A line for each place, in their order; of many, the worst are named."""
    every = {labels for samples in moments for labels in samples}
    sign = 1 if worse == "above" else -1
    places = {labels: place(labels, identity) for labels in every}
    if len(set(places.values())) < len(places):  # of a supporting signal with more labels
        places = {labels: place(labels, tuple(sorted(dict(labels)))) for labels in every}
    found = [Line(places[la], tuple(s.get(la) for s in moments)) for la in every]

    def extreme(line: Line) -> float:
        return max((v * sign for v in line.values if v is not None and v == v), default=-1e300)

    found.sort(key=lambda line: (-extreme(line), line.place))
    if len(found) > LINES:
        named, others = found[: LINES - 1], found[LINES - 1 : LINES - 1 + FAINT]
        faint = [replace(line, faint=True) for line in others]
        return (*sorted(named, key=lambda line: line.place), *faint)
    return tuple(sorted(found, key=lambda line: line.place))


def place(labels: Labels | Mapping[str, str], identity: tuple[str, ...]) -> str:
    """`region=eu, shard=3`, of the labels of an identity that are there."""
    known = dict(labels)
    return ", ".join(f"{name}={known[name]}" for name in identity if name in known)
