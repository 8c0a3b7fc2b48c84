"""By service: an index, and a page for each."""

from collections.abc import Iterator

from driftbook.emit.artifact import Artifact
from driftbook.emit.pages import changes
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.governance import weak
from driftbook.emit.pages.listing.alphabet import FILES
from driftbook.emit.pages.listing.rows import Listing, grouped
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.tables import table
from driftbook.model import Catalog, Dataset, Invariant, Team


def emit(catalog: Catalog, evidence: Evidence) -> Iterator[Artifact]:
    """Services that own data, or an invariant."""
    invariants = grouped(catalog.compiled(), lambda i: i.service)
    datasets: dict[str, list[Dataset]] = {}
    for _, dataset in sorted(catalog.datasets.items()):
        datasets.setdefault(dataset.service, []).append(dataset)
    weaknesses = weak.by(catalog, evidence, lambda w: w.service)
    services = sorted({*invariants, *datasets})
    for name in services:
        mine = invariants.get(name, [])
        yield _service(catalog, evidence, name, mine, datasets.get(name, []), weaknesses)
    ref = references("services")
    yield page(
        "services",
        "index.md.j2",
        FILES,
        "Services",
        intro="By the service that serves the data.",
        sections=[
            {
                "rows": table(
                    ("service", "owners", "datasets", "invariants", "weak spots"),
                    (
                        (
                            ref(name, f"services/{name}"),
                            ", ".join(
                                team.title
                                for team in _owners(
                                    invariants.get(name, []), datasets.get(name, [])
                                )
                            ),
                            len(datasets.get(name, [])),
                            len(invariants.get(name, [])),
                            len(weaknesses.get(name, [])),
                        )
                        for name in services
                    ),
                )
            }
        ],
    )


def _owners(invariants: list[Invariant], datasets: list[Dataset]) -> list[Team]:
    found = {i.owner.name: i.owner for i in invariants} | {d.owner.name: d.owner for d in datasets}
    return sorted(found.values(), key=lambda team: team.title)


def _service(
    catalog: Catalog,
    evidence: Evidence,
    name: str,
    invariants: list[Invariant],
    datasets: list[Dataset],
    weaknesses: dict[str, list[weak.Weakness]],
) -> Artifact:
    place = f"services/{name}"
    ref = references(place)
    return page(
        place,
        "service.md.j2",
        FILES,
        name,
        name=name,
        owners=[ref(team.title, f"teams/{team.name}") for team in _owners(invariants, datasets)],
        datasets=table(
            ("dataset", "store", "tier", "owner"),
            (
                (ref(d.title, f"datasets/{d.name}"), d.store, d.tier, d.owner.title)
                for d in datasets
            ),
        ),
        invariants=Listing(catalog, evidence, place).full(invariants, owner=False),
        lately=changes.lately(catalog, evidence.history, lambda one: one.service == name, ref),
        history=evidence.history,
        weak=weak.listed(weaknesses.get(name, []), place),
    )
