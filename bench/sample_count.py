"""How many samples the selectors of an expression read, as queries for the server that has them.

What Prometheus tells of a query (`stats=all`) leaves out what happens inside a subquery: it counts
the points that come out of one, not the series that were read for each of its steps. Here every
selector counts, at each step at which it is evaluated.
"""

from collections.abc import Iterator

import promql_parser as pp


def queries(expr: str) -> Iterator[str]:
    """PromQL that together sums to the samples that one evaluation reads, a query a selector."""
    for read in _reads(pp.parse(expr)):
        yield f"sum({read})"


def _reads(node: pp.Expr) -> Iterator[str]:
    """For each selector a vector of how many samples it reads."""
    if isinstance(node, pp.VectorSelector):
        yield f"count({node})"
    elif isinstance(node, pp.MatrixSelector):
        yield f"sum(count_over_time({node}))"
    elif isinstance(node, pp.SubqueryExpr):
        window = str(node)[len(str(node.expr)) :]
        for read in _reads(node.expr):
            yield f"sum_over_time({read}{window})"
    else:
        for part in _parts(node):
            yield from _reads(part)


def _parts(node: pp.Expr) -> Iterator[pp.Expr]:
    if isinstance(node, pp.BinaryExpr):
        yield from (node.lhs, node.rhs)
    elif isinstance(node, pp.Call):
        yield from node.args
    elif isinstance(node, pp.ParenExpr | pp.UnaryExpr | pp.AggregateExpr):
        yield node.expr
