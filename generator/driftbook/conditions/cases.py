"""The vocabulary of generated unit tests: a signal over evaluation ticks, and what must fire when.

Values are written in promtool's notation, one sample per evaluation tick. Assertions keep two
ticks away from the edges of range windows, because Prometheus 3 leaves them open on the left.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import promql_parser

from driftbook import promql
from driftbook.conditions.scope import Scope, series
from driftbook.model import Condition, Invariant
from driftbook.units import number

GAP = "_"
STALE = "stale"
Value = float | str
Run = tuple[Value, int]
"""A value (or GAP, STALE, NaN) and for how many ticks."""

LOOKBACK = 300.0
"""Seconds for which a sample without successor stays visible: Prometheus's default."""


HISTORY_TICK = 1800.0
"""Seconds from one evaluation to the next in tests that span days: promtool's cost is their number.

Such tests need PromQL that does not count evaluations.
"""


@dataclass(frozen=True, slots=True)
class PlaceCase:
    """One place whose signal runs through some values.

    checks: (tick, whether the condition's alert fires there).
    """

    name: str
    runs: tuple[Run, ...]
    checks: tuple[tuple[int, bool], ...]


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert expected in full: condition and scope name it, value fills its templates."""

    condition: Condition
    scope: Scope
    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Check:
    """At a tick, either one condition's alerts (by stage and kind) or all alerts in full.

    of: the condition that is looked at; where: labels that narrow the look; None: all alerts.
    """

    tick: int
    firing: tuple[Firing, ...]
    of: tuple[Condition, Scope] | None = None


@dataclass(frozen=True, slots=True)
class TestCase:
    """One element of a promtool test file; series in promtool notation.

    history: whether a tick is HISTORY_TICK, in the invariant's second test file.
    """

    name: str
    series: Mapping[str, str]
    checks: tuple[Check, ...]
    history: bool = False


def notation(runs: tuple[Run, ...]) -> str:
    """Runs in promtool's notation; `axn` gives n + 1 samples, `_xn` n gaps, words do not repeat."""
    words = []
    for value, count in runs:
        text = value if isinstance(value, str) else number(value)
        if text == GAP and count > 0:
            words.append(f"_x{count}")
        elif isinstance(value, str) or count == 1:
            words += [text] * count
        elif count > 1:
            words.append(f"{text}x{count - 1}")
    return " ".join(words)


def calm(invariant: Invariant) -> float:
    """A value of the signal that no bound minds."""
    if invariant.signal.worse == "above":
        return 0.0
    minded = [v for c in _every(invariant) for v in limits(c, invariant)]
    return 2 * max(minded, default=0.0) + 1


def limits(condition: Condition, invariant: Invariant) -> tuple[float, ...]:
    """The values that a lasting signal has to pass to make a condition fire, as far as known."""
    stated = [getattr(condition.params, key, None) for key in ("bound", "floor", "cap", "above")]
    if condition.kind == "slo_burn" and invariant.slo:
        stated.append(invariant.slo.within)
    return tuple(value for value in stated if value is not None)


def bounds(invariant: Invariant) -> tuple[float, ...]:
    """Every bound of the invariant, overrides included, ascending."""
    found = {getattr(c.params, "bound", None) for c in _every(invariant)}
    return tuple(sorted(bound for bound in found if bound is not None))


def _every(invariant: Invariant) -> list[Condition]:
    """Its conditions, those of overrides too."""
    overridden = [c for override in invariant.overrides for c in override.conditions]
    return [*invariant.conditions, *overridden]


def outside(invariant: Invariant, bound: float) -> float:
    """A value just beyond a bound, and not beyond the next worse one."""
    sign = 1 if invariant.signal.worse == "above" else -1
    gaps = [abs(b - bound) for b in bounds(invariant) if (b - bound) * sign > 0]
    step = min([abs(bound) / 100 if bound else 1.0, *(gap / 2 for gap in gaps)])
    return float(f"{bound + sign * step:.9g}")


def place(scope: Scope, name: str, free: str = "p") -> dict[str, str]:
    """Labels of a place in the scope: the override's, else the name on the first free label."""
    labels = dict(scope.match)
    for label in scope.identity:
        if label not in labels:
            labels[label] = name
            name = free
    return {label: labels[label] for label in scope.identity}


def has_free_label(scope: Scope) -> bool:
    """Whether several places can be told apart within the scope."""
    return any(label not in scope.match for label in scope.identity)


def raw_series(selector: str, labels: Mapping[str, str]) -> str | None:
    """A series that a bare selector selects, with these labels besides; None where none is found.

    Equality matchers are taken as they are; for the others a fitting value is looked for.
    """
    ast = promql.parse(selector)
    if not isinstance(ast, promql_parser.VectorSelector):
        return None
    found = dict(labels)
    for matcher in ast.matchers.matchers:
        if matcher.name in labels and fits(matcher, labels[matcher.name]):
            continue
        words = [matcher.value, *re.split(r"[|()]", matcher.value), "x", "1", "a", ""]
        value = next((w for w in words if fits(matcher, w)), None)
        if value is None:
            return None
        found[matcher.name] = value
    return series(ast.name or found.pop("__name__", ""), found)


def inventory_series(
    scope: Scope, places: Sequence[Mapping[str, str]], values: str
) -> dict[str, str]:
    """Raw series that make the inventory name the places: a selector, aggregated or not.

    {} where the expression is more than that; a scenario has to show it then.
    """
    selector = selector_of(scope.invariant.signal.expected)
    found = {raw_series(selector, labels_of): values for labels_of in places} if selector else {}
    return {s: v for s, v in found.items() if s} if len(found) == len(places) else {}


def selector_of(expr: str) -> str:
    """The selector that an expression is, aggregated or not; "" where it is more than that."""
    ast = promql.parse(expr) if expr else None
    if isinstance(ast, promql_parser.AggregateExpr):
        ast = ast.expr
    return ast.prettify() if isinstance(ast, promql_parser.VectorSelector) else ""


def fits(matcher: promql_parser.Matcher, value: str) -> bool:
    """Whether a label with this value, "" for none, is selected."""
    if matcher.op in (promql_parser.MatchOp.Equal, promql_parser.MatchOp.NotEqual):
        return bool(matcher.value == value) is bool(matcher.op == promql_parser.MatchOp.Equal)
    hit = re.fullmatch(matcher.value, value) is not None
    return hit is bool(matcher.op == promql_parser.MatchOp.Re)
