"""What an expression says: its selectors, the labels of its result, how counters are read.

`promql-parser` has no positions; offsets come from `promqltext`. Prometheus' own promtool has the
last word, in the proof.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import promql_parser as pp

from driftbook.promqllabels import Labels, is_scalar, result_labels
from driftbook.promqltext import Token, error_offset, find, tokens, too_much

__all__ = ["Facts", "Labels", "PromqlError", "Use", "facts", "find", "parse", "result_labels"]

OF_COUNTERS = frozenset(("rate", "irate", "increase", "resets"))
COMPARISONS = frozenset(("==", "!=", ">", "<", ">=", "<="))
YOUNG = {
    "atan2": (2, 31),
    "histogram_avg": (2, 51),
    "histogram_stddev": (2, 49),
    "histogram_stdvar": (2, 49),
}
"""Functions that are younger than what every supported Prometheus has, and since when."""
EXPERIMENTAL = frozenset(
    (
        "double_exponential_smoothing",
        "end",
        "first_over_time",
        "histogram_quantiles",
        "holt_winters",
        "info",
        "limit_ratio",
        "limitk",
        "mad_over_time",
        "max_of",
        "min_of",
        "range",
        "sort_by_label",
        "sort_by_label_desc",
        "start",
        "step",
        "ts_of_first_over_time",
        "ts_of_last_over_time",
        "ts_of_max_over_time",
        "ts_of_min_over_time",
    )
)
"""Functions behind a feature flag, or renamed between 2.42 and 3.x."""


FUNCTIONS = frozenset(
    (
        *(
            "abs",
            "absent",
            "absent_over_time",
            "avg",
            "avg_over_time",
            "bottomk",
            "ceil",
            "changes",
        ),
        *("clamp", "clamp_max", "clamp_min", "count", "count_over_time", "count_values", "delta"),
        *("deriv", "exp", "floor", "group", "histogram_quantile", "idelta", "increase", "irate"),
        *("label_join", "label_replace", "last_over_time", "ln", "log10", "log2", "max"),
        *("max_over_time", "min", "min_over_time", "predict_linear", "present_over_time"),
        *("quantile", "quantile_over_time", "rate", "resets", "round", "scalar", "sgn", "sort"),
        *("sqrt", "stddev", "stddev_over_time", "stdvar", "stdvar_over_time", "sum"),
        *("sum_over_time", "time", "timestamp", "topk", "vector"),
    )
)
"""What people call most, to name the nearest."""


class PromqlError(ValueError):
    """An expression that does not parse; `offset` is where, in characters."""

    def __init__(self, message: str, offset: int | None = None) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Use:
    """A selector where it stands. around: functions and aggregations, the innermost last.

    filters: it stands right of `and` or `unless`, so that its value is not the result.
    """

    metric: str
    equal: tuple[tuple[str, str], ...]
    around: tuple[str, ...]
    filters: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """labels: of the result; branches: of each part of an `or` at its top.

    comparisons: operators without `bool` through which values pass.

    rated_sums: functions of counters over an aggregation, as (function, aggregation).
    functions: every function and aggregation. selector: it is nothing but a selector; exact: all
    of whose matchers are `=`, without offset.
    """

    labels: Labels
    branches: tuple[Labels, ...]
    uses: tuple[Use, ...]
    comparisons: tuple[str, ...]
    rated_sums: tuple[tuple[str, str], ...]
    functions: frozenset[str]
    selector: bool
    exact: bool


def parse(expr: str) -> Any:
    """The syntax tree of promql-parser. Raises PromqlError."""
    if (at := too_much(expr)) is not None:
        raise PromqlError("the expression is too complex to read", at)
    try:
        tree = pp.parse(_quoted(expr))
    except ValueError as error:
        message = str(error).replace("invalid promql query", "not PromQL")
        raise PromqlError(message, error_offset(expr, message, _grammatical)) from None
    _refuse_lenient(expr)
    return tree


def _quoted(expr: str) -> str:
    """Raw strings in double quotes: the parser reads escapes in backticks, Prometheus does not."""
    if "`" not in expr:
        return expr
    parts, done = [], 0
    for token in tokens(expr):
        if token.kind == "string" and token.text.startswith("`"):
            inner = token.text[1:-1].replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            parts += [expr[done : token.start], f'"{inner}"']
            done = token.end
    return "".join([*parts, expr[done:]])


def _grammatical(expr: str) -> bool:
    try:
        pp.parse(_quoted(expr))
    except ValueError as error:
        return str(error).startswith(("expected", "unknown function", "set operator", "binary"))
    return True


# Candidates only: what looks like a number where a duration belongs, a duration where a number
# does, `or` or a quoted name among label matchers.
_LENIENT = re.compile(
    r"""\[\s*[0-9]+\s*[\]:]|:\s*[0-9]+\s*\]|offset\s+-?\s*[0-9]+(?![0-9smhdwy])
    |\{[^}]*\bor\b|[{,]\s*["'`]|(?<![\w.:\[])[0-9]+[smhdwy]""",
    re.VERBOSE,
)


def _refuse_lenient(expr: str) -> None:
    """What promql-parser takes and Prometheus 2.x does not."""
    if not _LENIENT.search(expr):
        return
    before, opened = "", ""
    for token in tokens(expr):
        if token.kind == "open":
            opened += token.text
        elif token.kind == "close":
            opened = opened[:-1]
        elif message := _lenient(token, before, opened[-1:]):
            raise PromqlError(message, token.start)
        if token.text not in ("-", "+"):
            before = token.text


def _lenient(token: Token, before: str, inside: str) -> str:
    if token.kind == "number" and (before == "offset" or inside == "["):
        return f'"{token.text}" is not a duration'
    if token.kind == "duration" and before != "offset" and inside != "[":
        return f'the duration "{token.text}" is not a number'
    if inside == "{" and token.text == "or" and before not in (",", "{"):
        return "`or` between label matchers is not PromQL"
    if inside == "{" and token.kind == "string" and before in (",", "{"):
        return "quoted names are not known to Prometheus 2.x"
    return ""


def comparison_offset(expr: str, op: str) -> int | None:
    """Where a comparison without `bool` stands first, outside label matchers."""
    words = [*tokens(expr)]
    depth = 0
    for token, after in zip(words, [*words[1:], None], strict=True):
        depth += (token.text == "{") - (token.text == "}")
        if depth == 0 and token.text == op and (after is None or after.text != "bool"):
            return token.start
    return None


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
        isinstance(tree, pp.VectorSelector),
        isinstance(tree, pp.VectorSelector) and _exact(tree),
    )


def _exact(selector: Any) -> bool:
    equal = all(str(m.op) == "MatchOp.Equal" for m in selector.matchers.matchers)
    return equal and selector.offset is None and selector.at is None


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
        yield Use(metric, tuple(equal), around, filters)
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
