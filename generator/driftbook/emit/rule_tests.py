"""Unit tests for promtool: generated ones for every condition, then the users' scenarios.

Each file loads only its own rule file, because promtool's cost grows with rules times tests.
Tests of conditions feed `drift:signal` itself; scenarios feed raw series and so reach the signal's
expression as well. One condition's alerts are asserted through `ALERTS`, with every label; where
all that fires is known, `alert_rule_test` asserts labels and annotations in full.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from driftbook import conditions, gotemplate, names
from driftbook.alerts import Alert
from driftbook.conditions.cases import (
    HISTORY_TICK,
    Firing,
    PlaceCase,
    TestCase,
    has_free_label,
    notation,
    place,
)
from driftbook.conditions.scope import Scope, quoted, series
from driftbook.emit import yamltext
from driftbook.emit.artifact import Artifact
from driftbook.emit.rules import WATCHDOG_ANNOTATIONS, WATCHDOG_LABELS
from driftbook.emit.scenario_tests import scenario_elements
from driftbook.emit.staircase import staircases
from driftbook.model import Catalog, Invariant
from driftbook.units import duration

Element = dict[str, Any]


def test_files(
    catalog: Catalog, invariant: Invariant, plan: tuple[Alert, ...]
) -> Iterator[Artifact]:
    """The tests of one invariant, whose alerts are the plan; those over days in a file apart."""
    cases = [
        (f"{_title(a)}: {case.name}", case)
        for a in plan
        for case in conditions.of(a.condition).test_cases(a.condition, a.scope)
    ]
    elements = [
        *_places(plan),
        *(_element(plan, case.name, case) for case in staircases(plan)),
        *(_element(plan, title, case) for title, case in cases if not case.history),
        *scenario_elements(catalog, invariant),
    ]
    rules, source = [names.rule_file(invariant)], invariant.origin.file
    tick = catalog.prometheus.evaluation_interval
    yield written(tick, names.test_file(invariant), rules, elements, source)
    slow = [_element(plan, title, case) for title, case in cases if case.history]
    if slow:
        yield written(HISTORY_TICK, names.history_file(invariant), rules, slow, source)


def _title(alert: Alert) -> str:
    only = ", ".join(f"{k}={v}" for k, v in alert.scope.match.items())
    return f"{alert.condition.stage} {alert.condition.kind}{f' where {only}' if only else ''}"


def _places(plan: tuple[Alert, ...]) -> Iterator[Element]:
    """Tests at single places: those of an alert together, where a label tells the places apart.

    Alerts stay apart, because promtool evaluates every rule at every place of a test.
    """
    for alert in plan:
        together: dict[str, str] = {}
        checks: list[Element] = []
        for case in conditions.of(alert.condition).place_cases(alert.condition, alert.scope):
            where = place(alert.scope, case.name)
            source = {_source(alert.scope, where): notation(case.runs)}
            asked = _place_checks(alert, case, where)
            if has_free_label(alert.scope):
                together |= source
                checks += asked
            else:
                yield shape(alert.scope.tick, f"{_title(alert)}: {case.name}", source, asked)
        if together:
            yield shape(alert.scope.tick, f"{_title(alert)}: single places", together, checks)


def _place_checks(alert: Alert, case: PlaceCase, where: Mapping[str, str]) -> list[Element]:
    firing = _alerts_series(alert, where)
    return [
        {
            "expr": _ask(alert, where),
            "eval_time": duration(tick * alert.scope.tick),
            "exp_samples": [{"labels": firing, "value": 1}] if fires else [],
        }
        for tick, fires in case.checks
    ]


def _element(plan: tuple[Alert, ...], title: str, case: TestCase) -> Element:
    by_origin = {a.condition.at: a for a in plan}
    tick = HISTORY_TICK if case.history else plan[0].scope.tick
    asked, whole = [], []
    for check in case.checks:
        at = duration(check.tick * tick)
        if check.of is None:
            full = [in_full(by_origin[f.condition.at], f) for f in check.firing]
            whole.append({"eval_time": at, "alertname": plan[0].name, "exp_alerts": full})
        else:
            alert = by_origin[check.of[0].at]
            samples = [
                {"labels": _alerts_series(alert, f.labels), "value": 1} for f in check.firing
            ]
            asked.append({"expr": _ask(alert, {}), "eval_time": at, "exp_samples": samples})
    return shape(tick, title, case.series, asked, whole)


def in_full(alert: Alert, firing: Firing, said: Mapping[str, str] | None = None) -> Element:
    """An expected alert. said: what annotations say that look at other series."""
    looked = {**alert.quiet, **(said or {})}
    labels = dict(alert.labels) | {k: firing.labels[k] for k in alert.identity}
    rendered = {
        name: looked.get(name) or _expanded(text, labels, firing.value)
        for name, text in alert.annotations.items()
    }
    shown = {k: v for k, v in labels.items() if v != ""}
    return {"exp_labels": shown, "exp_annotations": rendered}


def _expanded(text: str, labels: Mapping[str, str], value: float) -> str:
    whole = text.replace('{{ "{{" }}', "\0")
    return gotemplate.render(whole, labels, value).replace("\0", "{{")


def _alerts_series(alert: Alert, where: Mapping[str, str]) -> str:
    labels = {
        "alertname": alert.name,
        "alertstate": "firing",
        **alert.labels,
        **{k: v for k, v in where.items() if k in alert.identity},
    }
    return series("ALERTS", dict(sorted(labels.items())))


def _ask(alert: Alert, where: Mapping[str, str]) -> str:
    condition, scope = alert.condition, alert.scope
    labels = {
        "alertname": alert.name,
        "alertstate": "firing",
        "stage": condition.stage,
        "condition": condition.kind,
        **{k: v for k, v in where.items() if k in alert.identity},
        **scope.match,
    }
    excluded = "".join(
        f",{k}!={quoted(v)}" for m in scope.excluded if len(m) == 1 for k, v in m.items()
    )
    return f"{series('ALERTS', labels)[:-1]}{excluded}}}"


def _source(scope: Scope, where: Mapping[str, str]) -> str:
    return series(names.SIGNAL, {"invariant": scope.invariant.name, **where})


def shape(
    tick: float,
    title: str,
    inputs: Mapping[str, str],
    asked: list[Element],
    whole: list[Element] | None = None,
) -> Element:
    """One test of a file. tick: seconds from a sample of its series to the next."""
    element: Element = {
        "name": title,
        "interval": duration(tick),
        "input_series": [{"series": s, "values": v} for s, v in inputs.items()],
    }
    if whole:
        element["alert_rule_test"] = whole
    if asked:
        element["promql_expr_test"] = asked
    return element


def watchdog(catalog: Catalog) -> Artifact:
    """The test that the watchdog always fires."""
    tick = catalog.prometheus.evaluation_interval
    always = {"exp_labels": WATCHDOG_LABELS, "exp_annotations": WATCHDOG_ANNOTATIONS}
    element = {
        "name": "it fires always",
        "interval": duration(tick),
        "alert_rule_test": [
            {"eval_time": at, "alertname": names.WATCHDOG, "exp_alerts": [always]}
            for at in ("0s", "1h")
        ],
    }
    path, rules = names.WATCHDOG_TESTS, names.WATCHDOG_RULES
    return written(tick, path, [rules], [element], catalog.origin.file)


def written(
    tick: float, path: str, rule_files: Sequence[str], elements: list[Element], source: str
) -> Artifact:
    """A test file; paths from the root. tick: seconds from one evaluation to the next."""
    up = "../" * (path.count("/") - 1)
    body = {
        "rule_files": [up + file.removeprefix("rules/") for file in rule_files],
        "evaluation_interval": duration(tick),
        "tests": elements,
    }
    return Artifact(path, f"# {names.header(source)}\n{yamltext.dump(body)}")
