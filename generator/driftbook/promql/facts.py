"""What an expression says: its selectors, the labels of its result, how counters are read."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import promql_parser as pp

from driftbook.promql.labels import Labels, is_scalar, result_labels
from driftbook.promql.parse import PromqlError, parse

OF_COUNTERS = frozenset(("rate", "irate", "increase", "resets"))
COMPARISONS = frozenset(("==", "!=", ">", "<", ">=", "<="))


@dataclass(frozen=True, slots=True)
class Use:
    """A selector where it stands. around: functions and aggregations, the innermost last.

    equal: label and value of each `=`. matched: labels of all matchers.
    filters: it stands right of `and` or `unless`, so that its value is not the result.
    """

    metric: str
    equal: tuple[tuple[str, str], ...]
    around: tuple[str, ...]
    filters: bool
    matched: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """labels: of the result; branches: of each part of an `or` at its top.

    comparisons: operators without `bool` through which values pass.

    rated_sums: functions of counters over an aggregation, as (function, aggregation).
    functions: every function and aggregation. kind: series, range, number or text.
    selector: it is nothing but a selector; bare: without offset; exact: all of whose matchers are
    `=` besides.
    """

    labels: Labels
    branches: tuple[Labels, ...]
    uses: tuple[Use, ...]
    comparisons: tuple[str, ...]
    rated_sums: tuple[tuple[str, str], ...]
    functions: frozenset[str]
    kind: str
    selector: bool
    bare: bool
    exact: bool


@lru_cache(maxsize=1 << 16)
def facts(expr: str) -> Facts:
    """Everything that the checks ask of an expression. Raises PromqlError."""
    tree = parse(expr)
    nodes = list(_nodes(tree))
    functions = (
        n.func.name if isinstance(n, pp.Call) else str(n.op)
        for n in nodes
        if isinstance(n, pp.Call | pp.AggregateExpr)
    )
    return Facts(
        result_labels(tree),
        tuple(_branches(tree)),
        tuple(_uses(tree, (), False)),
        tuple(_comparisons(tree)),
        tuple(_rated_sums(nodes)),
        frozenset(functions),
        _kind(tree),
        isinstance(tree, pp.VectorSelector),
        isinstance(tree, pp.VectorSelector) and _bare(tree),
        isinstance(tree, pp.VectorSelector) and _bare(tree) and _exact(tree),
    )


def can_carry(expr: str, label: str) -> bool:
    """Whether the result may have a label; also where the expression cannot be read."""
    try:
        return facts(expr).labels.can_carry(label)
    except PromqlError:
        return True


def _kind(tree: Any) -> str:
    if isinstance(tree, pp.ParenExpr):
        return _kind(tree.expr)
    if isinstance(tree, pp.MatrixSelector | pp.SubqueryExpr):
        return "range"
    if isinstance(tree, pp.StringLiteral):
        return "text"
    return "number" if is_scalar(tree) else "series"


def _bare(selector: Any) -> bool:
    return selector.offset is None and selector.at is None


def _exact(selector: Any) -> bool:
    return all(str(m.op) == "MatchOp.Equal" for m in selector.matchers.matchers)


def _branches(tree: Any) -> Iterator[Labels]:
    if isinstance(tree, pp.ParenExpr):
        yield from _branches(tree.expr)
    elif isinstance(tree, pp.BinaryExpr) and str(tree.op) == "or":
        yield from _branches(tree.lhs)
        yield from _branches(tree.rhs)
    else:
        yield result_labels(tree)


def _children(tree: Any) -> tuple[Any, ...]:
    if isinstance(tree, pp.BinaryExpr):
        return tree.lhs, tree.rhs
    if isinstance(tree, pp.Call):
        return tuple(tree.args)
    if isinstance(tree, pp.MatrixSelector):
        return (tree.vector_selector,)
    inner = getattr(tree, "expr", None)
    return () if inner is None else (inner,)


def _nodes(tree: Any) -> Iterator[Any]:
    yield tree
    for child in _children(tree):
        yield from _nodes(child)


def _uses(tree: Any, around: tuple[str, ...], filters: bool) -> Iterator[Use]:
    if isinstance(tree, pp.VectorSelector):
        equal = [(m.name, m.value) for m in tree.matchers.matchers if str(m.op) == "MatchOp.Equal"]
        metric = tree.name or dict(equal).get("__name__", "")
        labels = frozenset(m.name for m in tree.matchers.matchers)
        yield Use(metric, tuple(equal), around, filters, labels)
        return
    if isinstance(tree, pp.BinaryExpr) and str(tree.op) in ("and", "unless"):
        yield from _uses(tree.lhs, around, filters)
        yield from _uses(tree.rhs, around, True)
        return
    if isinstance(tree, pp.Call):
        around = (*around, tree.func.name)
    elif isinstance(tree, pp.AggregateExpr):
        around = (*around, str(tree.op))
    for child in _children(tree):
        yield from _uses(child, around, filters)


def _comparisons(tree: Any, fallback: bool = False) -> Iterator[str]:
    """Comparisons that make values vanish from the result.

    Not those to the right of `and` and `unless`, which choose series on purpose, nor those inside
    an aggregation for which an `or` provides where nothing is left to aggregate.
    """
    if isinstance(tree, pp.BinaryExpr):
        op = str(tree.op)
        if op in ("and", "unless"):
            yield from _comparisons(tree.lhs, fallback)
            return
        if op == "or":
            yield from _comparisons(tree.lhs, True)
            yield from _comparisons(tree.rhs, fallback)
            return
        both = is_scalar(tree.lhs) and is_scalar(tree.rhs)
        if op in COMPARISONS and not both and not (tree.modifier and tree.modifier.return_bool):
            yield op
    elif isinstance(tree, pp.AggregateExpr) and fallback:
        return
    for child in _children(tree):
        yield from _comparisons(child, fallback)


def _rated_sums(nodes: list[Any]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, pp.Call) and node.func.name in OF_COUNTERS:
            inner = node.args[0]
            while isinstance(inner, pp.SubqueryExpr | pp.ParenExpr):
                inner = inner.expr
            if isinstance(inner, pp.AggregateExpr):
                yield node.func.name, str(inner.op)
