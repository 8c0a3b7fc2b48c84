"""`successor` says which invariant took over from a retired one.

One that is not retired has none, and nothing succeeds itself.
"""

from collections.abc import Iterator

from driftbook.checks.example import FILES, INVARIANT
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity

_OTHER = FILES[INVARIANT].replace("name: orders-lag", "name: orders-lag-2")
CODE = "DB306"
NAME = "successor"
TITLE = "A successor that cannot be"
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
    for document in subject.of_kind("invariant"):
        successor = document.data.get("successor")
        if not successor:
            continue
        if document.data.get("lifecycle", "active") != "retired":
            message = "a successor of an invariant that is not retired"
            expected = "`lifecycle: retired`, or no successor"
            yield found(CODE, message, document.file, ("successor",), expected=expected)
        elif successor == document.name:
            expected = "another invariant"
            yield found(
                CODE, "it succeeds itself", document.file, ("successor",), expected=expected
            )
