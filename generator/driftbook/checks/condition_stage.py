"""Some conditions make sense in some stages only.

A trend is a forecast: it may warn early or in mid, but wakes nobody up.
"""

from collections.abc import Iterator

from driftbook import conditions
from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, every_condition, found
from driftbook.diagnostics import Diagnostic, Severity

CODE = "DB511"
NAME = "condition-stage"
TITLE = "A condition in a stage that is not its own"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    INVARIANT,
    "- {above: 30s, for: 5m, keep_firing_for: 10m}",
    "- {growing: {toward: 30s, within: 30m}}",
    "- {above: 30s, for: 5m, keep_firing_for: 10m}",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Every condition, those of overrides too."""
    for invariant, condition in every_condition(subject):
        allowed = conditions.of(condition).STAGES
        if condition.stage not in allowed:
            message = f"`{condition.kind}` does not belong in the stage {condition.stage}"
            expected = f"{' or '.join(allowed)}"
            path = (*condition.at, condition.kind)
            yield found(CODE, message, invariant.origin.file, path, expected=expected, on_key=True)
