"""Scenarios as timelines: what promtool makes of their series, at every drawn moment."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from driftbook import names
from driftbook.alerts import Alert, alerts
from driftbook.emit import rules
from driftbook.model import Catalog, Expectation, Invariant, Scenario, StageName, Worse
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


@dataclass(frozen=True, slots=True)
class Asked:
    """What has to be known of a scenario to draw what one invariant makes of it.

    rules: text of its rule file without annotations, which no picture shows and which cost queries
    of their own. times: moments that are drawn; extra: those of expectations
    between them. mine: expectations of this invariant. below: what is drawn below the signal.
    stated: stage and kind of every condition. Its `repr` is all that the timeline depends on, but
    for the engine and the program.
    """

    scenario: str
    title: str
    invariant: str
    alert: str
    unit: str
    worse: Worse
    identity: tuple[str, ...]
    stages: tuple[StageName, ...]
    rules: str
    series: tuple[tuple[str, str], ...]
    every: float
    tick: float
    times: tuple[float, ...]
    extra: tuple[float, ...]
    mine: tuple[Expectation, ...]
    notes: tuple[tuple[float, str], ...]
    below: tuple[panels.Planned, ...]
    bounds: tuple[Bound, ...]
    stated: tuple[tuple[StageName, str], ...]


def timelines(
    catalog: Catalog, scenario: Scenario, engines: Engines, workers: Workers
) -> Iterator[Timeline]:
    """A timeline for each of the scenario's invariants that has rules."""
    for invariant in judged(catalog, scenario):
        yield answered(asked(catalog, scenario, invariant), engines, workers)


def judged(catalog: Catalog, scenario: Scenario) -> Iterator[Invariant]:
    """The scenario's invariants that have rules."""
    for name in scenario.invariants:
        if catalog.invariants[name].lifecycle != "retired":
            yield catalog.invariants[name]


def asked(catalog: Catalog, scenario: Scenario, invariant: Invariant) -> Asked:
    """What to ask promtool, and what to draw of its answer."""
    tick = _tick(catalog, scenario)
    times = _moments(scenario, tick)
    mine = tuple(e for e in scenario.expect if e.invariant in ("", invariant.name))
    plan = alerts(catalog, invariant)
    silent = [replace(alert, annotations={}) for alert in plan]
    return Asked(
        scenario.name,
        scenario.title,
        invariant.name,
        names.alert(invariant.name),
        invariant.signal.unit,
        invariant.signal.worse,
        invariant.signal.identity,
        invariant.stages,
        rules.rule_file(catalog, invariant, silent).text,
        tuple(scenario.series.items()),
        scenario.every,
        tick,
        times,
        tuple(sorted({e.at for e in mine} - set(times))),
        mine,
        tuple((note.at, note.text) for note in scenario.notes),
        panels.plan(invariant, plan),
        tuple(dict.fromkeys(_bounds(invariant, plan))),
        tuple(dict.fromkeys((a.condition.stage, a.condition.kind) for a in plan)),
    )


def answered(asked: Asked, engines: Engines, workers: Workers) -> Timeline:
    """The timeline as promtool evaluates it. Raises FatalError."""
    queries = {
        "signal": f'{names.SIGNAL}{{invariant="{asked.invariant}"}}',
        "alerts": f'ALERTS{{alertname="{asked.alert}"}}',
        **panels.queries(asked.below),
    }
    every = [*asked.times, *asked.extra]
    inputs = dict(asked.series)
    got = evaluate(asked.rules, inputs, asked.every, asked.tick, queries, every, engines, workers)
    moments = dict(zip(every, got["alerts"], strict=True))
    drawn = {key: samples[: len(asked.times)] for key, samples in got.items()}
    tracks = tuple(_tracks(asked, drawn["alerts"]))
    reached = {(t.stage, t.condition) for t in tracks}
    return Timeline(
        asked.scenario,
        asked.title,
        asked.invariant,
        asked.unit,
        asked.times,
        panels.lines(drawn["signal"], asked.identity, asked.worse),
        asked.bounds,
        tracks,
        tuple((e.at, words_of(e), _came(e, moments[e.at])) for e in asked.mine),
        tuple(panels.drawn(asked.below, drawn, asked.identity, asked.worse)),
        tuple(panels.moving(asked.below, drawn)),
        asked.notes,
        tuple(f"{stage} {kind}" for stage, kind in asked.stated if (stage, kind) not in reached),
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


def _bounds(invariant: Invariant, plan: Sequence[Alert]) -> Iterator[Bound]:
    for alert in plan:
        value = getattr(alert.condition.params, "bound", None)
        if value is not None:
            where = panels.place(alert.scope.match, invariant.signal.identity)
            yield Bound(alert.condition.stage, alert.condition.kind, value, where)


def _tracks(asked: Asked, moments: list[Samples]) -> Iterator[Track]:
    """Alerts in the order of stages, by condition and place."""
    states: dict[tuple[str, str, str], list[State]] = {}
    for index, samples in enumerate(moments):
        for labels in samples:
            known = dict(labels)
            place = panels.place(labels, asked.identity)
            key = (known.get("stage", ""), known.get("condition", ""), place)
            row = states.setdefault(key, [""] * len(moments))
            if row[index] != "firing":
                row[index] = "firing" if known.get("alertstate") == "firing" else "pending"
    for stage in asked.stages:
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
