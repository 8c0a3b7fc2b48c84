"""Scenarios as timelines: what promtool makes of their series, at every drawn moment."""

import re
from collections.abc import Iterator, Mapping

from driftbook import names
from driftbook.alerts import alerts
from driftbook.emit import rules
from driftbook.model import Catalog, Expectation, Invariant, Scenario
from driftbook.prove.engines import Engines
from driftbook.prove.series import Labels, Samples, evaluate
from driftbook.prove.workers import Workers
from driftbook.timeline import Bound, Line, State, Timeline, Track

MOMENTS = 400
"""Most points of a drawing; also keeps promtool's report small."""
LINES = 6
"""Most places of a drawing: those with most to see."""
_REPEAT = re.compile(r"x([0-9]+)$")


def timelines(
    catalog: Catalog, scenario: Scenario, engines: Engines, workers: Workers
) -> Iterator[Timeline]:
    """A timeline for each of the scenario's invariants that has rules."""
    for name in scenario.invariants:
        invariant = catalog.invariants[name]
        if invariant.lifecycle != "retired":
            yield _timeline(catalog, scenario, invariant, engines, workers)


def _timeline(
    catalog: Catalog,
    scenario: Scenario,
    invariant: Invariant,
    engines: Engines,
    workers: Workers,
) -> Timeline:
    tick = catalog.prometheus.evaluation_interval
    times = _moments(scenario, tick)
    mine = [e for e in scenario.expect if e.invariant in ("", invariant.name)]
    extra = sorted({e.at for e in mine} - set(times))
    got = evaluate(
        rules.rule_file(catalog, invariant, alerts(catalog, invariant)).text,
        scenario.series,
        scenario.every,
        tick,
        {
            "signal": f'{names.SIGNAL}{{invariant="{invariant.name}"}}',
            "alerts": f'ALERTS{{alertname="{names.alert(invariant.name)}"}}',
        },
        [*times, *extra],
        engines,
        workers,
    )
    moments = dict(zip([*times, *extra], got["alerts"], strict=True))
    return Timeline(
        scenario.name,
        scenario.title,
        invariant.name,
        invariant.signal.unit,
        times,
        _lines(invariant, got["signal"][: len(times)]),
        tuple(dict.fromkeys(_bounds(catalog, invariant))),
        tuple(_tracks(invariant, [moments[t] for t in times])),
        tuple((e.at, _words(e), _came(e, moments[e.at])) for e in mine),
    )


def _moments(scenario: Scenario, tick: float) -> tuple[float, ...]:
    """Evenly spaced times of evaluations, from the start to the last sample or expectation."""
    samples = max((_length(values) for values in scenario.series.values()), default=1)
    last = max([(samples - 1) * scenario.every, *(e.at for e in scenario.expect)])
    step = tick * max(1, -int(-last // (tick * MOMENTS)))
    return tuple(step * n for n in range(int(last // step) + 1))


def _length(values: str) -> int:
    """Samples and gaps of a series in promtool's notation; `_xn` is n gaps, `axn` n + 1 samples."""
    count = 0
    for word in values.split():
        match = _REPEAT.search(word)
        count += int(match[1]) + (not word.startswith("_")) if match else 1
    return count


def _place(labels: Labels | Mapping[str, str], identity: tuple[str, ...]) -> str:
    known = dict(labels)
    return ", ".join(f"{name}={known[name]}" for name in identity if name in known)


def _lines(invariant: Invariant, moments: list[Samples]) -> tuple[Line, ...]:
    every = {labels for samples in moments for labels in samples}
    sign = 1 if invariant.signal.worse == "above" else -1
    found = [
        Line(_place(labels, invariant.signal.identity), tuple(s.get(labels) for s in moments))
        for labels in every
    ]

    def worst(line: Line) -> float:
        return max((v * sign for v in line.values if v is not None and v == v), default=-1e300)

    found.sort(key=lambda line: (-worst(line), line.place))
    return tuple(sorted(found[:LINES], key=lambda line: line.place))


def _bounds(catalog: Catalog, invariant: Invariant) -> Iterator[Bound]:
    for alert in alerts(catalog, invariant):
        value = getattr(alert.condition.params, "bound", None)
        if value is not None:
            where = _place(alert.scope.match, invariant.signal.identity)
            yield Bound(alert.condition.stage, alert.condition.kind, value, where)


def _tracks(invariant: Invariant, moments: list[Samples]) -> Iterator[Track]:
    """Alerts in the order of stages, by condition and place."""
    states: dict[tuple[str, str, str], list[State]] = {}
    for index, samples in enumerate(moments):
        for labels in samples:
            known = dict(labels)
            place = _place(labels, invariant.signal.identity)
            key = (known.get("stage", ""), known.get("condition", ""), place)
            row = states.setdefault(key, [""] * len(moments))
            if row[index] != "firing":
                row[index] = "firing" if known.get("alertstate") == "firing" else "pending"
    for stage in invariant.stages:
        for key, row in sorted(states.items()):
            if key[0] == stage:
                yield Track(stage, key[1], key[2], tuple(row))


def _words(expected: Expectation) -> str:
    if not expected.invariant:
        return "nothing fires"
    where = ", ".join(f"{k}={v}" for k, v in expected.labels.items())
    what = " ".join(filter(None, (expected.stage, expected.condition)))
    return (
        f"{what}{f' where {where}' if where else ''} {'fires' if expected.firing else 'is quiet'}"
    )


def _came(expected: Expectation, samples: Samples) -> bool:
    asked = {"alertstate": "firing", **expected.labels}
    if expected.stage:
        asked["stage"] = expected.stage
    if expected.condition:
        asked["condition"] = expected.condition
    firing = any(asked.items() <= dict(labels).items() for labels in samples)
    return firing is (bool(expected.invariant) and expected.firing)
