"""A function for counters is used on something that goes up and down.

Every fall of a gauge looks like a restart of a counter, so `rate()` and `increase()` invent
growth. Use `deriv()` or `delta()`. What is a gauge is told by `supporting … type: gauge`, and by
names that no counter has (`*_ratio`, `*_percent`, `*_info`, `*_timestamp_seconds`).
"""

import re
from collections.abc import Iterator

from driftbook.checks import exprs
from driftbook.checks.example import CONFLICTS
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity
from driftbook.promql import OF_COUNTERS, find

CODE = "DB408"
NAME = "rate-of-gauge"
TITLE = "rate() of a gauge"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    CONFLICTS,
    "rate(orders_conflicts_total[5m])",
    "rate(orders_conflict_ratio[5m])",
    "deriv(orders_conflict_ratio[5m])",
)


_GAUGE = re.compile(r"\w+_(ratio|percent|info|timestamp_seconds)")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each metric once in an expression."""
    for expr in exprs.all_of(subject):
        known = exprs.gauges(expr.document)
        said = set()
        for use in expr.facts.uses if expr.facts else ():
            function = next((f for f in use.around if f in OF_COUNTERS), None)
            gauge = use.metric in known or _GAUGE.fullmatch(use.metric)
            if function and gauge and use.metric not in said:
                said.add(use.metric)
                message = f'{function}() of the gauge "{use.metric}"'
                at = find(expr.text, use.metric)
                expected = "deriv() or delta(), or a counter"
                file = expr.document.file
                yield found(CODE, message, file, expr.path, expected=expected, offset=at)
