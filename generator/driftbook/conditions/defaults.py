"""What many conditions answer. A module takes from here, by name, what is true of it.

Each is documented in `base.ConditionModule`.
"""

from collections.abc import Mapping

from driftbook.conditions.base import Curve, Recording
from driftbook.conditions.cases import PlaceCase, TestCase
from driftbook.conditions.scope import Scope
from driftbook.model import Condition, SupportingType

SUPPORTING: Mapping[str, SupportingType] = {}
"""It needs nothing but the signal."""


def reach(condition: Condition) -> tuple[float, float] | None:
    """It cannot be compared with a bound."""
    return None


def violations(condition: Condition) -> tuple[float, ...]:
    """It looks back on no recorded violation."""
    return ()


def recordings(condition: Condition, scope: Scope) -> tuple[Recording, ...]:
    """It needs no series but the signal and its violations."""
    return ()


def curves(condition: Condition, scope: Scope) -> tuple[Curve, ...]:
    """It compares the signal itself."""
    return ()


def labels(condition: Condition, scope: Scope) -> tuple[str, ...]:
    """Its alerts carry the whole identity."""
    return scope.identity


def description(condition: Condition, scope: Scope) -> str:
    """The invariant's own description fits."""
    return ""


def held(condition: Condition, scope: Scope, value: float) -> bool:
    """A signal that stays somewhere, at one place, never makes it fire."""
    return False


def settles(condition: Condition) -> float:
    """When `for` has passed."""
    return condition.hold


def waits(condition: Condition) -> float | None:
    """For `for`."""
    return condition.hold


def place_cases(condition: Condition, scope: Scope) -> list[PlaceCase]:
    """It cannot be tested at a single place."""
    return []


def test_cases(condition: Condition, scope: Scope) -> list[TestCase]:
    """It needs no test beyond those at single places."""
    return []
