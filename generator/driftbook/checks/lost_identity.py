"""An aggregation or a join drops a label of the identity.

Every place is named by the identity labels, so the result of `expr` and of `expected` must have
them, in every part of an `or`.
"""

from collections.abc import Iterator

from driftbook.checks import exprs
from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity, listed
from driftbook.promql import find

CODE = "DB403"
NAME = "lost-identity"
TITLE = "The result cannot carry the identity"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(INVARIANT, "max by (region) (", "max by (zone) (", "max by (region, zone) (")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """One diagnostic for all the labels that an expression loses."""
    for expr in exprs.all_of(subject):
        if expr.role not in ("signal", "expected") or expr.facts is None:
            continue
        identity = expr.document.data["signal"]["identity"]
        for branch in expr.facts.branches:
            lost = [label for label in identity if not branch.can_carry(label)]
            if lost:
                part = "a part of the `or`" if len(expr.facts.branches) > 1 else "the result"
                message = f"{part} cannot carry the identity label {', '.join(listed(lost))}"
                at = next((a for w in ("by", "on") if (a := find(expr.text, w)) is not None), 0)
                expected = "aggregations and joins that keep " + ", ".join(identity)
                file = expr.document.file
                yield found(CODE, message, file, expr.path, expected=expected, offset=at)
                break
