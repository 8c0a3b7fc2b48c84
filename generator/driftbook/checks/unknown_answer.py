"""The contract of a tier 1 dataset answers a question with `unknown`.

Losing such a dataset hurts the business now, so its promises have to be known. Where a question
does not apply, `{not_applicable: why}` says so.
"""

from collections.abc import Iterator

from driftbook.checks.example import DATASET
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity

CODE = "DB508"
NAME = "unknown-answer"
TITLE = "An unanswered question on tier 1"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    DATASET,
    "monotonic_reads: true",
    "monotonic_reads: unknown",
    "monotonic_reads: {not_applicable: Orders are read once.}",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each question."""
    for document in subject.of_kind("dataset"):
        if document.data["tier"] != 1:
            continue
        for question, answer in document.data["contract"].items():
            if answer == "unknown":
                message = f"`{question}` is unknown on tier 1"
                path = ("contract", question)
                expected = "an answer, or {not_applicable: why}"
                yield found(CODE, message, document.file, path, expected=expected)
