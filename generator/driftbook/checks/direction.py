"""A condition asks for `below` where the signal gets worse `above`, or the other way round.

It would fire while all is well.
"""

from collections.abc import Iterator

from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, every_condition, found, in_direction
from driftbook.diagnostics import Diagnostic, Place, Severity

CODE = "DB503"
NAME = "direction"
TITLE = "A bound on the wrong side"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    INVARIANT,
    "- {above: 30s, for: 5m, keep_firing_for: 10m}",
    "- {below: 30s, for: 5m, keep_firing_for: 10m}",
    "- {above: 30s, for: 5m, keep_firing_for: 10m}",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Every condition with a direction, those of overrides too."""
    for invariant, condition in every_condition(subject):
        if not in_direction(condition, invariant):
            worse, asked = invariant.signal.worse, condition.params.direction
            message = f"`{asked}` on a signal that gets worse {worse}"
            file = invariant.origin.file
            path = (*condition.at, condition.kind)
            if condition.kind != asked:
                path = (*path, asked)
            where = ("signal", "use", "worse") if invariant.signal.used else ("signal", "worse")
            other = Place(file, where)
            yield found(CODE, message, file, path, expected=f"`{worse}`", on_key=True, other=other)
