"""With these parameters the condition can never fire, always fires, or cannot be told.

Windows that hold too few samples, bounds that nothing crosses, labels that the identity does not
have, silence that is shorter than two scrapes.
"""

from collections.abc import Iterator

from driftbook import conditions
from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, found, in_direction
from driftbook.conditions.scope import scopes
from driftbook.diagnostics import Diagnostic, Severity

CODE = "DB506"
NAME = "never-fires"
TITLE = "A condition that cannot do its work"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    INVARIANT,
    "{signal: repairs_failed, times: 3, within: 30m}",
    "{signal: repairs_failed, times: 3, within: 30s}",
    "{signal: repairs_failed, times: 3, within: 1h}",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """What each condition's own module says."""
    prometheus = subject.catalog.prometheus
    for invariant in subject.catalog.compiled():
        for condition, scope in scopes(invariant, prometheus):
            if not in_direction(condition, invariant):
                continue
            for suffix, message, expected in conditions.of(condition).faults(condition, scope):
                own = () if condition.at[0] == "signal" else (condition.kind,)
                path = (*condition.at, *own, *suffix)
                yield found(CODE, message, invariant.origin.file, path, expected=expected)
