"""The histogram of a `stale_probability` is not a bare selector of its buckets.

driftbook adds the matcher on `le` and takes the rate, so it needs the buckets themselves:
`something_bucket` with matchers, without `le`, without offset. The bound is what `within` says, so
`le` is no label of the identity either.
"""

from collections.abc import Iterator

from driftbook.checks import exprs
from driftbook.checks.example import CONFLICTS
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity
from driftbook.promql import find

CODE = "DB420"
NAME = "histogram-selector"
TITLE = "A histogram that is no selector of buckets"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
SUM = """\
  expr: |
    sum by (shard) (
      rate(orders_conflicts_total[5m])
    )
  unit: events_per_second
  worse: above
  identity: [shard]
stages:
  early: {above: 1/m, for: 10m}
  late: {breadth: {above: 2/m, members: 3, share: 25%}}
"""
STALE = """\
  stale_probability: {histogram: orders_visible_seconds_bucket, within: 10s}
  identity: [shard]
stages:
  early: {above: 1%, for: 10m}
  late: {breadth: {above: 2%, members: 3, share: 25%}}
"""
EXAMPLE = Example(CONFLICTS, SUM, STALE.replace("_bucket", "_count"), STALE)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """The first fault of each."""
    for document in subject.of_kind("invariant"):
        for expr in exprs.of(document):
            if expr.role == "histogram" and (fault := _fault(expr)):
                message, at = fault
                expected = "a bare selector, such as order_visible_seconds_bucket"
                file = document.file
                yield found(CODE, message, file, expr.path, expected=expected, offset=at)
                break
        else:
            identity = document.data["signal"]["identity"]
            if "stale_probability" in document.data["signal"] and "le" in identity:
                path = ("signal", "identity", identity.index("le"))
                message = "`le` is what `within` says, so it names no place"
                yield found(CODE, message, document.file, path, expected="other labels")


def _fault(expr: exprs.Expr) -> tuple[str, int | None] | None:
    facts = expr.facts
    if facts is None:
        return None
    if not facts.bare:
        return "the histogram is more than a selector", None
    metric = facts.uses[0].metric
    if not metric.endswith("_bucket"):
        return f'"{metric}" does not hold the buckets of a histogram', find(expr.text, metric)
    if "le" in facts.uses[0].matched:
        return "the histogram has a matcher on `le` already", find(expr.text, "le")
    return None
