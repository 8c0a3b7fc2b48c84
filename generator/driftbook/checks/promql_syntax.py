"""An expression is not PromQL, or has no value for each series.

The place is the first character at which it cannot go on. In runbooks, queries are looked at
after their templates are filled in, for each invariant that follows the runbook.
"""

from collections.abc import Iterator

from driftbook.checks import exprs
from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, found
from driftbook.checks.rendered import rendered
from driftbook.diagnostics import Diagnostic, Severity
from driftbook.promql import PromqlError, facts

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


_KINDS = {
    "range": (
        "the expression is a range, which has no single value",
        "a function over the range, such as rate(…[5m]) or max_over_time(…[5m])",
    ),
    "text": ("the expression is a text", "the name of a metric, without quotes"),
    "number": ("the expression is a number without series", "a metric, or vector(…)"),
}


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Invariants, changes, then runbooks: each text once."""
    for expr in exprs.every(subject):
        if (fault := _fault(expr.text)) is not None:
            message, file = f"the expression does not parse: {fault}", expr.document.file
            hint, at = fault.expected, fault.offset
            yield found(CODE, message, file, expr.path, expected=hint, offset=at)
        elif kind := _kind(expr):
            message, expected = _KINDS[kind]
            yield found(CODE, message, expr.document.file, expr.path, expected=expected)
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
            hint = fault.expected
            yield found(CODE, message, text.file, text.path, expected=hint, offset=offset)


def _fault(expr: str) -> PromqlError | None:
    try:
        facts(expr)
    except PromqlError as fault:
        return fault
    return None


def _kind(expr: exprs.Expr) -> str:
    """Of what is not series, the kind; a number may be a signal, but cannot be summed."""
    if expr.facts is None or expr.role not in ("signal", "expected", "gauge"):
        return ""
    signal, kind = expr.document.data["signal"], expr.facts.kind
    computed = expr.role == "signal" and {"per_workload", "drift_sample"} & signal.keys()
    if kind == "number" and (signal["identity"] or not computed):
        return ""  # without the labels of an identity, which a check of its own reports
    return "" if kind == "series" else kind
