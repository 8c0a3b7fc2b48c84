"""`successor` says which invariant took over from a retired one, `retired` since when and why.

One that is not retired has neither, nothing succeeds itself, not by way of others either, and the
day is one of the calendar.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from driftbook.checks.example import FILES, INVARIANT
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity
from driftbook.document import Document

_OTHER = FILES[INVARIANT].replace("name: orders-lag", "name: orders-lag-2")
CODE = "DB306"
NAME = "successor"
TITLE = "A successor or a retirement that cannot be"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    INVARIANT,
    "runbook: replica-behind",
    "runbook: replica-behind\nsuccessor: orders-lag-2",
    "runbook: replica-behind\nlifecycle: active",
    extra={"invariants/shop/orders-lag-2.yaml": _OTHER},
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Of invariants that live, and of those that name themselves."""
    documents = {document.name: document for document in subject.of_kind("invariant")}
    for document in subject.of_kind("invariant"):
        yield from _retirement(document)
        successor = document.data.get("successor")
        if not successor:
            continue
        if document.data.get("lifecycle", "active") != "retired":
            message = "a successor of an invariant that is not retired"
            expected = "`lifecycle: retired`, or no successor"
            yield found(CODE, message, document.file, ("successor",), expected=expected)
        elif (between := _round(document.name, documents)) is not None:
            message = "it succeeds itself" + (f", through {', '.join(between)}" if between else "")
            expected = "an invariant that is not retired, at the end"
            yield found(CODE, message, document.file, ("successor",), expected=expected)


def _round(name: str, documents: Mapping[str, Document]) -> list[str] | None:
    """The successors that lead back to an invariant, None where they do not."""
    between: list[str] = []
    heir: Any = documents[name].data.get("successor")
    while heir in documents and heir != name and heir not in between:
        between.append(heir)
        heir = documents[heir].data.get("successor")
    return between if heir == name else None


def _retirement(document: Document) -> Iterator[Diagnostic]:
    retired = document.data.get("retired")
    if retired is None:
        return
    if document.data.get("lifecycle", "active") != "retired":
        message = "it says why it was retired, and is not retired"
        expected = "`lifecycle: retired`, or no `retired`"
        yield found(CODE, message, document.file, ("retired",), expected=expected)
    try:
        date.fromisoformat(retired["since"])
    except ValueError:
        message, path = f'"{retired["since"]}" is no day', ("retired", "since")
        yield found(CODE, message, document.file, path, expected="a day as YYYY-MM-DD")
