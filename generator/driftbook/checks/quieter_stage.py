"""A worse stage is silent at times when a milder one is told.

While late fires, it hides mid and early of the same divergence. If late may only be told in some
hours, nobody hears of it outside them: the milder alerts are inhibited and late is muted.
"""

from collections.abc import Iterator
from itertools import pairwise

from driftbook.checks.example import CATALOG
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity
from driftbook.model import STAGES

CODE = "DB609"
NAME = "quieter-stage"
TITLE = "A worse stage that is quieter"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    CATALOG,
    "late: {severity: critical, notify: always, repeat: 1h}",
    "late: {severity: critical, notify: business-hours, repeat: 1h}",
    "late: {severity: critical, notify: always, repeat: 2h}",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Neighbouring stages: the same hours, or always."""
    stages = subject.catalog.stages
    for milder, worse in pairwise(STAGES):
        hours = stages[worse].notify
        if hours not in ("always", stages[milder].notify):
            message = f"{worse} is told only in {hours}, and it hides {milder}"
            expected = f"`always`, or the hours of {milder}"
            path = ("stages", worse, "notify")
            yield found(CODE, message, subject.catalog.origin.file, path, expected=expected)
