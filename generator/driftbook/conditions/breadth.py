"""`breadth`: at least so many places, and at least a share of all, are violated at once.

The share is of the inventory where there is one, because a count of what reports shrinks when
places vanish; without an inventory, of what has reported within the last hour.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from driftbook.conditions import words
from driftbook.conditions.base import (
    BOUND_SCHEMA,
    BadParameter,
    Curve,
    Fault,
    read_direction,
    read_share,
)
from driftbook.conditions.cases import (
    Check,
    Firing,
    TestCase,
    calm,
    inventory_series,
    notation,
    outside,
    place,
)
from driftbook.conditions.defaults import SUPPORTING as SUPPORTING
from driftbook.conditions.defaults import held as held
from driftbook.conditions.defaults import place_cases as place_cases
from driftbook.conditions.defaults import reach as reach
from driftbook.conditions.defaults import recordings as recordings
from driftbook.conditions.defaults import settles as settles
from driftbook.conditions.defaults import violations as violations
from driftbook.conditions.defaults import waits as waits
from driftbook.conditions.scope import Scope, by, embedded, series
from driftbook.model import STAGES as ALL_STAGES
from driftbook.model import Condition, Invariant
from driftbook.names import SIGNAL
from driftbook.units import number

MEMORY = 3600.0
"""Seconds for which a place that reported counts as a member where there is no inventory."""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "Many places are violated at once.",
    "additionalProperties": False,
    "properties": {
        "above": BOUND_SCHEMA,
        "below": BOUND_SCHEMA,
        "members": {
            "type": "integer",
            "minimum": 2,
            "maximum": 100000,
            "description": "How many places at least; default 3.",
            "examples": [3],
        },
        "share": {
            "type": ["number", "string"],
            "description": "Which share of all places at least; default 25%.",
            "examples": ["25%"],
        },
        "by": {
            "type": "array",
            "items": {"type": "string"},
            "uniqueItems": True,
            "description": "Judge each value of these identity labels apart; default: all as one.",
            "examples": [["target_region"]],
        },
    },
    "examples": [{"above": "10s", "members": 3, "share": "25%"}],
}
STAGES = ALL_STAGES
HOLD = 120.0
PER_PLACE = False
EXPLAINS = True


@dataclass(frozen=True, slots=True)
class Params:
    """bound: base unit; share: of all places; by: identity labels that stay."""

    direction: Literal["above", "below"]
    bound: float
    members: int = 3
    share: float = 0.25
    by: tuple[str, ...] = ()


def parse(kind: str, value: Any, unit: str) -> Params:
    """See ConditionModule."""
    direction, bound = read_direction(value, unit)
    share = read_share(value.get("share", 0.25), "share")
    if share == 1 and value.get("members", 3) == 1:
        raise BadParameter(("members",), "one of one is all", "at least 2 members")
    return Params(direction, bound, value.get("members", 3), share, tuple(value.get("by", ())))


def faults(condition: Condition, scope: Scope) -> Iterator[Fault]:
    """Labels that are not of the identity, or leave one place in each group."""
    p: Params = condition.params
    if not scope.identity:
        yield (), "the signal has only one place", "an identity with at least one label"
    for index, label in enumerate(p.by):
        if label not in scope.identity:
            known = ", ".join(scope.identity)
            yield ("by", index), f'"{label}" is not a label of the identity', f"one of {known}"
    if scope.identity and set(p.by) >= set(scope.identity) - set(scope.match):
        yield ("by",), "each group would hold one place", "fewer labels than the identity has"


def expr(condition: Condition, scope: Scope) -> str:
    """Number of violated places, where it is enough of them."""
    p: Params = condition.params
    group, on = by(p.by), f"on ({', '.join(p.by)})"
    violated = f"sum {group}({_violation(p, scope)})"
    return (
        f"{violated} >= {p.members}\n"
        f"and {violated}\n"
        f"  / {on} ({_all_places(p, scope)}) >= {number(p.share)}"
    )


def _violation(p: Params, scope: Scope) -> str:
    """1 or 0 for each place. Only this moment counts, so there is no need to record it."""
    return scope.limited(f"{scope.signal()} {scope.beyond} bool {number(p.bound)}")


def curves(condition: Condition, scope: Scope) -> tuple[Curve, ...]:
    """How many places are violated, and which share."""
    p: Params = condition.params
    violated = f"sum {by(p.by)}({_violation(p, scope)})"
    many, beyond = words.places(scope.identity), words.beyond(scope.invariant, p.bound)
    share = f"{violated} / on ({', '.join(p.by)}) ({_all_places(p, scope)})"
    return (
        Curve(f"Number of {many} {beyond}", "count", {"": violated}, p.members),
        Curve(f"Share of all {many}", "ratio", {"": share}, p.share),
    )


def _all_places(p: Params, scope: Scope) -> str:
    seen = f"count {by(p.by)}({scope.limited(f'count_over_time({scope.signal(MEMORY)})')})"
    expected = scope.invariant.signal.expected
    if not expected:
        return seen
    inventory = scope.narrowed(f"group {by(scope.identity)}({embedded(expected)})")
    return f"count {by(p.by)}({inventory}) or {seen}"


def labels(condition: Condition, scope: Scope) -> tuple[str, ...]:
    """Those of `by`."""
    by_labels: tuple[str, ...] = condition.params.by
    return by_labels


def sentence(condition: Condition, invariant: Invariant) -> str:
    """`3 or more region pairs, and at least a quarter of them, are over 10 s for 2 min`."""
    p: Params = condition.params
    return (
        f"{p.members} or more {words.places(invariant.signal.identity)}, and at least "
        f"{words.share(p.share)} of them, are {words.beyond(invariant, p.bound)}"
        f"{words.lasting(condition.hold)}" + (f", judged by {words.place(p.by)}" if p.by else "")
    )


def description(condition: Condition, scope: Scope) -> str:
    """The value is the number of places."""
    p: Params = condition.params
    where = "".join(f"{label} {{{{ $labels.{label} }}}}: " for label in p.by)
    many = words.places(scope.identity)
    return f"{where}{{{{ $value }}}} {many} are {words.beyond(scope.invariant, p.bound)}."


def test_cases(condition: Condition, scope: Scope) -> list[TestCase]:
    """Enough places fire; one fewer does not; as many among too many do not."""
    p: Params = condition.params
    n = scope.ticks(condition.hold)
    fewest = max(p.members, math.ceil(p.share))
    among = max(fewest, math.floor(fewest / p.share))
    diluted = math.floor(fewest / p.share + 1e-9) + 1
    labels_of_group = dict.fromkeys(p.by, "p") | {k: v for k, v in scope.match.items() if k in p.by}
    firing = Firing(condition, scope, labels_of_group, fewest)
    ask, start = (condition, scope), 4
    cases = [
        TestCase(
            f"{fewest} of {among} places",
            _population(condition, scope, fewest, among),
            (
                *([Check(start + n - 1, (), ask)] if n else []),
                Check(start + n, (firing,), ask),
                Check(start + n + 10 + scope.ticks(condition.keep), (), ask),
            ),
        ),
        TestCase(
            f"one fewer: {fewest - 1} of {among} places",
            _population(condition, scope, fewest - 1, among),
            (Check(start + n + 2, (), ask),),
        ),
    ]
    if p.share < 1 and diluted <= 400:
        series_of = _population(condition, scope, fewest, diluted)
        few = TestCase(
            f"too small a share: {fewest} of {diluted}", series_of, (Check(start + n + 2, (), ask),)
        )
        cases.append(few)
    return cases


def _population(condition: Condition, scope: Scope, bad: int, of: int) -> dict[str, str]:
    """Series of places: calm, then `bad` of them violated, then calm again.

    Where series can be made for the inventory, they name these places and some that are judged
    apart, and half of the places that are not violated are silent.
    """
    p: Params = condition.params
    good, worse = calm(scope.invariant), outside(scope.invariant, p.bound)
    n = scope.ticks(condition.hold)
    last = 8 + scope.ticks(condition.keep)
    members = [_member(scope, p.by, index) for index in range(of)]
    known = [*members, *_judged_apart(scope, members[0])]
    found = inventory_series(scope, known, notation(((1, 4 + n + 5 + last),)))
    silent = (of - bad) // 2 if found else 0
    for index, where in enumerate(members[: of - silent]):
        value = worse if index < bad else good
        labels_of_place = {"invariant": scope.invariant.name, **where}
        runs = ((good, 4), (value, n + 5), (good, last))
        found[series(SIGNAL, labels_of_place)] = notation(runs)
    return found


def _member(scope: Scope, group: tuple[str, ...], index: int) -> dict[str, str]:
    where = place(scope, "p")
    free = next(la for la in scope.identity if la not in scope.match and la not in group)
    return where | {free: f"p{index + 1}"}


def _judged_apart(scope: Scope, member: dict[str, str]) -> list[dict[str, str]]:
    """Places of the inventory that the scope leaves to others."""
    outside_match = [member | dict.fromkeys(scope.match, "elsewhere")] if scope.match else []
    return outside_match + [member | dict(match) for match in scope.excluded]
