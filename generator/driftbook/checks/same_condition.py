"""A stage has two conditions of one kind.

Their alerts would differ in nothing but their bounds, and Prometheus refuses alerts with the same
labels. Keep the one that fires first, or use another stage. `signal.missing` is a condition, too.
"""

from collections.abc import Iterator

from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Place, Severity
from driftbook.model import Condition

CODE = "DB504"
NAME = "same-condition"
TITLE = "The same condition twice in a stage"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    INVARIANT,
    "- {above: 30s, for: 5m, keep_firing_for: 10m}",
    "- {above: 30s, for: 5m, keep_firing_for: 10m}\n    - {above: 60s}",
    "- {above: 30s, for: 5m, keep_firing_for: 10m}\n    - {breadth: {above: 20s}}",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """General conditions and those of each override, apart."""
    for invariant in subject.catalog.compiled():
        groups = [invariant.conditions, *(o.conditions for o in invariant.overrides)]
        for group in groups:
            first: dict[tuple[str, str], Condition] = {}
            for condition in group:
                earlier = first.setdefault((condition.stage, condition.kind), condition)
                if earlier is not condition:
                    message = f"the stage {condition.stage} has two conditions `{condition.kind}`"
                    file = invariant.origin.file
                    yield found(CODE, message, file, condition.at, other=Place(file, earlier.at))
