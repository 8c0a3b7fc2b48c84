"""What a stage compares with, as short as a cell of an index."""

from collections.abc import Iterator

from driftbook.conditions import words
from driftbook.model import Condition, Invariant, StageName

_PLAIN = ("above", "below")


def brief(invariant: Invariant, stage: StageName) -> str:
    """`over 25 s for 5 min; repeated`. The absence of the signal is left out: it is everywhere."""
    mine = [c for c in invariant.conditions if c.stage == stage]
    told = [_condition(c, invariant) for c in mine if c.kind != "missing"]
    told = told or [c.kind for c in mine]
    return "; ".join([*dict.fromkeys(told), *_overridden(invariant, stage)])


def _condition(condition: Condition, invariant: Invariant) -> str:
    bound = getattr(condition.params, "bound", None)
    if bound is None:
        return condition.kind.replace("_", " ")
    beyond = words.beyond(invariant, bound)
    if condition.kind in _PLAIN:
        return f"{beyond}{words.lasting(condition.hold)}"
    return f"{beyond} ({condition.kind})"


def _overridden(invariant: Invariant, stage: StageName) -> Iterator[str]:
    count = sum(stage in override.stages for override in invariant.overrides)
    if count:
        yield f"{count} override{'' if count == 1 else 's'}"
