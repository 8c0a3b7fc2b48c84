"""The runbook site as plain Markdown: every page is made from the model that the rules come from.

`emit` touches no files. The pages need no plugin that generates anything, so that every builder
of the MkDocs format can build them.
"""

from collections.abc import Iterator

from driftbook.emit.artifact import Artifact
from driftbook.emit.pages import (
    governance,
    guide,
    home,
    invariant,
    listing,
    procedures,
    proof,
    redirect,
    scenarios,
    told,
)
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.governance import weak
from driftbook.forks import Mapped
from driftbook.model import Catalog

__all__ = ["Evidence", "emit", "invariant"]


def emit(
    catalog: Catalog, evidence: Evidence | None = None, mapped: Mapped = map
) -> Iterator[Artifact]:
    """Every file below `site/pages`.

    mapped: by which the pages of invariants are made, as they are most of the work.
    """
    evidence = evidence or Evidence()
    yield from home.emit(catalog)
    yield from invariant.emit(catalog, evidence, mapped=mapped)
    yield from redirect.emit(catalog)
    weaknesses = weak.found(catalog, evidence)
    yield from listing.emit(catalog, evidence, weaknesses)
    yield from procedures.emit(catalog, evidence)
    yield from scenarios.emit(catalog, evidence)
    yield from governance.emit(catalog, evidence, weaknesses)
    yield from told.emit(catalog, evidence, weaknesses)
    yield from proof.emit(catalog, evidence)
    yield from guide.emit()
