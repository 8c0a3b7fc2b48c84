"""Who is told of what, by which way and when, and what is held back."""

from collections.abc import Iterator

from driftbook.emit.artifact import Artifact
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.told import hiding, receivers, routing, teams
from driftbook.model import Catalog


def emit(catalog: Catalog, evidence: Evidence) -> Iterator[Artifact]:
    """Teams, receivers, the routing tree and inhibition."""
    yield from teams.emit(catalog, evidence)
    yield from receivers.emit(catalog)
    yield from routing.emit(catalog)
    yield from hiding.emit(catalog)
