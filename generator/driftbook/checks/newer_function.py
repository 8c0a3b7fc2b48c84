"""An expression uses what the declared Prometheus does not have.

Functions behind a feature flag, and those that were renamed between Prometheus 2.42 and 3, are
refused on every version.
"""

from collections.abc import Iterator

from driftbook.checks import exprs
from driftbook.checks.example import CONFLICTS
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity
from driftbook.promql import EXPERIMENTAL, YOUNG, find

CODE = "DB410"
NAME = "newer-function"
TITLE = "A function that is too new"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    CONFLICTS,
    "rate(orders_conflicts_total[5m])",
    "limitk(3, rate(orders_conflicts_total[5m]))",
    "topk(3, rate(orders_conflicts_total[5m]))",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each function once in an expression."""
    version = subject.catalog.prometheus.version
    for expr in exprs.all_of(subject):
        for name in sorted(expr.facts.functions) if expr.facts else ():
            if name in EXPERIMENTAL:
                message = f"{name}() is experimental"
            elif YOUNG.get(name, version) > version:
                since = ".".join(map(str, YOUNG[name]))
                message = f"{name}() needs Prometheus {since}"
            else:
                continue
            at = find(expr.text, name)
            expected = f"a stable function of Prometheus {'.'.join(map(str, version))}"
            yield found(CODE, message, expr.document.file, expr.path, expected=expected, offset=at)
