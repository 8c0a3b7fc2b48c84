"""By service: an index, and a page for each."""

from collections.abc import Iterable, Iterator

from driftbook.emit.artifact import Artifact
from driftbook.emit.pages import changes
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.governance import weak
from driftbook.emit.pages.governance.weak import Weakness
from driftbook.emit.pages.listing.alphabet import FILES
from driftbook.emit.pages.listing.rows import Listing, grouped
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.tables import table
from driftbook.history import Key
from driftbook.model import Catalog, Dataset, Invariant, Team


def emit(
    catalog: Catalog, evidence: Evidence, weaknesses: Iterable[Weakness]
) -> Iterator[Artifact]:
    """Services that own data, or an invariant."""
    invariants = grouped(catalog.compiled(), lambda i: i.service)
    datasets = grouped([d for _, d in sorted(catalog.datasets.items())], lambda d: d.service)
    lately = changes.keys(catalog, lambda one: one.service)
    weak_spots = grouped(weaknesses, lambda w: w.service)
    services = sorted({*invariants, *datasets})
    for name in services:
        yield _service(
            catalog,
            evidence,
            name,
            invariants.get(name, []),
            datasets.get(name, []),
            lately.get(name, []),
            weak_spots.get(name, []),
        )
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
                            len(weak_spots.get(name, [])),
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
    lately: list[Key],
    weak_spots: list[Weakness],
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
        lately=changes.lately(catalog, evidence.history, lately, ref),
        history=evidence.history,
        weak=weak.listed(weak_spots, place),
    )
