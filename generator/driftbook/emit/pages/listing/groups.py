"""By store, property and stage: one page each, with a heading for every group."""

from collections.abc import Iterator

from driftbook.emit.artifact import Artifact
from driftbook.emit.pages import words
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.listing.alphabet import FILES
from driftbook.emit.pages.listing.rows import Listing, grouped, jumps
from driftbook.emit.pages.page import page
from driftbook.model import STAGES, Catalog


def emit(catalog: Catalog, evidence: Evidence) -> Iterator[Artifact]:
    """Three pages."""
    yield _stores(catalog, evidence)
    yield _properties(catalog, evidence)
    yield _stages(catalog, evidence)


def _page(place: str, title: str, intro: str, sections: list[dict[str, object]]) -> Artifact:
    links = jumps((str(s["anchor"]), s["title"]) for s in sections) if len(sections) > 1 else ""
    return page(
        place,
        "index.md.j2",
        FILES,
        title,
        searched=False,
        intro=intro,
        jumps=links,
        sections=sections,
    )


def _stores(catalog: Catalog, evidence: Evidence) -> Artifact:
    listing = Listing(catalog, evidence, "stores")
    watched = grouped(catalog.compiled(), lambda i: i.dataset.store)
    stores = sorted({*watched, *(d.store for d in catalog.datasets.values())})
    sections: list[dict[str, object]] = [
        {"title": name, "anchor": name, "rows": listing.short(watched.get(name, []))}
        for name in stores
    ]
    return _page("stores", "Stores", "By the store that holds the data.", sections)


def _properties(catalog: Catalog, evidence: Evidence) -> Artifact:
    listing = Listing(catalog, evidence, "properties")
    watched = grouped(catalog.compiled(), lambda i: i.property)
    sections: list[dict[str, object]] = [
        {
            "title": name,
            "anchor": name,
            "intro": meaning,
            "rows": listing.short(watched.get(name, [])),
        }
        for name, meaning in words.PROPERTIES.items()
    ]
    return _page("properties", "Properties", "By what an invariant promises.", sections)


def _stages(catalog: Catalog, evidence: Evidence) -> Artifact:
    listing = Listing(catalog, evidence, "stages")
    sections: list[dict[str, object]] = [
        {
            "title": words.stage_title(stage),
            "anchor": stage,
            "intro": words.STAGE_MEANING[stage],
            "rows": listing.firing((i for i in catalog.compiled() if stage in i.stages), stage),
        }
        for stage in STAGES
    ]
    return _page("stages", "Stages", "What can fire, by stage.", sections)
