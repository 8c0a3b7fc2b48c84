"""The stage conditions: ways of judging a signal, one module each.

To add one, write a module that meets `base.ConditionModule` and name it in `CONDITIONS`; its
schema, rules, tests, words and checks follow from there.
"""

from driftbook.conditions import (
    breadth,
    diverged,
    growing,
    missing,
    persists,
    quorum,
    repeated,
    slo_burn,
    stalled,
    threshold,
    unusual,
)
from driftbook.conditions.base import ConditionModule
from driftbook.model import Condition

CONDITIONS: dict[str, ConditionModule] = {
    "above": threshold,
    "below": threshold,
    "growing": growing,
    "unusual": unusual,
    "persists": persists,
    "stalled": stalled,
    "diverged": diverged,
    "breadth": breadth,
    "repeated": repeated,
    "quorum": quorum,
    "missing": missing,
    "slo_burn": slo_burn,
}
"""Every condition by the key that the catalog uses for it."""


def of(condition: Condition) -> ConditionModule:
    """The module of a condition."""
    return CONDITIONS[condition.kind]


def explains(source: Condition, target: Condition) -> bool:
    """Whether an alert of the source stands for such alerts of the target as have more labels.

    Both have to judge the value of the signal: places that are silent, or whose repairs fail, are
    not among those that the source has counted.
    """
    module = of(target)
    return of(source).EXPLAINS and (module.PER_PLACE or module.EXPLAINS)
