"""A counter under `supporting` is more than a selector, or a condition needs another type.

Conditions take `increase()` of each series before they sum, so they need the bare selector of a
counter. Times and checksums are gauges.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from driftbook.checks import exprs
from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, found
from driftbook.conditions import CONDITIONS
from driftbook.diagnostics import Diagnostic, Place, Severity

CODE = "DB413"
NAME = "supporting-type"
TITLE = "A supporting signal of the wrong kind"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    INVARIANT,
    "{expr: 'orders_repair_failures_total{job=\"repair\"}', type: counter}",
    "{expr: 'sum(orders_repair_failures_total)', type: counter}",
    "{expr: 'orders_repair_failures_total', type: counter}",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """The definitions, then their uses."""
    for document in subject.of_kind("invariant"):
        for expr in exprs.of(document):
            if expr.role == "counter" and expr.facts and not expr.facts.selector:
                message = "a supporting counter is more than a selector"
                expected = "a bare selector, such as repairs_failed_total"
                yield found(CODE, message, document.file, expr.path, expected=expected)
        supporting = document.data.get("supporting", {})
        for path, _, condition in exprs.conditions(document):
            for kind, key, wanted in _named(condition):
                name = condition[kind][key]
                if name in supporting and supporting[name]["type"] != wanted:
                    message = f'the supporting signal "{name}" is not a {wanted}'
                    at, expected = (*path, kind, key), f"a {wanted}"
                    other = Place(document.file, ("supporting", name, "type"))
                    yield found(CODE, message, document.file, at, expected=expected, other=other)


def _named(condition: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Kind, parameter and wanted type of each supporting signal that a condition names."""
    for kind in condition.keys() & CONDITIONS.keys():
        for key, wanted in CONDITIONS[kind].SUPPORTING.items():
            if key in condition[kind]:
                yield kind, key, wanted
