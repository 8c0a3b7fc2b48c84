"""A runbook or a remediation names a label that the alerts of an invariant do not have.

`{{ labels.region }}` stands for a label of the alert, and the page fills its value in. It can be a
label of the signal's identity, or one of Prometheus' `external_labels`. What is the same for every
alert of an invariant is known already: write `{{ invariant.service }}` for it.
"""

import re
from collections.abc import Iterator

from driftbook import placeholders
from driftbook.checks.example import RUNBOOK
from driftbook.checks.kit import Example, Subject, found
from driftbook.checks.rendered import Text, rendered
from driftbook.diagnostics import Diagnostic, Severity, nearest

CODE = "DB708"
NAME = "alert-label"
TITLE = "A label that the alert does not have"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    RUNBOOK,
    "run: shopctl reads --primary",
    "run: shopctl reads --primary --for {{ labels.zone }}",
    "run: shopctl reads --primary --for {{ labels.cluster }}",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each label of a text once, with the first invariant whose alerts lack it."""
    said = set()
    external = subject.catalog.prometheus.external_labels
    for text in rendered(subject):
        for label in placeholders.used(text.result or ""):
            known = (*subject.catalog.invariants[text.invariant].signal.identity, *external)
            if label in known or (text.file, text.path, label) in said:
                continue
            said.add((text.file, text.path, label))
            yield _lacks(text, label, known)


def _lacks(text: Text, label: str, known: tuple[str, ...]) -> Diagnostic:
    at = re.search(rf"labels\W+{label}\b", text.written)
    message = f'alerts of {text.invariant} have no label "{label}"'
    expected = nearest(label, known) or f"one of {', '.join(known) or 'none'}"
    offset = at.start() if at else None
    return found(CODE, message, text.file, text.path, expected=expected, offset=offset)
