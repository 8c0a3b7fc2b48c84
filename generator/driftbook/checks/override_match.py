"""An override names a label that is not in the identity, or a value the signal excludes.

It would replace the bounds of no place, while its author believes otherwise. Nor can a value hold
`{{`: it becomes a label of the override's alerts, whose text Prometheus expands as a template.
"""

from collections.abc import Iterator

from driftbook.checks import exprs
from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity, listed, nearest
from driftbook.promql import Facts

CODE = "DB509"
NAME = "override-match"
TITLE = "An override that matches nothing"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    INVARIANT,
    "match: {region: ap-south-1}",
    "match: {zone: ap-south-1}",
    "match: {region: ap-south-2}",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each label of each match."""
    for document in subject.of_kind("invariant"):
        identity = document.data["signal"]["identity"]
        facts = next(exprs.of(document)).facts
        for index, override in enumerate(document.data.get("overrides", ())):
            for label, value in override["match"].items():
                path = ("overrides", index, "match", label)
                if label not in identity:
                    message = f'the label "{label}" is not in the identity'
                    expected = nearest(label, identity) or "one of " + ", ".join(identity)
                    yield found(CODE, message, document.file, path, expected=expected, on_key=True)
                elif "{{" in value:
                    message = "Prometheus expands the value as a template of the alert's label"
                    expected = "a value without `{{`"
                    yield found(CODE, message, document.file, path, expected=expected)
                elif only := _only(facts, label, value):
                    message = f'the signal has no {label} "{value}"'
                    expected = " or ".join(listed(sorted(only)))
                    yield found(CODE, message, document.file, path, expected=expected)


def _only(facts: Facts | None, label: str, value: str) -> set[str]:
    """The values that every selector of the signal holds the label to, if not to this one."""
    if facts is None or facts.functions & {"label_replace", "label_join"}:
        return set()
    held = [dict(use.equal).get(label) for use in facts.uses if not use.filters]
    values = {v for v in held if v}
    return values if held and all(held) and value not in values else set()
