"""The signal compares, so healthy places vanish from it instead of being low.

The stages do the comparing. A comparison may stand to the right of `and` and `unless`, where it
chooses series; with `bool`, where it counts; and inside an aggregation that an `or` completes
when nothing is left.
"""

from collections.abc import Iterator

from driftbook.checks import exprs
from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity
from driftbook.promql import comparison_offset

CODE = "DB406"
NAME = "comparison"
TITLE = "A comparison inside the signal"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    INVARIANT,
    "      orders_replication_lag_seconds\n",
    "      orders_replication_lag_seconds > 5\n",
    "      orders_replication_lag_seconds and on (region) (region_active == 1)\n",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """The first comparison through which values pass."""
    for expr in exprs.all_of(subject):
        if expr.role == "signal" and expr.facts and expr.facts.comparisons:
            op = expr.facts.comparisons[0]
            message = f"the signal drops places by the comparison `{op}`"
            expected = f"the value itself, or `{op} bool`; bounds belong to the stages"
            at = comparison_offset(expr.text, op)
            yield found(CODE, message, expr.document.file, expr.path, expected=expected, offset=at)
