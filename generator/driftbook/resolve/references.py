"""What is known while documents are resolved, and how a name is followed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from driftbook.checks.unknown_reference import CODE as UNKNOWN_REFERENCE
from driftbook.diagnostics import Diagnostic, Path, Place, Severity, nearest
from driftbook.document import Document
from driftbook.model import Dataset, Invariant, Origin, Remediation, Runbook, Scenario, Team

Names = set[tuple[str, str]]
"""Kinds and names of documents; "" for one whose name cannot be known: it may be any."""


class Unresolved(Exception):
    """A reference that leads nowhere; it has been reported, or its target has been."""


@dataclass(slots=True)
class Resolver:
    """What is known while documents are resolved, in the order of their dependencies."""

    known: Names
    recordings: Mapping[str, Mapping[str, str]]
    evaluation_interval: float = 30.0
    found: list[Diagnostic] = field(default_factory=list)
    teams: dict[str, Team] = field(default_factory=dict)
    datasets: dict[str, Dataset] = field(default_factory=dict)
    runbooks: dict[str, Runbook] = field(default_factory=dict)
    remediations: dict[str, Remediation] = field(default_factory=dict)
    invariants: dict[str, Invariant] = field(default_factory=dict)
    scenarios: dict[str, Scenario] = field(default_factory=dict)


def origin(document: Document) -> Origin:
    return Origin(document.file, document.digest)


def refer(r: Resolver, document: Document, kind: str, built: Mapping[str, Any], path: Path) -> Any:
    """What a name in the document refers to. Raises Unresolved, reported unless it is broken."""
    name: Any = document.data
    for step in path:
        name = name[step]
    if name in built:
        return built[name]
    if (kind, name) not in r.known and (kind, "") not in r.known:
        names = [n for k, n in r.known if k == kind]
        article = "an" if kind[0] in "aeiou" else "a"
        expected = nearest(name, names) or f"{article} {kind} of the catalog"
        message = f'there is no {kind} "{name}"'
        place = Place(document.file, path)
        r.found.append(Diagnostic(UNKNOWN_REFERENCE, Severity.ERROR, message, place, expected))
    raise Unresolved
