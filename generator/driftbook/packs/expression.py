"""An expression of a pack with matchers added to its selectors and its parameters filled in.

Packs hold plain PromQL, which people can paste into Prometheus, so the places for matchers are
found in its tokens: promql-parser's trees cannot be changed. The tests compare every expression
of every pack with the parser's view.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from driftbook.promql.text import Token, tokens

_GROUPING = frozenset(("by", "without", "on", "ignoring", "group_left", "group_right"))
_WORDS = _GROUPING | {"and", "or", "unless", "atan2", "bool", "offset", "inf", "nan"}
_PARAMETER = re.compile(r"\$([a-z][a-z_]*)")


@dataclass(frozen=True, slots=True)
class Matchers:
    """Matchers such as `job="db"`, to be added to selectors.

    every: to every selector. labelled: label -> matcher, to selectors of metrics with that label.
    """

    every: tuple[str, ...] = ()
    labelled: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Slot:
    """text: what stands before it. metric: the selector's. open, comma: what is there already."""

    text: str
    metric: str
    braces: bool
    filled: bool


def rendered(
    expr: str,
    matchers: Matchers,
    labels: Mapping[str, frozenset[str]],
    values: Mapping[str, str],
) -> str:
    """The expression with matchers and values of parameters.

    labels: metric -> the labels that its exporter gives it. values: as PromQL has them, so a label
    value is escaped, and an expression in parentheses.
    """
    if values:
        expr = _PARAMETER.sub(lambda m: values.get(m[1], m[0]), expr)
    if not matchers.every and not matchers.labelled:
        return expr
    slots, rest = _slots(expr)
    parts: list[str] = []
    for slot in slots:
        own = labels.get(slot.metric, frozenset())
        added = [*matchers.every, *(m for name, m in matchers.labelled.items() if name in own)]
        text = ",".join(added)
        if text and slot.braces:
            text += "," if slot.filled else ""
        elif text:
            text = f"{{{text}}}"
        parts += (slot.text, text)
    return "".join((*parts, rest))


@lru_cache(maxsize=4096)
def _slots(expr: str) -> tuple[tuple[_Slot, ...], str]:
    """Where matchers go, and what stands behind the last place."""
    words = list(tokens(expr))
    slots: list[_Slot] = []
    done = 0
    for index, metric in _selectors(words):
        after = words[index + 1] if index + 1 < len(words) else None
        braces = words[index] if words[index].text == "{" else after
        if braces is not None and braces.text == "{":
            inside = words[words.index(braces) + 1]
            slots.append(_Slot(expr[done : braces.end], metric, True, inside.text != "}"))
            done = braces.end
        else:
            slots.append(_Slot(expr[done : words[index].end], metric, False, False))
            done = words[index].end
    return tuple(slots), expr[done:]


def _selectors(words: list[Token]) -> list[tuple[int, str]]:
    """The tokens at which selectors begin, and the names of their metrics."""
    found: list[tuple[int, str]] = []
    inside: list[str] = []
    for index, word in enumerate(words):
        before = words[index - 1] if index else None
        after = words[index + 1].text if index + 1 < len(words) else ""
        if word.kind == "close":
            inside.pop()
        elif word.kind == "open":
            grouping = before is not None and before.text.lower() in _GROUPING
            if word.text == "{" and (before is None or not _named(before, "{", inside)):
                found.append((index, ""))
            inside.append("labels" if grouping or word.text != "(" else "(")
        elif _named(word, after, inside):
            found.append((index, word.text))
    return found


def _named(word: Token, after: str, inside: list[str]) -> bool:
    """Whether a token is the name of a metric rather than a function, a word or a label."""
    if word.kind != "name" or "labels" in inside:
        return False
    return after not in ("(", "by", "without") and word.text.lower() not in _WORDS
