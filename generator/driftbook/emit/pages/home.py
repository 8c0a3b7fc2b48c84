"""The front page."""

from collections.abc import Iterator

from driftbook.emit.artifact import Artifact
from driftbook.emit.pages.page import page, references
from driftbook.model import Catalog


def emit(catalog: Catalog) -> Iterator[Artifact]:
    """The one page."""
    yield _home(catalog)


def _home(catalog: Catalog) -> Artifact:
    ref = references("")
    counts = {
        "invariant": len(catalog.compiled()),
        "dataset": len(catalog.datasets),
        "team": len(catalog.teams),
        "runbook": len(catalog.runbooks),
        "scenario": len(catalog.scenarios),
    }
    made = [ref(f"{n} {noun}{'' if n == 1 else 's'}", f"{noun}s") for noun, n in counts.items()]
    return page("", "home.md.j2", catalog.origin.file, catalog.title, catalog=catalog, counts=made)
