"""Pages of datasets and teams, and coverage."""

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from driftbook.emit.artifact import Artifact
from driftbook.emit.pages import indexes, words
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.related import Relations
from driftbook.emit.pages.sources import source
from driftbook.model import STAGES, Catalog, Dataset, Invariant, StageName, Team


def emit(catalog: Catalog) -> Iterator[Artifact]:
    """A page each, and their indexes."""
    relations = Relations(catalog)
    for _, dataset in sorted(catalog.datasets.items()):
        yield _dataset(catalog, dataset, relations)
    yield _datasets(catalog, relations)
    owned: dict[str, list[Invariant]] = {name: [] for name in catalog.teams}
    for invariant in catalog.compiled():
        owned[invariant.owner.name].append(invariant)
    for name, team in sorted(catalog.teams.items()):
        yield _team(catalog, team, owned[name])
    yield _teams(catalog, owned)
    yield _coverage(catalog, relations)


def _dataset(catalog: Catalog, dataset: Dataset, relations: Relations) -> Artifact:
    place = f"datasets/{dataset.name}"
    ref = references(place)

    def link(name: str) -> Markup:
        return ref(catalog.datasets[name].title, f"datasets/{name}")

    return page(
        place,
        "dataset.md.j2",
        dataset.origin.file,
        dataset.title,
        dataset=dataset,
        contract=words.contract(dataset),
        rows=[
            indexes.row(i, ref, f"{i.property}; {indexes.stages(i)}")
            for i in relations.by_dataset[dataset.name]
        ],
        upstream=[link(name) for name in dataset.derived_from],
        downstream=[link(name) for name in relations.downstream[dataset.name]],
        source=source(catalog, dataset.origin.file),
    )


def _datasets(catalog: Catalog, relations: Relations) -> Artifact:
    ref = references("datasets")
    return page(
        "datasets",
        "links.md.j2",
        indexes.FILES,
        "Datasets",
        intro="What each dataset promises its readers, and what watches it.",
        columns=("dataset", "tier, store, invariants"),
        rows=[
            (
                ref(d.title, f"datasets/{name}"),
                f"tier {d.tier}, {d.store}, {len(relations.by_dataset[name])}",
            )
            for name, d in sorted(catalog.datasets.items())
        ],
    )


def _team(catalog: Catalog, team: Team, owned: list[Invariant]) -> Artifact:
    place = f"teams/{team.name}"
    ref = references(place)
    return page(
        place,
        "team.md.j2",
        team.origin.file,
        team.title,
        team=team,
        receivers=[_receiver(catalog, team, stage) for stage in STAGES],
        stages=[
            {
                "name": stage,
                "title": words.stage_title(stage),
                "rows": [
                    indexes.row(i, ref, indexes.sentences(i, stage))
                    for i in owned
                    if stage in i.stages
                ],
            }
            for stage in STAGES
        ],
        datasets=[
            ref(d.title, f"datasets/{name}")
            for name, d in sorted(catalog.datasets.items())
            if d.owner.name == team.name
        ],
        source=source(catalog, team.origin.file),
    )


def _receiver(catalog: Catalog, team: Team, stage: StageName) -> dict[str, Any]:
    told = words.told_team(catalog, team, stage, stage)
    return {"title": words.stage_title(stage), "told": told, "ways": words.ways(told)}


def _teams(catalog: Catalog, owned: dict[str, list[Invariant]]) -> Artifact:
    ref = references("teams")
    return page(
        "teams",
        "links.md.j2",
        indexes.FILES,
        "Teams",
        intro="Who is woken by what.",
        columns=("team", "contact, invariants"),
        rows=[
            (ref(t.title, f"teams/{name}"), f"{t.contact}, {len(owned[name])}")
            for name, t in sorted(catalog.teams.items())
        ],
    )


def _coverage(catalog: Catalog, relations: Relations) -> Artifact:
    """Dataset by property, for the properties in use, and what is missing."""
    ref = references("coverage")
    used = {i.property for i in catalog.compiled()}
    properties = [p for p in words.PROPERTIES if p in used]
    rows = []
    for name, dataset in sorted(catalog.datasets.items()):
        cells = [_cell(relations.by_dataset[name], p, ref) for p in properties]
        rows.append({"link": ref(dataset.title, f"datasets/{name}"), "cells": cells})
    datasets = sorted(catalog.datasets.items())
    return page(
        "coverage",
        "coverage.md.j2",
        indexes.FILES,
        "Coverage",
        hide="toc",
        properties=properties,
        rows=rows,
        unwatched=[
            ref(d.title, f"datasets/{n}") for n, d in datasets if not relations.by_dataset[n]
        ],
        unused=[p for p in words.PROPERTIES if p not in used],
        unknown=[
            ref(d.title, f"datasets/{n}", "contract")
            for n, d in datasets
            if any(answer.unknown for answer in d.contract.values())
        ],
        early=[
            ref(i.title, f"invariants/{i.name}", "early")
            for i in catalog.compiled()
            if "early" not in i.stages
        ],
    )


def _cell(watching: list[Invariant], prop: str, ref: Any) -> Markup:
    found = [i for i in watching if i.property == prop]
    if not found:
        return Markup("·")
    if len(found) == 1:
        return Markup(ref("1", f"invariants/{found[0].name}"))
    return Markup(ref(str(len(found)), f"datasets/{found[0].dataset.name}", "invariants"))
