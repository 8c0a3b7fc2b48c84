"""What is watched and what is not, who owns it, and what has changed."""

from collections.abc import Iterator, Sequence

from driftbook.emit.artifact import Artifact
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.governance import changed, coverage, datasets, gaps, packs_used
from driftbook.emit.pages.governance.weak import Weakness
from driftbook.model import Catalog


def emit(
    catalog: Catalog, evidence: Evidence, weaknesses: Sequence[Weakness]
) -> Iterator[Artifact]:
    """Datasets, coverage, weak spots, packs, and what changed lately."""
    yield from datasets.emit(catalog, evidence, weaknesses)
    yield from coverage.emit(catalog)
    yield from gaps.emit(catalog, evidence, weaknesses)
    yield from packs_used.emit(catalog)
    yield from changed.emit(catalog, evidence)
