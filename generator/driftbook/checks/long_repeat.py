"""A stage repeats after more than 120 hours.

Alertmanager forgets after its `--data.retention`, 120 hours unless told otherwise, what it has
told, and repeats at that time; amtool accepts more without a word.
"""

from collections.abc import Iterator

from driftbook.checks.example import CATALOG
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity

CODE = "DB606"
NAME = "long-repeat"
TITLE = "Repeated later than Alertmanager remembers"
SEVERITY = Severity.WARNING
FOUND_BY = "check"
EXAMPLE = Example(CATALOG, "repeat: 24h}", "repeat: 168h}", "repeat: 120h}")


LIMIT = 120 * 3600


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each stage."""
    for stage, policy in subject.catalog.stages.items():
        if policy.repeat > LIMIT:
            message = f"{stage} repeats later than Alertmanager remembers"
            path = ("stages", stage, "repeat")
            file = subject.catalog.origin.file
            yield found(CODE, message, file, path, expected="at most 120h", severity=SEVERITY)
