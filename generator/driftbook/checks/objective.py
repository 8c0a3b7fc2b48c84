"""An objective that leaves nothing to spend, or everything.

At 100 % every violation breaks it and there is no budget that could burn; at 0 % nothing breaks it.
Its period is counted in whole hours, from a day to 90 days, and its bound must be one that the
signal can pass.
"""

from collections.abc import Iterator

from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity
from driftbook.model import Invariant, Slo
from driftbook.units import spoken

CODE = "DB515"
NAME = "objective"
TITLE = "An objective without an error budget"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    INVARIANT,
    "overrides:\n",
    "slo: {objective: 100%, within: 10s}\noverrides:\n",
    "slo: {objective: 99.9%, within: 10s}\noverrides:\n",
)
DAY = 86400.0
LONGEST = 90 * DAY
"""Few keep series for longer, and an alert on what was spent a quarter ago helps nobody."""


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Every invariant that states one."""
    for invariant in subject.catalog.compiled():
        if invariant.slo:
            for key, message, expected in _faults(invariant, invariant.slo):
                path = ("slo", key)
                yield found(CODE, message, invariant.origin.file, path, expected=expected)


def _faults(invariant: Invariant, slo: Slo) -> Iterator[tuple[str, str, str]]:
    """Key, what was found, what would fit."""
    signal = invariant.signal
    if not 0 < slo.budget < 1:
        share = f"{slo.objective * 100:.6g} %"
        left = "nothing" if slo.budget <= 0 else "everything"
        message = f"an objective of {share} leaves {left} to spend"
        yield "objective", message, "more than 0 % and less than 100 %, such as 99.9%"
    if not DAY <= slo.period <= LONGEST or slo.period % 3600:
        message = f"the budget cannot be counted over {spoken(slo.period, 'seconds')}"
        yield "period", message, "whole hours, from 1d to 90d"
    if signal.worse == "below" and slo.within == 0:
        yield "within", "nothing is ever below 0 here", "a bound above 0"
    if signal.worse == "above" and signal.unit == "ratio" and slo.within >= 1:
        yield "within", "a ratio is never above 100 %", "a bound below 100%"
