"""Indexes: every invariant by name, service, store, stage and property, in linear time."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from markupsafe import Markup

from driftbook import conditions
from driftbook.emit.artifact import Artifact
from driftbook.emit.pages import words
from driftbook.emit.pages.page import page, references
from driftbook.model import STAGES, Catalog, Invariant, StageName

Ref = Callable[..., Markup]
FILES = "the catalog"


def emit(catalog: Catalog) -> Iterator[Artifact]:
    """The index pages."""
    yield _everything(catalog)
    yield _by(
        catalog, "services", "Services", "Invariants by the service that owns the data.", "service"
    )
    yield _stores(catalog)
    yield _stages(catalog)
    yield _properties(catalog)


def row(invariant: Invariant, ref: Ref, note: Any) -> dict[str, Any]:
    """A line of an index."""
    mark = "" if invariant.lifecycle == "active" else f" {invariant.lifecycle}"
    return {
        "link": ref(invariant.title, f"invariants/{invariant.name}"),
        "mark": Markup(f" *{mark.strip()}*") if mark else "",
        "note": note,
    }


def stages(invariant: Invariant) -> str:
    """`early, mid, late`."""
    return ", ".join(invariant.stages) if invariant.lifecycle != "retired" else "none"


def sentences(invariant: Invariant, stage: StageName) -> str:
    """When a stage fires, without what overrides say."""
    return "; or ".join(
        conditions.of(c).sentence(c, invariant) for c in invariant.conditions if c.stage == stage
    )


def _page(
    place: str, title: str, intro: str, column: str, groups: Iterable[dict[str, Any]]
) -> Artifact:
    made = list(groups)
    for group in made:
        group.setdefault("intro", "")
        group.setdefault("anchor", "")
        group["jump"] = Markup(f"[{group['name']}](#{group['anchor']})")
    return page(
        place, "groups.md.j2", FILES, title, intro=Markup(intro), column=column, groups=made
    )


def _everything(catalog: Catalog) -> Artifact:
    ref = references("invariants")
    rows = [row(i, ref, stages(i)) for _, i in sorted(catalog.invariants.items())]
    groups = [{"name": "", "title": "", "rows": rows}] if rows else []
    return _page("invariants", "Invariants", "Every invariant, by name.", "stages", groups)


def _by(catalog: Catalog, place: str, title: str, intro: str, field: str) -> Artifact:
    found: dict[str, list[Invariant]] = defaultdict(list)
    for invariant in catalog.compiled():
        found[getattr(invariant, field)].append(invariant)
    return _page(place, title, intro, "stages", _groups(found, place))


def _groups(found: dict[str, list[Invariant]], place: str) -> Iterator[dict[str, Any]]:
    ref = references(place)
    for name in sorted(found):
        rows = [row(i, ref, stages(i)) for i in found[name]]
        yield {"name": name, "title": name, "anchor": name, "rows": rows}


def _stores(catalog: Catalog) -> Artifact:
    found: dict[str, list[Invariant]] = defaultdict(list)
    for invariant in catalog.compiled():
        found[invariant.dataset.store].append(invariant)
    intro = "Invariants by the store that holds the data."
    return _page("stores", "Stores", intro, "stages", _groups(found, "stores"))


def _stages(catalog: Catalog) -> Artifact:
    ref = references("stages")
    groups = [
        {
            "name": words.stage_title(stage),
            "title": words.stage_title(stage),
            "anchor": stage,
            "intro": words.STAGE_MEANING[stage],
            "rows": [
                row(i, ref, sentences(i, stage)) for i in catalog.compiled() if stage in i.stages
            ],
        }
        for stage in STAGES
    ]
    return _page("stages", "Stages", "What can fire, by stage.", "fires when", groups)


def _properties(catalog: Catalog) -> Artifact:
    ref = references("properties")
    groups = []
    for name, meaning in words.PROPERTIES.items():
        rows = [row(i, ref, i.dataset.title) for i in catalog.compiled() if i.property == name]
        if not rows:
            meaning += " No invariant of the catalog watches it."
        groups.append({"name": name, "title": name, "anchor": name, "intro": meaning, "rows": rows})
    intro = "Invariants by what they promise."
    return _page("properties", "Properties", intro, "dataset", groups)
