"""Scrapes or evaluations more than once a second.

Nobody runs Prometheus like this, so a unit is likely to be wrong (`1ms` for `1m`). The generated
tests step from evaluation to evaluation and would take hours.
"""

from collections.abc import Iterator

from driftbook.checks.example import CATALOG
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity
from driftbook.units import seconds

CODE = "DB612"
NAME = "short-interval"
TITLE = "An interval of less than a second"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    CATALOG, "evaluation_interval: 30s", "evaluation_interval: 30ms", "evaluation_interval: 30s"
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Both intervals of the catalog document, where there is a sound one."""
    for document in subject.of_kind("catalog"):
        for key in ("scrape_interval", "evaluation_interval"):
            written = document.data["prometheus"][key]
            if seconds(written) < 1:
                message = f"{written} is less than a second"
                path = ("prometheus", key)
                expected = "1s or more, such as 30s"
                yield found(CODE, message, document.file, path, expected=expected)
