"""The page of a retired invariant: no alert that was ever sent loses its page."""

from driftbook import names
from driftbook.emit.artifact import Artifact
from driftbook.emit.pages import words
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.sources import source
from driftbook.model import STAGES, Catalog, Invariant


def page_of(catalog: Catalog, invariant: Invariant) -> Artifact:
    """What is left of it, with the anchors that its alerts led to, and its successor."""
    place = f"invariants/{invariant.name}"
    successor = catalog.invariants.get(invariant.successor)
    ref = references(place)
    return page(
        place,
        "tombstone.md.j2",
        invariant.origin.file,
        invariant.title,
        found_by=(names.alert(invariant.name), invariant.name),
        invariant=invariant,
        alertname=names.alert(invariant.name),
        successor=ref(successor.title, f"invariants/{successor.name}") if successor else "",
        stages=[{"name": s, "title": words.stage_title(s)} for s in STAGES],
        source=source(catalog, invariant.origin.file),
    )
