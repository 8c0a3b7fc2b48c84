"""A template of a runbook, a remediation or a link fails for an invariant that uses it.

A name is not known, the syntax is wrong, or the template asks for more than is allowed. Text in
which braces are meant as they are stands between `{% raw %}` and `{% endraw %}`.
"""

from collections.abc import Iterator

from driftbook.checks.example import RUNBOOK
from driftbook.checks.kit import Example, Subject, found
from driftbook.checks.rendered import rendered
from driftbook.diagnostics import Diagnostic, Severity

CODE = "DB707"
NAME = "template-fault"
TITLE = "A template that cannot be filled in"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    RUNBOOK,
    "{{ invariant.dataset.title }}",
    "{{ invariant.dataset.titel }}",
    "{{ invariant.dataset.name }}",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each text once, with the first invariant for which it fails."""
    said = set()
    for text in rendered(subject):
        if text.fault is None or (text.file, text.path) in said:
            continue
        said.add((text.file, text.path))
        message = f"the template fails for {text.invariant}: {text.fault}"
        expected, at = text.fault.expected, text.fault.offset
        yield found(CODE, message, text.file, text.path, expected=expected, offset=at)
