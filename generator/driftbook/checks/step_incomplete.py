"""A step that changes something says neither how to see that it worked nor how to undo it.

An `act` needs `verify`, and one of `rollback` and `irreversible`.
"""

from collections.abc import Iterator

from driftbook.checks.example import RUNBOOK
from driftbook.checks.kit import Example, Subject, found, steps
from driftbook.diagnostics import Diagnostic, Severity

CODE = "DB701"
NAME = "step-incomplete"
TITLE = "An act without a way back"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    RUNBOOK,
    "      rollback: shopctl reads --local\n",
    "",
    "      irreversible: Reads have been served.\n",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each act; what it lacks is said at once."""
    for document, path, step in steps(subject):
        if "act" not in step:
            continue
        lacks = [] if "verify" in step else ["`verify`"]
        if "rollback" not in step and "irreversible" not in step:
            lacks.append("`rollback`")
        if lacks:
            message = f'the step "{step["id"]}" acts without {" and ".join(lacks)}'
            expected = "`verify`, and `rollback` or `irreversible: why`"
            at = (*path, "act")
            yield found(CODE, message, document.file, at, expected=expected, on_key=True)
