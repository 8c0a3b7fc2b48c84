"""Who is told of what, by which way and when, and what is held back."""

from collections.abc import Iterator, Sequence

from driftbook.emit.artifact import Artifact
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.governance.weak import Weakness
from driftbook.emit.pages.told import hiding, reach, receivers, routing, teams
from driftbook.model import Catalog


def emit(
    catalog: Catalog, evidence: Evidence, weaknesses: Sequence[Weakness]
) -> Iterator[Artifact]:
    """Teams, receivers, the routing tree and inhibition."""
    every = list(reach.receivers(catalog))
    yield from teams.emit(catalog, evidence, every, weaknesses)
    yield from receivers.emit(catalog, every)
    yield from routing.emit(catalog, every)
    yield from hiding.emit(catalog)
