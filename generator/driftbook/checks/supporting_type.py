"""A counter under `supporting` is more than a selector, or a condition needs another type.

Conditions take `increase()` of each series before they sum, so they need the bare selector of a
counter. Times and checksums are gauges.
"""

from collections.abc import Iterator

from driftbook.checks import exprs
from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, found
from driftbook.conditions import CONDITIONS
from driftbook.diagnostics import Diagnostic, Path, Place, Severity
from driftbook.document import Document

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
        for path, name, wanted in _named(document):
            if name in supporting and supporting[name]["type"] != wanted:
                message = f'the supporting signal "{name}" is not a {wanted}'
                expected, other = f"a {wanted}", Place(document.file, ("supporting", name, "type"))
                yield found(CODE, message, document.file, path, expected=expected, other=other)


def _named(document: Document) -> Iterator[tuple[Path, str, str]]:
    """Where a supporting signal is named, its name, and the wanted type."""
    workload = document.data["signal"].get("per_workload", {})
    if "rate" in workload:
        yield ("signal", "per_workload", "rate"), workload["rate"], "counter"
    for path, _, condition in exprs.conditions(document):
        for kind in condition.keys() & CONDITIONS.keys():
            for key, wanted in CONDITIONS[kind].SUPPORTING.items():
                if key in condition[kind]:
                    yield (*path, kind, key), condition[kind][key], wanted
