"""What would have been right, where the cause of a fault in PromQL can be recognised."""

import re
from difflib import get_close_matches
from itertools import pairwise

from driftbook.promql.functions import AGGREGATIONS, FUNCTIONS
from driftbook.promql.text import Token, tokens

_BY_MESSAGE = (
    ("unclosed", "a closing bracket for this one"),
    ("unexpected right", "as many opening brackets as closing ones"),
    (r"unexpected identifier '(\w+)' in label matching", 'the value in quotes: "{0}"'),
    ("unexpected '=' in label matching", "a single `=`, or `=~` for a regular expression"),
    ("unterminated quoted string", "a quote at the end of the text"),
    ("unexpected character: '[&|]'", "`and`, `or`, or `|` inside a regular expression"),
    ("unexpected character: '[“”‘’´]'", "straight quotes"),
    ("unexpected character after '!'", "`unless`, or `!=`"),
    (r"expected type matrix in call to function '(\w+)'", "a range, such as {0}(…[5m])"),
    ("got matrix", "a function over the range, such as rate(…[5m]) or max_over_time(…[5m])"),
    ("ranges only allowed", "a range on a metric, rate(…[5m]) before sum(…), or a subquery, [5m:]"),
    (r'the duration "\S+" is not a number', "a number in the unit of the metric"),
    (r'"(\w+)" is not a duration', "a unit, such as {0}s or {0}m"),
    ("bad number or duration|inside brackets|expected duration", "a duration such as 5m or 1h30m"),
    ("`or` between label matchers", 'one matcher for both, such as =~"a|b"'),
    ("inside braces: '~'", "`=~` or `!~`"),
    ("character inside braces", "the value in quotes"),
    ("illegal regex", "a regular expression, with a backslash before characters meant as such"),
    ("at least one non-empty matcher", "the name of a metric"),
)


def unknown_aggregation(expr: str) -> Token | None:
    """A name with `by` or `without` that aggregates nothing."""
    words = list(tokens(expr))
    for token, after in pairwise(words):
        known = token.text.lower() in AGGREGATIONS
        if token.kind == "name" and after.text in ("by", "without") and not known:
            return token
    return None


def advice(expr: str, message: str, offset: int) -> str:
    """What to write instead, or ""."""
    unknown = re.search(r"unknown (?:function|aggregation)\D* '(\w+)'", message)
    if unknown:
        known = AGGREGATIONS if "aggregation" in message else FUNCTIONS
        close = get_close_matches(unknown[1], known, n=1)
        return f'did you mean "{close[0]}"?' if close else ""
    for pattern, words in _BY_MESSAGE:
        if match := re.search(pattern, message):
            return words.format(*match.groups())
    return _by_place(list(tokens(expr)), offset)


def _by_place(words: list[Token], offset: int) -> str:
    """By the token at which reading stopped and the one before it."""
    at = next((i for i, token in enumerate(words) if token.end > offset), len(words))
    here = words[at].text if at < len(words) else ""
    before = words[at - 1].text if at else ""
    if here == "}" and before in ("=", "!=", "=~", "!~"):
        return "a value in quotes"
    if here == "=":
        return "`==` to compare"
    if here == "," and before.isdecimal():
        return "a decimal point instead of the comma"
    if "%" in (here, before) and at >= len(words) - 1:
        return "a plain number: 0.3 for 30 %"
    if before in ("by", "without", "on", "ignoring"):
        return f"brackets around the labels: {before} ({here or '…'})"
    if here in ("by", "without"):
        return "an aggregation such as sum around the function"
    if before.startswith(('"', "'")):
        return "a comma between label matchers"
    return ""
