"""An expression is written with `>`, which joins its lines.

A `#` comment would swallow the rest of the expression, and places in it could not be told. Write
it with `|`.
"""

from collections.abc import Iterator

from driftbook.checks import exprs
from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Path, Severity

CODE = "DB402"
NAME = "folded-promql"
TITLE = "PromQL in a folded block"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(INVARIANT, "  expr: |", "  expr: >", "  expr: |-")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Expressions of invariants, changes and queries of runbooks."""
    for expr in exprs.every(subject):
        if expr.path in expr.document.folded:
            yield _folded(expr.document.file, expr.path)
    for document in subject.of_kind("runbook"):
        for path in sorted(document.folded, key=str):
            if path[-1] == "query":
                yield _folded(document.file, path)


def _folded(file: str, path: Path) -> Diagnostic:
    message = "PromQL in a folded block loses its line breaks"
    return found(CODE, message, file, path, expected="`|` instead of `>`")
