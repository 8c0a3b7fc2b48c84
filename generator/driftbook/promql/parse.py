"""PromQL text to promql-parser's syntax tree, and faults with places.

The parser has no positions, reads escapes in raw strings, and takes some of what Prometheus 2.x
refuses. Prometheus' own promtool has the last word, in the proof.
"""

import re
from typing import Any

import promql_parser as pp

from driftbook.promql.advice import advice, unknown_aggregation
from driftbook.promql.text import Token, error_offset, tokens, too_much


class PromqlError(ValueError):
    """An expression that does not parse.

    offset: where, in characters. expected: what would have been right, where that is clear.
    """

    def __init__(self, message: str, offset: int | None = None, expected: str = "") -> None:
        super().__init__(message)
        self.offset = offset
        self.expected = expected


def parse(expr: str) -> Any:
    """The syntax tree of promql-parser. Raises PromqlError."""
    if (at := too_much(expr)) is not None:
        raise PromqlError("the expression is too complex to read", at)
    try:
        tree = pp.parse(_quoted(expr))
    except ValueError as error:
        message = str(error).replace("invalid promql query", "not PromQL")
        raise _fault(expr, message) from None
    _refuse_lenient(expr)
    return tree


def _fault(expr: str, message: str) -> PromqlError:
    if name := unknown_aggregation(expr):
        message, offset = f"unknown aggregation '{name.text}'", name.start
    else:
        offset = error_offset(expr, message, _grammatical)
    return PromqlError(message, offset, advice(expr, message, offset))


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
            raise PromqlError(message, token.start, advice(expr, message, token.start))
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
