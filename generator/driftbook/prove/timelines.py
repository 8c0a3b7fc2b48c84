"""Scenarios as timelines: what promtool makes of their series, at every drawn moment."""

import re
from collections.abc import Iterator

from driftbook import names
from driftbook.alerts import alerts
from driftbook.emit import rules
from driftbook.model import Catalog, Expectation, Invariant, Scenario
from driftbook.prove import panels
from driftbook.prove.engines import Engines
from driftbook.prove.series import Samples, evaluate
from driftbook.prove.workers import Workers
from driftbook.timeline import Bound, State, Timeline, Track

MOMENTS = 400
"""Most points of a drawing; also keeps promtool's report small."""
EVALUATIONS = 12_000
"""Scenarios that last longer are evaluated only where they have samples: weeks would take minutes.
What is judged over days does not count evaluations."""
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
    tick = _tick(catalog, scenario)
    times = _moments(scenario, tick)
    mine = [e for e in scenario.expect if e.invariant in ("", invariant.name)]
    extra = sorted({e.at for e in mine} - set(times))
    plan = alerts(catalog, invariant)
    below = panels.plan(invariant, plan)
    got = evaluate(
        rules.rule_file(catalog, invariant, plan).text,
        scenario.series,
        scenario.every,
        tick,
        {
            "signal": f'{names.SIGNAL}{{invariant="{invariant.name}"}}',
            "alerts": f'ALERTS{{alertname="{names.alert(invariant.name)}"}}',
            **panels.queries(below),
        },
        [*times, *extra],
        engines,
        workers,
    )
    moments = dict(zip([*times, *extra], got["alerts"], strict=True))
    drawn = {key: samples[: len(times)] for key, samples in got.items()}
    tracks = tuple(_tracks(invariant, drawn["alerts"]))
    reached = {(t.stage, t.condition) for t in tracks}
    stated = dict.fromkeys((a.condition.stage, a.condition.kind) for a in plan)
    return Timeline(
        scenario.name,
        scenario.title,
        invariant.name,
        invariant.signal.unit,
        times,
        panels.lines(drawn["signal"], invariant),
        tuple(dict.fromkeys(_bounds(catalog, invariant))),
        tracks,
        tuple((e.at, words_of(e), _came(e, moments[e.at])) for e in mine),
        tuple(panels.drawn(below, drawn, invariant)),
        tuple(panels.moving(below, drawn)),
        tuple((note.at, note.text) for note in scenario.notes),
        tuple(f"{stage} {kind}" for stage, kind in stated if (stage, kind) not in reached),
    )


def _tick(catalog: Catalog, scenario: Scenario) -> float:
    tick = catalog.prometheus.evaluation_interval
    return max(tick, scenario.every) if _last(scenario) > EVALUATIONS * tick else tick


def _last(scenario: Scenario) -> float:
    """The time of the last sample or expectation."""
    samples = max((_length(values) for values in scenario.series.values()), default=1)
    return max([(samples - 1) * scenario.every, *(e.at for e in scenario.expect)])


def _moments(scenario: Scenario, tick: float) -> tuple[float, ...]:
    """Evenly spaced times of evaluations, from the start to the end."""
    last = _last(scenario)
    step = tick * max(1, -int(-last // (tick * MOMENTS)))
    return tuple(step * n for n in range(int(last // step) + 1))


def _length(values: str) -> int:
    """Samples and gaps of a series in promtool's notation; `_xn` is n gaps, `axn` n + 1 samples."""
    count = 0
    for word in values.split():
        match = _REPEAT.search(word)
        count += int(match[1]) + (not word.startswith("_")) if match else 1
    return count


def _bounds(catalog: Catalog, invariant: Invariant) -> Iterator[Bound]:
    for alert in alerts(catalog, invariant):
        value = getattr(alert.condition.params, "bound", None)
        if value is not None:
            where = panels.place(alert.scope.match, invariant.signal.identity)
            yield Bound(alert.condition.stage, alert.condition.kind, value, where)


def _tracks(invariant: Invariant, moments: list[Samples]) -> Iterator[Track]:
    """Alerts in the order of stages, by condition and place."""
    states: dict[tuple[str, str, str], list[State]] = {}
    for index, samples in enumerate(moments):
        for labels in samples:
            known = dict(labels)
            place = panels.place(labels, invariant.signal.identity)
            key = (known.get("stage", ""), known.get("condition", ""), place)
            row = states.setdefault(key, [""] * len(moments))
            if row[index] != "firing":
                row[index] = "firing" if known.get("alertstate") == "firing" else "pending"
    for stage in invariant.stages:
        for key, row in sorted(states.items()):
            if key[0] == stage:
                yield Track(stage, key[1], key[2], tuple(row))


def words_of(expected: Expectation) -> str:
    """`late above where region=eu fires`."""
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
