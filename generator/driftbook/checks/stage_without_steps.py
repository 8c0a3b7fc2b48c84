"""An invariant raises a stage for which its runbook has no steps.

The alert leads to an anchor below which nothing is written. `signal.missing` raises a stage, too:
mid, unless told otherwise.
"""

from collections.abc import Iterator

from driftbook.checks.example import RUNBOOK
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Place, Severity

CODE = "DB704"
NAME = "stage-without-steps"
TITLE = "A stage without steps"
SEVERITY = Severity.WARNING
FOUND_BY = "check"
EXAMPLE = Example(
    RUNBOOK,
    "  late: [{id: page-dba, escalate: Database on call, after: 10m}]\n",
    "",
    "  late: [{id: page-dba, escalate: Database on call}]\n",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each stage of a runbook once, with the first invariant that needs it."""
    said = set()
    for invariant in subject.catalog.compiled():
        book = invariant.runbook
        for stage in invariant.stages:
            if not book.stages.get(stage) and (book.name, stage) not in said:
                said.add((book.name, stage))
                message = f"no steps for the stage {stage}, which {invariant.name} raises"
                other = Place(invariant.origin.file, ("runbook",))
                expected = f"`{stage}` with at least one step"
                yield found(
                    CODE,
                    message,
                    book.origin.file,
                    ("stages",),
                    expected=expected,
                    on_key=True,
                    other=other,
                    severity=SEVERITY,
                )
