"""What a group costs a ruler, from its text: how many samples one evaluation reads of each series.

A selector reads one sample of a series, a range as many as were taken in it, a subquery what is
inside it once for each step. How many series a selector has, no text tells: the costs are for
comparing groups, and for seeing which one grew. What a target measured is more than any model.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

import promql_parser as pp

from driftbook import promql
from driftbook.deploy.groups import Group
from driftbook.deploy.plan import Cost


@dataclass(frozen=True, slots=True)
class Every:
    """Seconds between two samples of a series: a scraped one, and one that rules record."""

    scrape: float
    evaluation: float

    def of(self, name: str | None) -> float:
        """By the name of a series: recorded ones have a colon in it."""
        return self.evaluation if name and ":" in name else self.scrape


def cost(group: Group, scrape: float, measured: float | None = None) -> Cost:
    """scrape: seconds between two scrapes. measured: seconds that its last evaluation took."""
    every = Every(scrape, group.interval)
    samples = sum(_samples(rule.query, every) for rule in group.rules)
    return Cost(group.name, len(group.rules), samples, measured)


@lru_cache(maxsize=65536)
def _samples(query: str, every: Every) -> float:
    try:
        return _of(promql.parse(query), every)
    except promql.PromqlError:
        return 1.0


def _of(node: Any, every: Every) -> float:
    if isinstance(node, pp.VectorSelector):
        return 1.0
    if isinstance(node, pp.MatrixSelector):
        return max(1.0, _seconds(node.range) / every.of(node.vector_selector.name))
    if isinstance(node, pp.SubqueryExpr):
        step = _seconds(node.step) or every.evaluation
        return max(1.0, _seconds(node.range) / step) * _of(node.expr, every)
    if isinstance(node, pp.BinaryExpr):
        return _of(node.lhs, every) + _of(node.rhs, every)
    if isinstance(node, pp.Call):
        return sum(_of(argument, every) for argument in node.args)
    inner = getattr(node, "expr", None)
    return _of(inner, every) if inner is not None else 0.0


def _seconds(span: timedelta | None) -> float:
    return span.total_seconds() if span else 0.0
