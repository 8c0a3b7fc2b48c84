"""What every check is made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Protocol, runtime_checkable

from driftbook.diagnostics import Diagnostic, Path, Place, Severity
from driftbook.document import Document, base_file
from driftbook.model import STAGES, Catalog, Condition, Invariant


@dataclass(frozen=True, slots=True)
class Example:
    """An edit of the small catalog in `checks/example.py`, once wrong and once right.

    `replace` in `file` gives way to `bad` (which then gives exactly the check's code) or to
    `good` (which is clean). extra: further files that both have; bad_extra: only the wrong one.
    """

    file: str
    replace: str
    bad: str
    good: str
    extra: Mapping[str, str] = field(default_factory=dict)
    bad_extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What checks look at: the documents as written and the model made of them.

    Checks see only documents whose shape is right, and a model without what could not be
    resolved.
    """

    root: FilePath
    catalog: Catalog
    documents: Mapping[str, Document]

    def of_kind(self, kind: str) -> Iterator[Document]:
        """The documents of a kind, by file."""
        return (d for d in self.documents.values() if d.kind == kind)

    @property
    def base_file(self) -> str:
        """The Alertmanager configuration that the catalog names, from the root; or ""."""
        document = self.documents.get(self.catalog.origin.file)
        return base_file(document) if document else ""


def every_condition(subject: Subject) -> Iterator[tuple[Invariant, Condition]]:
    """All conditions of all invariants that are compiled, those of overrides too."""
    for invariant in subject.catalog.compiled():
        for condition in invariant.conditions:
            yield invariant, condition
        for override in invariant.overrides:
            for condition in override.conditions:
                yield invariant, condition


def in_direction(condition: Condition, invariant: Invariant) -> bool:
    """Whether a condition looks the way in which its signal gets worse."""
    asked = getattr(condition.params, "direction", invariant.signal.worse)
    return bool(asked == invariant.signal.worse)


def steps(subject: Subject) -> Iterator[tuple[Document, Path, Mapping[str, Any]]]:
    """Every step of every runbook as written, by stage."""
    for document in subject.of_kind("runbook"):
        for stage in STAGES:
            for index, step in enumerate(document.data["stages"].get(stage, ())):
                yield document, ("stages", stage, index), step


def target_urls(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """The addresses of the targets of a catalog document, and where they are written."""
    for name, block in data.get("targets", {}).items():
        for kind, settings in block.items():
            at: Path = ("targets", name, kind)
            if "url" in settings:
                yield (*at, "url"), settings["url"]
            own = settings.get("alertmanager")
            if isinstance(own, Mapping):
                yield (*at, "alertmanager", "url"), own["url"]


class Check(Protocol):
    """A module of this folder. FOUND_BY: load, shape, resolve or check.

    Its docstring is what `driftbook explain CODE` shows. Those found by `check` define
    `check(subject) -> Iterator[Diagnostic]`; the code of the others is used where they are found.
    """

    CODE: str
    NAME: str
    TITLE: str
    SEVERITY: Severity
    FOUND_BY: str
    EXAMPLE: Example
    __doc__: str | None


@runtime_checkable
class Running(Protocol):
    """A check that looks at the whole catalog."""

    def check(self, subject: Subject) -> Iterator[Diagnostic]:
        """What it finds."""


def found(
    code: str,
    message: str,
    file: str,
    path: Path,
    *,
    expected: str = "",
    offset: int | None = None,
    on_key: bool = False,
    other: Place | None = None,
    severity: Severity = Severity.ERROR,
) -> Diagnostic:
    """A diagnostic at a path of a document."""
    place = Place(file, path, on="key" if on_key else "value", offset=offset)
    return Diagnostic(code, severity, message, place, expected, other)
