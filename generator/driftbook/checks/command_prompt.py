"""A command starts with `$ `.

People copy commands at night; the prompt would be copied, too.
"""

import re
from collections.abc import Iterator

from driftbook.checks.example import RUNBOOK
from driftbook.checks.kit import Example, Subject, found
from driftbook.checks.rendered import texts
from driftbook.diagnostics import Diagnostic, Severity

CODE = "DB703"
NAME = "command-prompt"
TITLE = "A prompt before a command"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    RUNBOOK,
    "run: shopctl reads --primary",
    "run: $ shopctl reads --primary",
    "run: shopctl reads --primary",
)


_COMMANDS = frozenset(("run", "rollback", "dry_run"))
_PROMPT = re.compile(r"^[ \t]*\$ ", re.MULTILINE)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each command once."""
    for document in subject.documents.values():
        if document.kind in ("runbook", "remediation"):
            for path, text in texts((), document.data):
                if path[-1] in _COMMANDS and (prompt := _PROMPT.search(text)):
                    message = "a prompt before a command"
                    at = prompt.end() - 2
                    expected = "the command alone"
                    yield found(CODE, message, document.file, path, expected=expected, offset=at)
