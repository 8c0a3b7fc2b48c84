"""Texts of runbooks, remediations and links, filled in for each invariant that they are for."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from driftbook.checks.kit import Subject
from driftbook.diagnostics import Path
from driftbook.model import Invariant
from driftbook.templates import TemplateFault, procedure, render

_NAMES = frozenset(("kind", "name", "id", "after", "strategy", "approval"))


@dataclass(frozen=True, slots=True)
class Text:
    """A text as written, and as it is for one invariant: result, or why there is none."""

    file: str
    path: Path
    written: str
    invariant: str
    result: str | None
    fault: TemplateFault | None = None


@lru_cache(maxsize=1)
def rendered(subject: Subject) -> tuple[Text, ...]:
    """Every text that people read, for every invariant that leads there; rendered once."""
    return tuple(_rendered(subject))


def _rendered(subject: Subject) -> Iterator[Text]:
    invariants = subject.catalog.compiled()
    users: dict[tuple[str, str], list[Invariant]] = {}
    for invariant in invariants:
        users.setdefault(("runbook", invariant.runbook.name), []).append(invariant)
        if invariant.remediation:
            users.setdefault(("remediation", invariant.remediation.name), []).append(invariant)
    for document in subject.documents.values():
        if document.kind == "catalog":
            readers, data = list(invariants), {"links": document.data.get("links", {})}
        else:
            readers = users.get((document.kind, document.name), [])
            data = dict(document.data)
        if readers:
            for path, written in texts((), data):
                yield from _for_each(document.file, path, written, readers)


def texts(path: Path, value: Any) -> Iterator[tuple[Path, str]]:
    """Paths and texts below a value, but for names and choices."""
    if isinstance(value, dict):
        for key, child in value.items():
            if key not in _NAMES:
                yield from texts((*path, key), child)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from texts((*path, index), child)
    elif isinstance(value, str):
        yield path, value


def _for_each(file: str, path: Path, written: str, readers: list[Invariant]) -> Iterator[Text]:
    """Once where there is nothing to fill in. Links of the catalog know no labels."""
    if "{{" not in written and "{%" not in written:
        readers = readers[:1]
    for invariant in readers:
        try:
            if path[0] == "links":
                result = render(written, invariant=invariant)
            else:
                result = procedure(written, invariant)
        except TemplateFault as fault:
            yield Text(file, path, written, invariant.name, None, fault)
            continue
        yield Text(file, path, written, invariant.name, result)
