"""More places than a pack knows of: an identity with labels of the targets in front.

Several clusters may have a server of the same name. Packs aggregate and join only by `by (…)` and
`on (…)`, so that a label which every series of a target has can be added to each of these lists.
"""

from functools import lru_cache

from driftbook.packs.given import BadValue, applied
from driftbook.packs.shapes import PackSignal
from driftbook.packs.targets import TARGET_LABELS
from driftbook.promql import facts
from driftbook.promql.text import tokens

KEY = "identity"
_MIXING = frozenset(("scalar", "vector", "absent", "absent_over_time"))
"""Functions whose result has none of the labels of what they read."""


def added(signal: PackSignal, identity: list[str] | None) -> tuple[str, ...]:
    """The labels that a stated identity has more than the pack's. Raises BadValue."""
    if identity is None:
        return ()
    own = ", ".join(signal.identity)
    example = f"[cluster, {own}]" if own else "[cluster]"
    lost = [label for label in signal.identity if label not in identity]
    if lost:
        message = f'the identity of "{signal.name}" has "{lost[0]}", too'
        raise BadValue(KEY, message, f"nothing, or more labels, such as {example}")
    more = tuple(label for label in identity if label not in signal.identity)
    for label in more:
        if label not in TARGET_LABELS:
            message = f'"{label}" is not a label that all series of a target have'
            raise BadValue(KEY, message, f"labels among {', '.join(TARGET_LABELS)}")
    if more and any(_MIXING & _functions(signal, s.expr) for s in signal.spellings):
        message = f'"{signal.name}" puts all places together and cannot be told apart further'
        raise BadValue(KEY, message, "no `identity` beside `use`")
    return more


def _functions(signal: PackSignal, expr: str) -> frozenset[str]:
    return facts(applied(signal, expr, {})).functions


@lru_cache(maxsize=4096)
def grouped(expr: str, labels: tuple[str, ...]) -> str:
    """The expression with labels in front of each list of `by` and `on`."""
    if not labels or not expr:
        return expr
    words = list(tokens(expr))
    parts, done = [], 0
    for word, opening, first in zip(words, words[1:], words[2:], strict=False):
        if word.text.lower() in ("by", "on") and opening.text == "(":
            more = ", ".join(labels) + ("" if first.text == ")" else ", ")
            parts += [expr[done : opening.end], more]
            done = opening.end
    return "".join((*parts, expr[done:]))
