"""A description uses a label that the alerts do not have.

Prometheus puts nothing in its place, without a word: ` is 12s behind .`
"""

from collections.abc import Iterator

from driftbook import gotemplate
from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity, nearest

CODE = "DB412"
NAME = "template-label"
TITLE = "A label that is not in the identity"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    INVARIANT, "{{ $labels.region }} is", "{{ $labels.zone }} is", "{{ $labels.region }} is"
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each use."""
    for document in subject.of_kind("invariant"):
        identity = document.data["signal"]["identity"]
        try:
            labels = gotemplate.labels(document.data.get("description", ""))
        except gotemplate.GoTemplateFault:
            continue
        for label, offset in labels:
            if label not in identity:
                message = f'the label "{label}" is not in the identity'
                expected = nearest(label, identity) or "one of " + (", ".join(identity) or "none")
                yield found(
                    CODE, message, document.file, ("description",), expected=expected, offset=offset
                )
