"""Invariants whose alerts would have the same name, or old names that are in use.

The CamelCase of a name becomes the alert's name, so `cart-1` and `cart1` would share one; names
that differ only in case would share a page on some file systems. A name in `renamed_from` must
neither be in use nor be claimed twice.
"""

from collections.abc import Iterator

from driftbook import names
from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Path, Place, Severity
from driftbook.document import Document

CODE = "DB305"
NAME = "name-collision"
TITLE = "Two things would come out under one name"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    INVARIANT,
    "runbook: replica-behind",
    "runbook: replica-behind\nrenamed_from: [orders-lag]",
    "runbook: replica-behind\nrenamed_from: [order-lag]",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Live names first, then old ones."""
    taken: dict[str, Place] = {}
    for document in sorted(subject.of_kind("invariant"), key=lambda d: d.file):
        key = names.alert(document.name).lower()
        place = Place(document.file, ("name",))
        if key == names.WATCHDOG.lower():
            message = f"the alert {names.WATCHDOG} is driftbook's own heartbeat"
            yield found(CODE, message, document.file, ("name",), expected="another name")
        elif (
            key in taken
            and taken[key].file != document.file
            and not _same(subject, document, taken[key])
        ):
            message = f"another invariant's alert is called {names.alert(document.name)} too"
            expected = "a name that differs in its letters"
            yield found(
                CODE, message, document.file, ("name",), expected=expected, other=taken[key]
            )
        taken.setdefault(key, place)
    yield from _old_names(subject, taken)


def _same(subject: Subject, document: Document, other: Place) -> bool:
    """Whether both have the very same name, which is reported as such already."""
    return subject.documents[other.file].name == document.name


def _old_names(subject: Subject, taken: dict[str, Place]) -> Iterator[Diagnostic]:
    for document in sorted(subject.of_kind("invariant"), key=lambda d: d.file):
        for index, old in enumerate(document.data.get("renamed_from", ())):
            path: Path = ("renamed_from", index)
            other = taken.setdefault(names.alert(old).lower(), Place(document.file, path))
            if other.path != path or other.file != document.file:
                message = f'the old name "{old}" is in use'
                expected = "a name that nothing else has, now or before"
                yield found(CODE, message, document.file, path, expected=expected, other=other)
