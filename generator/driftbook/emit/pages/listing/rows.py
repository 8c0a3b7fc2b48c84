"""Invariants as rows of a table: the same columns wherever invariants are listed."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from markupsafe import Markup

from driftbook import conditions
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.listing.bounds import brief
from driftbook.emit.pages.markdown import text
from driftbook.emit.pages.page import references
from driftbook.emit.pages.tables import table
from driftbook.model import STAGES, Catalog, Invariant, StageName

T = TypeVar("T")
UNPROVED = "no proof"
RETIRED = "retired"


class Listing:
    """The tables of one page. place: where the page lies."""

    def __init__(self, catalog: Catalog, evidence: Evidence, place: str) -> None:
        self.catalog, self.evidence = catalog, evidence
        self.ref = references(place)

    def full(self, invariants: Iterable[Invariant], *, owner: bool = True) -> Markup:
        """Owner, tier, what each stage compares with, and whether it is proved."""
        columns = ["invariant", *(["owner"] if owner else []), "tier", *STAGES, "proof"]
        return table(columns, (self._full(i, owner) for i in invariants))

    def _full(self, invariant: Invariant, owner: bool) -> list[object]:
        retired = invariant.lifecycle == RETIRED
        bounds = ["" if retired else brief(invariant, stage) for stage in STAGES]
        proof = RETIRED if retired else self.evidence.state(invariant) or UNPROVED
        whose = [invariant.owner.title] if owner else []
        return [self.name(invariant), *whose, invariant.tier, *bounds, proof]

    def short(self, invariants: Iterable[Invariant]) -> Markup:
        """Where an index is about one thing that all of its rows share."""
        columns = ("invariant", "dataset", "owner", "tier", "stages")
        return table(
            columns,
            ((self.name(i), i.dataset.title, i.owner.title, i.tier, stages(i)) for i in invariants),
        )

    def firing(self, invariants: Iterable[Invariant], stage: StageName) -> Markup:
        """When a stage of each fires."""
        columns = ("invariant", "fires when", "owner", "tier")
        return table(
            columns,
            ((self.name(i, stage), sentences(i, stage), i.owner.title, i.tier) for i in invariants),
        )

    def name(self, invariant: Invariant, anchor: str = "") -> Markup:
        """The link to a page, with what is not usual about its state."""
        link = self.ref(invariant.title, f"invariants/{invariant.name}", anchor)
        if invariant.lifecycle == "active":
            return link
        return link + Markup(f" *{invariant.lifecycle}*")


def stages(invariant: Invariant) -> str:
    """`early, mid, late`."""
    return ", ".join(invariant.stages) if invariant.lifecycle != RETIRED else "none"


def sentences(invariant: Invariant, stage: StageName) -> str:
    """When a stage fires, without what overrides say."""
    return "; or ".join(
        conditions.of(c).sentence(c, invariant) for c in invariant.conditions if c.stage == stage
    )


def grouped(things: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    """Invariants, say, by a text such as the name of the owner, sorted by it."""
    found: dict[str, list[T]] = {}
    for thing in things:
        found.setdefault(key(thing), []).append(thing)
    return dict(sorted(found.items()))


def jumps(anchors: Iterable[tuple[str, object]]) -> Markup:
    """Links to the headings of a page: anchor, label."""
    return Markup(" · ").join(Markup(f"[{text(label)}](#{anchor})") for anchor, label in anchors)
