"""A description or a link uses more of Go's templates than is allowed.

`{{ $labels.NAME }}`, `{{ $value }}` and `{{ $value | FUNCTION }}` with Prometheus' humanizing
functions: nothing else, so that every text can be compared in the tests. Prometheus itself puts
the error of a broken template into the notification.
"""

from collections.abc import Iterator

from driftbook import gotemplate
from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, found
from driftbook.checks.rendered import rendered
from driftbook.diagnostics import Diagnostic, Severity

CODE = "DB411"
NAME = "description-template"
TITLE = "A Go template that cannot be used"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    INVARIANT,
    "{{ $value | humanizeDuration }}",
    "{{ $value | humanizeDuraton }}",
    "{{ $value | humanizeDuration }}",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Descriptions as written, links once they are filled in."""
    for document in subject.of_kind("invariant"):
        fault = _fault(document.data.get("description", ""))
        if fault is not None:
            path = ("description",)
            expected, offset = gotemplate.ALLOWED, fault.offset
            yield found(CODE, str(fault), document.file, path, expected=expected, offset=offset)
    said = set()
    for text in rendered(subject):
        if text.path[0] == "links" and text.result and text.path not in said:
            fault = _fault(text.result)
            if fault is not None:
                said.add(text.path)
                yield found(CODE, str(fault), text.file, text.path, expected=gotemplate.ALLOWED)


def _fault(text: str) -> gotemplate.GoTemplateFault | None:
    try:
        gotemplate.parse(text)
    except gotemplate.GoTemplateFault as fault:
        return fault
    return None
