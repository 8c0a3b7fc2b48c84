"""Tests of the annotations that look at other series: changes of a service, and what is upstream.

One test for each of the two annotations, with one invariant of the catalog: the templates differ
between invariants in names only, and in the tests of each invariant they say that there is
nothing. Here the ladder of an invariant is climbed while two versions run, and while something
fires on every level upstream.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from driftbook import context, names
from driftbook.alerts import Alert, alerts
from driftbook.conditions.cases import GAP, Firing, TestCase, notation, raw_series
from driftbook.conditions.scope import series
from driftbook.context import CHANGES, UPSTREAM
from driftbook.emit.artifact import Artifact
from driftbook.emit.rule_tests import Element, in_full, shape, written
from driftbook.emit.staircase import staircases
from driftbook.model import Catalog, Change, Invariant
from driftbook.units import duration

OLD, NEW = "1.4.0", "1.5.0"


@dataclass(frozen=True, slots=True)
class Ladder:
    """An invariant that climbs its ladder. tick: the last, at which alerts are known in full."""

    invariant: Invariant
    plan: tuple[Alert, ...]
    case: TestCase
    tick: int
    firing: tuple[Firing, ...]

    @property
    def at(self) -> float:
        """Seconds from the start of the test to its end."""
        return self.tick * self.plan[0].scope.tick


def emit(catalog: Catalog) -> Iterator[Artifact]:
    """A file for each of the two; none where no annotation looks at other series."""
    kinds = (
        (CHANGES, names.CHANGES_TESTS, _changes),
        (UPSTREAM, names.UPSTREAM_TESTS, _upstream),
    )
    for name, path, make in kinds:
        for invariant in catalog.compiled():
            ladder = _ladder(catalog, invariant) if _looks(catalog, invariant, name) else None
            element = make(catalog, ladder) if ladder else None
            if element:
                rules = [names.rule_file(invariant)]
                tick = catalog.prometheus.evaluation_interval
                yield written(tick, path, rules, [element], catalog.origin.file)
                break


def _looks(catalog: Catalog, invariant: Invariant, name: str) -> bool:
    if name == CHANGES:
        return bool(context.of_service(catalog.changes, invariant.service))
    return bool(context.upstream(catalog, invariant.dataset.name))


def _ladder(catalog: Catalog, invariant: Invariant) -> Ladder | None:
    """None where nothing fires for sure at the end of the ladder."""
    plan = alerts(catalog, invariant)
    case = next(staircases(plan), None)
    if case is None or not case.checks[-1].firing:
        return None
    return Ladder(invariant, plan, case, case.checks[-1].tick, case.checks[-1].firing)


def _changes(catalog: Catalog, ladder: Ladder) -> Element | None:
    """Two versions run, the younger one for a quarter of the time looked at."""
    inputs: dict[str, str] = {}
    told: list[str] = []
    service = ladder.invariant.service
    for change in context.of_service(catalog.changes, service):
        if change.ref_label and (made := _of_change(change, service, ladder)):
            given, ages = made
            inputs |= given
            told += [context.told(change, service, ref, age) for ref, age in ages]
    said = {CHANGES: context.told_all(told)}
    title = "two versions run, and the alert names them"
    return _element(ladder, title, inputs, said) if told else None


def _of_change(
    change: Change, service: str, ladder: Ladder
) -> tuple[dict[str, str], list[tuple[str, float]]] | None:
    """Series of two changes, and what is told of them: reference and age, the latest first."""
    tick = ladder.plan[0].scope.tick
    ticks = int(min(ladder.at, change.within) / tick)
    starts = {NEW: ladder.tick - ticks // 4, OLD: ladder.tick - ticks // 2}
    if change.time == "start":
        starts[OLD] = 0
    inputs: dict[str, str] = {}
    ages = []
    for ref, start in starts.items():
        labels = {change.service_label: service, change.ref_label: ref}
        selected = raw_series(change.selector, labels)
        value = start * tick if change.time == "value" else 1.0
        runs = ((GAP, start), (value, ladder.tick - start + 1))
        age = _age(change, start * tick, ladder.at)
        if selected is None or ticks < 8:
            return None
        inputs[selected] = notation(runs)
        ages += [] if age is None else [(ref, age)]
    return inputs, ages


def _age(change: Change, start: float, now: float) -> float | None:
    """What is told of a change that came at a time, in seconds; None where it is not told."""
    if change.time == "value":
        return now - start
    if start == 0 and now >= change.within:
        return None  # it was there before
    step = context.step(change)
    seen = -(-start // step) * step
    return now - seen if seen <= now else None


def _upstream(catalog: Catalog, ladder: Ladder) -> Element | None:
    """Something fires on the first dataset of each level."""
    levels = context.upstream(catalog, ladder.invariant.dataset.name)
    pairs = [(f"cause-{number}", level[0]) for number, level in enumerate(levels, start=1)]
    inputs = {}
    for name, dataset in pairs:
        labels = {"alertname": "Cause", "alertstate": "firing", "invariant": name}
        inputs[series("ALERTS", {**labels, "dataset": dataset})] = f"1x{ladder.tick}"
    said = {UPSTREAM: context.firing_upstream(pairs)}
    return _element(ladder, "what fires upstream is named, the nearest first", inputs, said)


def _element(
    ladder: Ladder, title: str, inputs: Mapping[str, str], said: Mapping[str, str]
) -> Element:
    """What fires at the end of the ladder, in full."""
    plan = ladder.plan
    by_origin = {a.condition.at: a for a in plan}
    full = [in_full(by_origin[f.condition.at], f, said) for f in ladder.firing]
    whole: list[dict[str, Any]] = [
        {"eval_time": duration(ladder.at), "alertname": plan[0].name, "exp_alerts": full}
    ]
    return shape(plan[0].scope.tick, title, {**ladder.case.series, **inputs}, [], whole)
