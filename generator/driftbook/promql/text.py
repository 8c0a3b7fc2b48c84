"""PromQL as text: tokens with offsets, which the parser's syntax tree does not have."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MAX_OPERATORS = 200
MAX_NESTING = 60
"""Far more than a person reads; the parser's recursion overflows at some thousands."""

_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
    |(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`]*`)
    |(?P<duration>(?:[0-9]+(?:ms|[smhdwy]))+(?![a-zA-Z0-9_]))
    |(?P<number>0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<name>[a-zA-Z_][a-zA-Z0-9_:]*|:[a-zA-Z_:][a-zA-Z0-9_:]*)
    |(?P<op>==|!=|>=|<=|=~|!~|[-+*/%^<>=])
    |(?P<open>[(\[{])|(?P<close>[)\]}])
    |(?P<mark>[,@:])
    |(?P<bad>.)""",
    re.VERBOSE | re.DOTALL,
)
_CLOSES = {"(": ")", "[": "]", "{": "}"}
_SET_OPERATORS = frozenset(("and", "or", "unless", "atan2"))
# What could stand behind a prefix that is right so far, inside the innermost bracket …
_FILL = {
    "": ("", " x", "(x)", "(a)(x)", " 1", "(x[5m])"),
    "(": ("", "x", " x", "x[5m]", "1", "(x)", '"a"'),
    "[": ("", "5m", "m", ":"),
    "{": ("", 'a="b"', '="b"', '"b"'),
}
# … and behind the brackets once they are closed.
_AFTER = ("", " (x)", " x", "(x[5m])")


@dataclass(frozen=True, slots=True)
class Token:
    """kind: a group of the token pattern other than space. start: offset in characters."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Offset behind it."""
        return self.start + len(self.text)


def escaped(value: str) -> str:
    """A text as it stands between the double quotes of a PromQL string."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def tokens(expr: str) -> Iterator[Token]:
    """The tokens of an expression; characters that begin none are of the kind `bad`."""
    for match in _TOKEN.finditer(expr):
        if match.lastgroup and match.lastgroup != "space":
            yield Token(match.lastgroup, match[0], match.start())


def too_much(expr: str) -> int | None:
    """The offset at which an expression gets more complex than anyone reads, or None."""
    if len(expr) <= MAX_NESTING:
        return None
    operators = depth = 0
    for token in tokens(expr):
        operators += token.kind == "op" or token.text.lower() in _SET_OPERATORS
        depth += (token.kind == "open") - (token.kind == "close")
        if operators > MAX_OPERATORS or depth > MAX_NESTING:
            return token.start
    return None


def find(expr: str, name: str, kind: str = "name") -> int | None:
    """Where a name stands first as a token of its own."""
    return next((t.start for t in tokens(expr) if t.kind == kind and t.text == name), None)


def error_offset(expr: str, message: str, parses: Callable[[str], bool]) -> int:
    """Where the parser's complaint has its cause, as well as it can be told.

    parses: whether a text is grammatical. The place is the first token which nothing could follow
    up to: each prefix is tried with every kind of continuation.
    """
    words = list(tokens(expr))
    for token in words:
        if token.kind == "bad":
            return token.start
    unmatched = _unmatched(words)
    if unmatched is not None and "parenthesis" in message:
        return unmatched
    quoted = re.search(r"(?:function|name|identifier|operator) '([^']+)'", message)
    if quoted and (at := find(expr, quoted[1])) is not None:
        return at
    end = len(expr.rstrip())
    if "end of input" in message:
        return end
    return next((t.start for t in words if not _viable(expr, words, t, parses)), end)


def _unmatched(words: list[Token]) -> int | None:
    opened: list[Token] = []
    for token in words:
        if token.kind == "open":
            opened.append(token)
        elif token.kind == "close" and (not opened or _CLOSES[opened.pop().text] != token.text):
            return token.start
    return opened[-1].start if opened else None


def _viable(expr: str, words: list[Token], last: Token, parses: Callable[[str], bool]) -> bool:
    """Whether anything could follow this token."""
    opened = ""
    for token in words:
        if token.start > last.start:
            break
        if token.kind == "open":
            opened += token.text
        elif token.kind == "close":
            opened = opened[:-1]
    prefix = expr[: last.end]
    closers = "".join(_CLOSES[b] for b in reversed(opened))
    return any(
        parses(f"{prefix}{fill}{closers}{after}") for fill in _FILL[opened[-1:]] for after in _AFTER
    )


def comparison_offset(expr: str, op: str) -> int | None:
    """Where a comparison without `bool` stands first, outside label matchers."""
    words = [*tokens(expr)]
    depth = 0
    for token, after in zip(words, [*words[1:], None], strict=True):
        depth += (token.text == "{") - (token.text == "}")
        if depth == 0 and token.text == op and (after is None or after.text != "bool"):
            return token.start
    return None
