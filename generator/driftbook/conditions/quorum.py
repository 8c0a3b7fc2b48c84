"""`quorum`: too few of the expected members are healthy, also when all of them are gone.

A count of nothing is empty, not 0, so the left side is filled up from the inventory, which gives
the number of members as well. Only expected members count: one that the inventory does not know
has no vote.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from driftbook.conditions import members, quorum_tests, words
from driftbook.conditions.base import (
    BOUND_SCHEMA,
    BadParameter,
    Curve,
    Fault,
    Recording,
    read_direction,
)
from driftbook.conditions.cases import TestCase
from driftbook.conditions.defaults import SUPPORTING as SUPPORTING
from driftbook.conditions.defaults import held as held
from driftbook.conditions.defaults import place_cases as place_cases
from driftbook.conditions.defaults import reach as reach
from driftbook.conditions.defaults import settles as settles
from driftbook.conditions.defaults import violations as violations
from driftbook.conditions.defaults import waits as waits
from driftbook.conditions.scope import Scope, by, embedded
from driftbook.model import STAGES as ALL_STAGES
from driftbook.model import Condition, Invariant
from driftbook.names import EXPECTED
from driftbook.units import number

MAJORITY = "majority"

SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "Too few of the expected members are healthy. Needs the signal's `expected`.",
    "additionalProperties": False,
    "required": ["over"],
    "properties": {
        "over": members.OVER_SCHEMA,
        "need": {
            "type": ["string", "integer"],
            "minimum": 1,
            "maximum": 1000,
            "description": "How many have to be healthy: `majority` of the expected ones, which is "
            "the default, or a number, such as R or W where R + W > N.",
            "examples": ["majority"],
        },
        "spare": {
            "type": "integer",
            "minimum": 0,
            "maximum": 100,
            "description": "How many must be healthy beyond those: with 1 it fires when one more "
            "loss would be one too many; default 0.",
            "examples": [1],
        },
        "above": {
            **BOUND_SCHEMA,
            "description": "A member is not healthy above this; for signals with `worse: above`.",
        },
        "below": {
            **BOUND_SCHEMA,
            "description": "A member is not healthy below this; default 1, for a signal that is 1 "
            "while a member is healthy and else 0.",
            "examples": [1],
        },
    },
    "examples": [{"over": "region", "above": "10s"}, {"over": "member", "spare": 1}],
}
STAGES = ALL_STAGES
HOLD = 60.0
PER_PLACE = False
EXPLAINS = True


@dataclass(frozen=True, slots=True)
class Params:
    """bound: base unit. need: how many, 0 for a majority. spare: how many beyond those."""

    over: str
    direction: Literal["above", "below"]
    bound: float
    need: int = 0
    spare: int = 0


def parse(kind: str, value: Any, unit: str) -> Params:
    """See ConditionModule."""
    direction: Literal["above", "below"] = "below"
    bound = 1.0
    if "above" in value or "below" in value:
        direction, bound = read_direction(value, unit)
    elif unit not in ("count", "items", "ratio"):
        message = f"a signal in {unit.replace('_', ' ')} does not say who is healthy"
        raise BadParameter((), message, "a bound: above or below")
    need = value.get("need", MAJORITY)
    if isinstance(need, str) and need != MAJORITY:
        raise BadParameter(("need",), f'"{need}" is not a quorum', f"{MAJORITY} or a number")
    return Params(
        value["over"], direction, bound, 0 if need == MAJORITY else need, value.get("spare", 0)
    )


def faults(condition: Condition, scope: Scope) -> Iterator[Fault]:
    """No inventory, bounds that nothing crosses, and what `members` finds."""
    p: Params = condition.params
    if not scope.invariant.signal.expected:
        message = "without an inventory nobody knows how many members there should be"
        yield (), message, "`expected` beside the signal's `expr`"
    if p.direction == "below" and p.bound == 0:
        yield ("below",), "nothing is ever below 0 here", "a bound above 0"
    yield from members.faults(p.over, scope)


def recordings(condition: Condition, scope: Scope) -> tuple[Recording, ...]:
    """The inventory, which the expression needs three times."""
    invariant = scope.invariant
    inventory = f"group {by(scope.identity)}({embedded(invariant.signal.expected)})"
    return (Recording(EXPECTED, inventory, {"invariant": invariant.name}),)


def expr(condition: Condition, scope: Scope) -> str:
    """Healthy members, counted among the expected ones, where they are too few."""
    p: Params = condition.params
    filled, on = _counted(p, scope), f"on ({', '.join(members.group(p.over, scope))})"
    if p.spare:
        filled = f"({filled} < {on} {_everyone(p, scope)})"
    needed = _least(p, scope) if p.need else f"{on} {_least(p, scope)}"
    return scope.limited(f"{filled} < {needed}")


def _counted(p: Params, scope: Scope) -> str:
    labels_of_place = members.group(p.over, scope)
    on, everyone = f"on ({', '.join(labels_of_place)})", f"on ({', '.join(scope.identity)})"
    expected = scope.recorded(EXPECTED, {})
    healthy = f"{scope.signal()} {'<=' if p.direction == 'above' else '>='} {number(p.bound)}"
    some = f"  count {by(labels_of_place)}({healthy} and {everyone} {expected})\n"
    return f"(\n{some}  or {on} {_everyone(p, scope)} * 0\n)"


def _everyone(p: Params, scope: Scope) -> str:
    return f"count {by(members.group(p.over, scope))}({scope.recorded(EXPECTED, {})})"


def _least(p: Params, scope: Scope) -> str:
    if p.need:
        return str(p.need + p.spare)
    return f"floor({_everyone(p, scope)} / 2) + {1 + p.spare}"


def curves(condition: Condition, scope: Scope) -> tuple[Curve, ...]:
    """How many are healthy, and how many have to be."""
    p: Params = condition.params
    needed = _least(p, scope)
    if p.need:
        needed = f"{_everyone(p, scope)} * 0 + {p.need + p.spare}"
    to_spare = f" with {p.spare} to spare" if p.spare else ""
    lines = {"healthy": _counted(p, scope), f"needed{to_spare}": needed}
    return (Curve(f"Healthy {words.places((p.over,))}", "count", lines),)


def labels(condition: Condition, scope: Scope) -> tuple[str, ...]:
    """The identity without the members."""
    return members.group(condition.params.over, scope)


def sentence(condition: Condition, invariant: Invariant) -> str:
    """`fewer members of a cluster are healthy than a majority for 1 min`."""
    p: Params = condition.params
    rest = tuple(label for label in invariant.signal.identity if label != p.over)
    many = f"{words.places((p.over,))}{members.of_a_place(rest)}"
    lasting = words.lasting(condition.hold)
    return f"fewer {many} are {_healthy(p, invariant)} than {_needed(p)}{lasting}"


def _healthy(p: Params, invariant: Invariant) -> str:
    if p.direction == "below" and p.bound == 1 and invariant.signal.unit != "seconds":
        return "healthy"
    return f"healthy (not {words.beyond(invariant, p.bound)})"


def _needed(p: Params) -> str:
    needed = f"the {p.need} needed" if p.need else "a majority"
    return f"{needed} and {p.spare} to spare" if p.spare else needed


def description(condition: Condition, scope: Scope) -> str:
    """The value is the number of healthy members."""
    p: Params = condition.params
    where = members.template(members.group(p.over, scope))
    is_healthy = _healthy(p, scope.invariant)
    return (
        f"{where}{{{{ $value }}}} of the expected {words.places((p.over,))} are {is_healthy}, "
        f"fewer than {_needed(p)}."
    )


def test_cases(condition: Condition, scope: Scope) -> list[TestCase]:
    """Enough members, one too few, none, gone, unknown, and a place that has none to spare."""
    return quorum_tests.test_cases(condition, scope)
