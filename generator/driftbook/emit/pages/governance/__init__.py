"""What is watched and what is not, who owns it, and what has changed."""

from collections.abc import Iterator

from driftbook.emit.artifact import Artifact
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.governance import changed, coverage, datasets, gaps, packs_used
from driftbook.model import Catalog


def emit(catalog: Catalog, evidence: Evidence) -> Iterator[Artifact]:
    """Datasets, coverage, weak spots, packs, and what changed lately."""
    yield from datasets.emit(catalog, evidence)
    yield from coverage.emit(catalog)
    yield from gaps.emit(catalog, evidence)
    yield from packs_used.emit(catalog)
    yield from changed.emit(catalog, evidence)
