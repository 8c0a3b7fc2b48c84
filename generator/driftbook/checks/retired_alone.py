"""An invariant was retired without a successor.

Its page stays as a tombstone, and whoever finds it will ask what watches the data now.
"""

from collections.abc import Iterator

from driftbook.checks.example import CONFLICTS
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity

CODE = "DB307"
NAME = "retired-alone"
TITLE = "Retired, and nothing took over"
SEVERITY = Severity.NOTE
FOUND_BY = "check"
EXAMPLE = Example(
    CONFLICTS,
    "runbook: replica-behind",
    "runbook: replica-behind\nlifecycle: retired",
    "runbook: replica-behind\nlifecycle: active",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """One note each."""
    for document in subject.of_kind("invariant"):
        if document.data.get("lifecycle") == "retired" and not document.data.get("successor"):
            yield found(
                CODE,
                "it is retired and has no successor",
                document.file,
                ("lifecycle",),
                expected="`successor`, where something took over",
                severity=SEVERITY,
            )
