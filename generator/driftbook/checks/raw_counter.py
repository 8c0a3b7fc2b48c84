"""A counter's value is used without `rate()` or `increase()`.

A counter counts since its process started: its value says nothing, and falls at every restart.
`*_total` and `*_bucket` are counters; so are `*_sum` and `*_count` of histograms and summaries
(their names end in a unit, or the expression uses both). Where a metric is a gauge in spite of
its name, say so once: `supporting: {name: {expr: the_metric, type: gauge}}`.
"""

import re
from collections.abc import Iterator

from driftbook.checks import exprs
from driftbook.checks.example import CONFLICTS
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity
from driftbook.promql import Use, find

CODE = "DB407"
NAME = "raw-counter"
TITLE = "A counter is read raw"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    CONFLICTS,
    "rate(orders_conflicts_total[5m])",
    "orders_conflicts_total",
    "rate(orders_conflicts_total[10m])",
)


_SAFE = frozenset(
    (
        *("rate", "irate", "increase", "resets", "changes", "absent", "absent_over_time", "count"),
        *("group", "timestamp", "present_over_time", "count_over_time", "count_values"),
    )
)
_ALWAYS = re.compile(r"\w+_(total|bucket)")
_OF_HISTOGRAM = re.compile(r"(?P<base>\w+)_(sum|count)")
_UNIT = re.compile(r"\w+_(seconds|milliseconds|microseconds|ms|bytes|size|duration)")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each metric once in an expression."""
    for expr in exprs.all_of(subject):
        if (expr.role != "signal" and expr.role != "gauge") or expr.facts is None:
            continue
        if expr.role == "gauge" and expr.facts.selector:
            continue
        known = exprs.gauges(expr.document)
        metrics = {use.metric for use in expr.facts.uses}
        raw = {u.metric for u in expr.facts.uses if _raw(u, metrics) and u.metric not in known}
        for metric in sorted(raw):
            message = f'the counter "{metric}" is read raw'
            expected = f"rate({metric}[…]) or increase({metric}[…])"
            at = find(expr.text, metric)
            yield found(CODE, message, expr.document.file, expr.path, expected=expected, offset=at)


def _raw(use: Use, metrics: set[str]) -> bool:
    if _SAFE.intersection(use.around):
        return False
    if _ALWAYS.fullmatch(use.metric):
        return True
    match = _OF_HISTOGRAM.fullmatch(use.metric)
    if match is None:
        return False
    base = match["base"]
    pair = {f"{base}_sum", f"{base}_count"} <= metrics or f"{base}_bucket" in metrics
    return pair or _UNIT.fullmatch(base) is not None
