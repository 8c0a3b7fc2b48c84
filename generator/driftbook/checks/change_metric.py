"""A metric under `changes` cannot tell when a service changed.

It is a bare selector, to which driftbook adds the matcher on the service. With `time: value` its
value is the unix time of the change; with `time: start` the series begins with the change, as a
build info does. What is named by two entries would be told twice.
"""

from collections.abc import Iterator
from typing import Any

import promql_parser

from driftbook import promql
from driftbook.checks import exprs
from driftbook.checks.example import CATALOG
from driftbook.checks.kit import Example, Subject, found
from driftbook.conditions.cases import fits, raw_series
from driftbook.diagnostics import Diagnostic, Path, Place, Severity
from driftbook.units import LONGEST, seconds

CODE = "DB421"
NAME = "change-metric"
TITLE = "A metric that does not mark changes"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
_ENTRY = "changes:\n  - {metric: app_build_info, what: deploy, ref_label: version%s}\nlinks:\n"
EXAMPLE = Example(CATALOG, "links:\n", _ENTRY % "", _ENTRY % ", time: start")
SHORTEST = 300.0
"""Seconds of `within`: as long as a series without a sample stays visible."""
Fault = tuple[Path, str, str, int | None]
"""Path below the entry, what was found, what was expected, and where in the value."""


def check(subject: Subject) -> Iterator[Diagnostic]:
    """The first fault of each entry."""
    for document in subject.of_kind("catalog"):
        sound: dict[int, tuple[exprs.Expr, dict[str, Any]]] = {}
        for index, expr in enumerate(exprs.of_changes(document)):
            change = document.data["changes"][index]
            if expr.facts is None:
                continue  # a check of its own reports it
            fault = _fault(expr, change) or _times(expr, change)
            if fault is not None:
                below, message, expected, at = fault
                path = ("changes", index, *below)
                yield found(CODE, message, document.file, path, expected=expected, offset=at)
                continue
            again = next((i for i, other in sound.items() if _overlap((expr, change), other)), None)
            if again is not None:
                message = "the series are those of another entry as well"
                expected, other = (
                    "matchers that tell them apart",
                    Place(document.file, sound[again][0].path),
                )
                yield found(CODE, message, document.file, expr.path, expected=expected, other=other)
            sound[index] = (expr, change)


def _fault(expr: exprs.Expr, change: dict[str, Any]) -> Fault | None:
    facts, label = expr.facts, change.get("service_label", "service")
    if facts is None or not facts.bare:
        return ("metric",), "the metric is more than a selector", "a bare selector", None
    if label in facts.uses[0].matched:
        message = f"the metric has a matcher on `{label}` already"
        expected = "the matcher left out: it is added for each service"
        return ("metric",), message, expected, promql.find(expr.text, label)
    if change.get("ref_label") == label:
        return ("ref_label",), "the label names the service, not the change", "another label", None
    return None


def _times(expr: exprs.Expr, change: dict[str, Any]) -> Fault | None:
    metric = expr.facts.uses[0].metric if expr.facts else ""
    time = change.get("time", "value")
    if time == "value" and metric.endswith("_info"):
        message = f"the value of {metric} is 1 and not a time"
        return ("time",) if "time" in change else ("metric",), message, "`time: start`", None
    if time == "start" and metric.endswith("_timestamp_seconds"):
        return ("time",), f"the value of {metric} is the time already", "`time: value`", None
    if seconds(change.get("within", "1h")) < SHORTEST:
        return ("within",), f"{change['within']} is too short to find a change", "5m or more", None
    if seconds(change.get("within", "1h")) > LONGEST:
        return ("within",), f"{change['within']} is more than a year", "a year or less", None
    return None


def _overlap(
    one: tuple[exprs.Expr, dict[str, Any]], other: tuple[exprs.Expr, dict[str, Any]]
) -> bool:
    """Whether a series that one selects, of any service, is selected by the other as well."""
    return _selects(one, other) or _selects(other, one)


def _selects(
    one: tuple[exprs.Expr, dict[str, Any]], other: tuple[exprs.Expr, dict[str, Any]]
) -> bool:
    services = [change.get("services") for _, change in (one, other)]
    if services[0] and services[1] and not set(services[0]) & set(services[1]):
        return False
    expr, change = other
    label = change.get("service_label", "service")
    given = raw_series(expr.text, {label: "service", change.get("ref_label", label): "service"})
    if given is None or one[1].get("service_label", "service") != label:
        return False
    mine, series = promql.parse(one[0].text), promql.parse(given)
    labels = {m.name: m.value for m in series.matchers.matchers}
    same = _name(mine) == _name(series)
    return same and all(
        fits(m, labels.get(m.name, "")) for m in mine.matchers.matchers if m.name != "__name__"
    )


def _name(selector: promql_parser.VectorSelector) -> str:
    equal = {m.name: m.value for m in selector.matchers.matchers}
    return str(selector.name or equal.get("__name__", ""))
