"""An expression is not PromQL.

The place is the first character at which it cannot go on. In runbooks, queries are looked at
after their templates are filled in, for each invariant that follows the runbook.
"""

import re
from collections.abc import Iterator

from driftbook.checks import exprs
from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, found
from driftbook.checks.rendered import rendered
from driftbook.diagnostics import Diagnostic, Severity, nearest
from driftbook.promql import FUNCTIONS, PromqlError, facts

CODE = "DB401"
NAME = "promql-syntax"
TITLE = "PromQL that does not parse"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    INVARIANT,
    "      orders_replication_lag_seconds\n",
    "      orders_replication_lag_seconds{region=}\n",
    '      orders_replication_lag_seconds{region=~".+"}\n',
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Invariants, then runbooks: each text once."""
    for expr in exprs.all_of(subject):
        if (fault := _fault(expr.text)) is not None:
            message, hint = f"the expression does not parse: {fault}", _hint(fault)
            file, at = expr.document.file, fault.offset
            yield found(CODE, message, file, expr.path, expected=hint, offset=at)
    said = set()
    for text in rendered(subject):
        where = (text.file, text.path)
        if text.path[-1] != "query" or text.result is None or where in said:
            continue
        if (fault := _fault(text.result)) is not None:
            said.add(where)
            offset = fault.offset if text.result == text.written else None
            with_ = "" if text.result == text.written else f" for {text.invariant}"
            message = f"the query does not parse{with_}: {fault}"
            hint = _hint(fault)
            yield found(CODE, message, text.file, text.path, expected=hint, offset=offset)


def _hint(fault: PromqlError) -> str:
    unknown = re.search(r"unknown function with name '(\w+)'", str(fault))
    return nearest(unknown[1], FUNCTIONS) if unknown else ""


def _fault(expr: str) -> PromqlError | None:
    try:
        facts(expr)
    except PromqlError as fault:
        return fault
    return None
