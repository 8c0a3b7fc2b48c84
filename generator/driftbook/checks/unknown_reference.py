"""A name that refers to nothing.

Teams, datasets, runbooks, remediations, supporting signals, the invariants of scenarios,
successors, time intervals, lineage and the services of changes are referred to by name; the
nearest one is named. A name
that a broken document defines is not reported again.
"""

from collections.abc import Iterator

from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity, nearest
from driftbook.document import Document

CODE = "DB301"
NAME = "unknown-reference"
TITLE = "A reference leads nowhere"
SEVERITY = Severity.ERROR
FOUND_BY = "resolve"
EXAMPLE = Example(
    INVARIANT, "runbook: replica-behind", "runbook: replica-behnd", "runbook: replica-behind"
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """The references that resolving does not follow: time intervals, services, expectations."""
    intervals = subject.catalog.time_intervals
    for document in subject.of_kind("catalog"):
        for stage, policy in document.data.get("stages", {}).items():
            notify = policy.get("notify", "always")
            if notify != "always" and notify not in intervals:
                message = f'there is no time interval "{notify}"'
                expected = nearest(notify, [*intervals, "always"]) or "always, or a time interval"
                path = ("stages", stage, "notify")
                yield found(CODE, message, document.file, path, expected=expected)
        yield from _services(subject, document)
    for document in subject.of_kind("scenario"):
        named = document.data["invariants"]
        for index, expectation in enumerate(document.data["expect"]):
            name = expectation.get("invariant")
            if name is not None and name not in named:
                message = f'"{name}" is not one of the scenario\'s invariants'
                expected = nearest(name, named) or "one of " + ", ".join(named)
                path = ("expect", index, "invariant")
                yield found(CODE, message, document.file, path, expected=expected)


def _services(subject: Subject, document: Document) -> Iterator[Diagnostic]:
    """Services that a metric of changes is said to know."""
    named = [d for kind in ("dataset", "invariant") for d in subject.of_kind(kind)]
    known = sorted({d.data["service"] for d in named if "service" in d.data})
    for index, change in enumerate(document.data.get("changes", ())):
        for number, service in enumerate(change.get("services", ())):
            if service not in known:
                expected = nearest(service, known) or "the service of a dataset"
                message = f'there is no service "{service}"'
                path = ("changes", index, "services", number)
                yield found(CODE, message, document.file, path, expected=expected)
