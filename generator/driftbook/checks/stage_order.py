"""A later stage is reached before an earlier one.

Its bound is less bad than that of the stage before, or as bad but reached sooner. Compared are
`above`, `below`, `growing` (its `toward`) and `persists`; the others ask other questions. Where a
stage has several conditions, one of the earlier stage must come first.
"""

from collections.abc import Iterator
from itertools import pairwise

from driftbook import conditions
from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, found, in_direction
from driftbook.diagnostics import Diagnostic, Place, Severity
from driftbook.model import STAGES, Condition, Invariant, Override
from driftbook.units import spoken

CODE = "DB502"
NAME = "stage-order"
TITLE = "Stages contradict each other"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    INVARIANT,
    "- {above: 30s, for: 5m, keep_firing_for: 10m}",
    "- {above: 5s, for: 5m, keep_firing_for: 10m}",
    "- {above: 25s, for: 5m, keep_firing_for: 10m}",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """The general stages, then what each override makes of them."""
    for invariant in subject.catalog.compiled():
        yield from _ladder(invariant, list(invariant.conditions))
        for override in invariant.overrides:
            yield from _ladder(invariant, _with(invariant, override))


def _with(invariant: Invariant, override: Override) -> list[Condition]:
    general = [c for c in invariant.conditions if c.stage not in override.stages]
    return [*general, *override.conditions]


def _ladder(invariant: Invariant, judged: list[Condition]) -> Iterator[Diagnostic]:
    """Each stage against the nearest earlier one that can be compared."""
    sign = 1 if invariant.signal.worse == "above" else -1
    reached: dict[str, list[tuple[float, float, Condition]]] = {}
    for condition in judged:
        reach = conditions.of(condition).reach(condition)
        if reach is not None and in_direction(condition, invariant):
            place = (sign * reach[0], reach[1], condition)
            reached.setdefault(condition.stage, []).append(place)
    steps = [reached[stage] for stage in STAGES if stage in reached]
    for earlier, later in pairwise(steps):
        for bound, delay, condition in later:
            if not any((b, d) < (bound, delay) for b, d, _ in earlier):
                yield _contradiction(invariant, condition, bound * sign, earlier[0], sign)


def _contradiction(
    invariant: Invariant,
    condition: Condition,
    bound: float,
    before: tuple[float, float, Condition],
    sign: int,
) -> Diagnostic:
    unit, first = invariant.signal.unit, before[2]
    mine, theirs = spoken(bound, unit), spoken(before[0] * sign, unit)
    message = f"{condition.stage} at {mine} does not come after {first.stage} at {theirs}"
    beyond = "above" if sign > 0 else "below"
    expected = f"a bound {beyond} {theirs}, or a longer delay at the same bound"
    file = invariant.origin.file
    other = Place(file, (*first.at, first.kind))
    return found(
        CODE, message, file, (*condition.at, condition.kind), expected=expected, other=other
    )
