"""A function for counters is used on an aggregation.

The sum falls when one of its counters restarts, and the whole sum looks like a restart: hundreds
of events appear that never happened. First the rate of each, then the sum.
"""

from collections.abc import Iterator

from driftbook.checks import exprs
from driftbook.checks.example import CONFLICTS
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity
from driftbook.promql import find

CODE = "DB409"
NAME = "rate-of-sum"
TITLE = "rate() after sum()"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    CONFLICTS,
    "rate(orders_conflicts_total[5m])",
    "rate(sum by (shard) (orders_conflicts_total)[5m:])",
    "rate(orders_conflicts_total[10m])",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """The first in an expression."""
    for expr in exprs.all_of(subject):
        if expr.facts and expr.facts.rated_sums:
            function, aggregation = expr.facts.rated_sums[0]
            message = f"{function}() of {aggregation}() takes one restart for many events"
            expected = f"{aggregation}({function}(…[…]))"
            at = find(expr.text, function)
            yield found(CODE, message, expr.document.file, expr.path, expected=expected, offset=at)
