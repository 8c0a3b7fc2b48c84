"""Two steps of a runbook have the same `id`.

Ids become anchors, and people say them to each other.
"""

from collections.abc import Iterator

from driftbook.checks.example import RUNBOOK
from driftbook.checks.kit import Example, Subject, found, steps
from driftbook.diagnostics import Diagnostic, Path, Place, Severity

CODE = "DB702"
NAME = "duplicate-step"
TITLE = "Two steps of one name"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(RUNBOOK, "{id: page-dba, ", "{id: route-reads, ", "{id: page-dba, ")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """In the order of stages."""
    first: dict[tuple[str, str], Path] = {}
    for document, path, step in steps(subject):
        at = (*path, "id")
        earlier = first.setdefault((document.file, step["id"]), at)
        if earlier != at:
            message = f'a second step "{step["id"]}"'
            other = Place(document.file, earlier)
            expected = "an id of its own"
            yield found(CODE, message, document.file, at, expected=expected, other=other)
