"""The page of a retired invariant: no alert that was ever sent loses its page."""

from markupsafe import Markup

from driftbook import names
from driftbook.emit.artifact import Artifact
from driftbook.emit.pages import words
from driftbook.emit.pages.landing import found_by, living
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.sources import source
from driftbook.model import STAGES, Catalog, Invariant


def page_of(catalog: Catalog, invariant: Invariant) -> Artifact:
    """What is left of it, with the anchors that its alerts led to, and its successor."""
    place = f"invariants/{invariant.name}"
    successor = catalog.invariants.get(invariant.successor)
    heir = living(catalog, invariant)
    ref = references(place)

    def link(to: Invariant | None, anchor: str = "") -> Markup:
        return ref(to.title, f"invariants/{to.name}", anchor) if to else Markup()

    return page(
        place,
        "tombstone.md.j2",
        invariant.origin.file,
        invariant.title,
        found_by=found_by(invariant),
        invariant=invariant,
        alertname=names.alert(invariant.name),
        successor=link(successor) if successor != heir else "",
        heir=link(heir),
        stages=[
            {"name": s, "title": words.stage_title(s), "instead": link(heir, s)} for s in STAGES
        ],
        source=source(catalog, invariant.origin.file),
    )
