"""Which labels the result of a PromQL expression can carry.

A selector's result can carry any label, an aggregation's only those that it keeps: the first kind
of set is open (all but some), the second closed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import promql_parser as pp

_KEEPING = frozenset(("topk", "bottomk", "limitk", "limit_ratio"))


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels that a result can carry: `names` and no others when closed, else all but them."""

    closed: bool
    names: frozenset[str] = frozenset()

    def can_carry(self, label: str) -> bool:
        """Whether a series of the result may have this label."""
        return (label in self.names) is self.closed

    def plus(self, labels: Iterable[str]) -> "Labels":
        """With these labels, too."""
        new = frozenset(labels)
        return Labels(self.closed, self.names | new if self.closed else self.names - new)

    def minus(self, labels: Iterable[str]) -> "Labels":
        """Without these labels."""
        old = frozenset(labels)
        return Labels(self.closed, self.names - old if self.closed else self.names | old)

    def only(self, labels: Iterable[str]) -> "Labels":
        """At most these labels."""
        return Labels(True, frozenset(name for name in labels if self.can_carry(name)))

    def both(self, other: "Labels") -> "Labels":
        """What two results that match on all their labels have."""
        if self.closed or other.closed:
            one, two = (self, other) if self.closed else (other, self)
            return two.only(one.names)
        return Labels(False, self.names | other.names)

    def either(self, other: "Labels") -> "Labels":
        """What one of two results has."""
        if self.closed and other.closed:
            return Labels(True, self.names | other.names)
        if not self.closed and not other.closed:
            return Labels(False, self.names & other.names)
        one, two = (self, other) if self.closed else (other, self)
        return Labels(False, two.names - one.names)


NOTHING = Labels(True)


def result_labels(tree: Any) -> Labels:
    """The labels that the result of an expression can carry."""
    if isinstance(tree, pp.VectorSelector):
        gone = (
            m.name for m in tree.matchers.matchers if str(m.op) == "MatchOp.Equal" and not m.value
        )
        return Labels(False, frozenset(gone))
    if isinstance(tree, pp.MatrixSelector):
        return result_labels(tree.vector_selector)
    if isinstance(tree, pp.AggregateExpr):
        return _aggregated(tree)
    if isinstance(tree, pp.Call):
        return _called(tree)
    if isinstance(tree, pp.BinaryExpr):
        return _combined(tree)
    if isinstance(tree, pp.NumberLiteral | pp.StringLiteral):
        return NOTHING
    return result_labels(tree.expr)


def _aggregated(tree: Any) -> Labels:
    inner, op, modifier = result_labels(tree.expr), str(tree.op), tree.modifier
    if op in _KEEPING:
        return inner
    if modifier is None:
        result = NOTHING
    elif modifier.type == pp.AggModifierType.By:
        result = inner.only(modifier.labels)
    else:
        result = inner.minus(modifier.labels)
    return result.plus([tree.param.val]) if op == "count_values" else result


def _called(tree: Any) -> Labels:
    name = tree.func.name
    if name in ("absent", "absent_over_time"):
        return _stated(tree.args[0])
    vectors = [a for a in tree.args if not isinstance(a, pp.NumberLiteral | pp.StringLiteral)]
    if not vectors or name in ("vector", "scalar"):
        return NOTHING
    inner = result_labels(vectors[-1] if name == "histogram_quantile" else vectors[0])
    if name in ("label_replace", "label_join"):
        target = tree.args[1]
        return inner.plus([target.val]) if isinstance(target, pp.StringLiteral) else inner
    return inner.minus(["le"]) if name == "histogram_quantile" else inner


def _stated(tree: Any) -> Labels:
    """The labels of `absent()`: those that its selector states with `=`."""
    while not isinstance(tree, pp.VectorSelector):
        tree = getattr(tree, "vector_selector", None) or getattr(tree, "expr", None)
        if tree is None:
            return NOTHING
    equal = (m for m in tree.matchers.matchers if str(m.op) == "MatchOp.Equal")
    return Labels(True, frozenset(m.name for m in equal if m.value and m.name != "__name__"))


def _combined(tree: Any) -> Labels:
    left, right, op = result_labels(tree.lhs), result_labels(tree.rhs), str(tree.op)
    if op in ("and", "unless"):
        return left
    if op == "or":
        return left.either(right)
    if is_scalar(tree.rhs) or is_scalar(tree.lhs):
        return left if is_scalar(tree.rhs) else right
    modifier = tree.modifier
    matching = modifier.matching if modifier else None
    card = str(modifier.card) if modifier else ""
    if card.endswith(("ManyToOne", "OneToMany")):
        many, one = (left, right) if card.endswith("ManyToOne") else (right, left)
        extra = [name for name in modifier.group_labels or () if one.can_carry(name)]
        return many.plus(extra)
    if matching is None:
        return left.both(right)
    if str(matching.type).endswith("Include"):
        return left.only(matching.labels)
    return left.minus(matching.labels).both(right.minus(matching.labels))


def is_scalar(tree: Any) -> bool:
    """Whether an expression is a number rather than a set of series."""
    if isinstance(tree, pp.ParenExpr | pp.UnaryExpr):
        return is_scalar(tree.expr)
    if isinstance(tree, pp.BinaryExpr):
        return is_scalar(tree.lhs) and is_scalar(tree.rhs)
    if isinstance(tree, pp.Call):
        return str(tree.func.return_type) == "ValueType.Scalar"
    return isinstance(tree, pp.NumberLiteral)
