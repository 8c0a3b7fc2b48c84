"""Indexes: every invariant by name, alert, service, store, stage and property, in linear time."""

from collections.abc import Iterable, Iterator

from driftbook.emit.artifact import Artifact
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.governance.weak import Weakness
from driftbook.emit.pages.listing import alphabet, groups, services
from driftbook.model import Catalog


def emit(
    catalog: Catalog, evidence: Evidence, weaknesses: Iterable[Weakness]
) -> Iterator[Artifact]:
    """The index pages."""
    yield from alphabet.emit(catalog, evidence)
    yield from services.emit(catalog, evidence, weaknesses)
    yield from groups.emit(catalog, evidence)
