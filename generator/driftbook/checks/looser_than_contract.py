"""The stage mid begins only after the dataset's promise is broken.

Where a signal in seconds stands for staleness (bounded-staleness, propagation), its mid bound may
not be above the contract's `max_staleness`. Overrides may: they state their reason.
"""

from collections.abc import Iterator

from driftbook import conditions
from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Place, Severity
from driftbook.units import spoken

CODE = "DB505"
NAME = "looser-than-contract"
TITLE = "A bound looser than the contract"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    INVARIANT,
    "mid: {persists: {above: 10s, during: 15m}}",
    "mid: {persists: {above: 12s, during: 15m}}",
    "mid: {persists: {above: 10s, during: 20m}}",
)


_STALENESS = ("bounded-staleness", "propagation")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Only where none of the stage's conditions keeps the promise."""
    for invariant in subject.catalog.compiled():
        signal, promise = invariant.signal, invariant.dataset.max_staleness
        if promise is None or signal.unit != "seconds" or signal.worse != "above":
            continue
        if invariant.property not in _STALENESS:
            continue
        reached = [
            (reach[0], condition)
            for condition in invariant.conditions
            if condition.stage == "mid"
            and (reach := conditions.of(condition).reach(condition)) is not None
        ]
        if reached and min(bound for bound, _ in reached) > promise:
            bound, condition = reached[0]
            message = (
                f"mid begins at {spoken(bound, 'seconds')}, but the dataset promises"
                f" {spoken(promise, 'seconds')}"
            )
            expected = f"a bound of at most {spoken(promise, 'seconds')}"
            file = invariant.origin.file
            other = Place(invariant.dataset.origin.file, ("contract", "max_staleness"))
            path = (*condition.at, condition.kind)
            yield found(CODE, message, file, path, expected=expected, other=other)
