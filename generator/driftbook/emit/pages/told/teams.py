"""A team: what it owns, who of it gets what when, and where its part of the catalog is weak."""

from collections.abc import Iterable, Iterator

from markupsafe import Markup

from driftbook.emit.artifact import Artifact
from driftbook.emit.pages import changes, lookup, words
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.governance import weak
from driftbook.emit.pages.governance.weak import Weakness
from driftbook.emit.pages.listing.alphabet import FILES
from driftbook.emit.pages.listing.rows import Listing, grouped
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.related import Ref
from driftbook.emit.pages.sources import source
from driftbook.emit.pages.tables import table
from driftbook.emit.pages.told.reach import Receiver, ways
from driftbook.history import Key
from driftbook.model import Catalog, Dataset, Invariant, Team
from driftbook.units import spoken


def emit(
    catalog: Catalog,
    evidence: Evidence,
    every: Iterable[Receiver],
    weaknesses: Iterable[Weakness],
) -> Iterator[Artifact]:
    """A page each, and their index."""
    owned = grouped(catalog.compiled(), lambda i: i.owner.name)
    datasets = grouped([d for _, d in sorted(catalog.datasets.items())], lambda d: d.owner.name)
    told = grouped(every, lambda receiver: receiver.team.name)
    lately = changes.keys(catalog, lambda one: one.owner.name)
    weak_spots = grouped(weaknesses, lambda w: w.owner.name)
    for name, team in sorted(catalog.teams.items()):
        yield _team(
            catalog,
            evidence,
            team,
            told[name],
            datasets.get(name, []),
            owned.get(name, []),
            lately.get(name, []),
            weak.listed(weak_spots.get(name, []), f"teams/{name}"),
        )
    yield _index(catalog, owned, datasets, weak_spots)


def _team(
    catalog: Catalog,
    evidence: Evidence,
    team: Team,
    told: list[Receiver],
    datasets: list[Dataset],
    invariants: list[Invariant],
    lately: list[Key],
    weak_spots: Markup,
) -> Artifact:
    place = f"teams/{team.name}"
    ref = references(place)
    return page(
        place,
        "team.md.j2",
        team.origin.file,
        team.title,
        team=team,
        told=_told(catalog, told, ref),
        datasets=table(
            ("dataset", "service", "store", "tier"),
            (
                (
                    ref(d.title, f"datasets/{d.name}"),
                    ref(d.service, f"services/{d.service}"),
                    d.store,
                    d.tier,
                )
                for d in datasets
            ),
        ),
        invariants=Listing(catalog, evidence, place).full(invariants, owner=False),
        lately=changes.lately(catalog, evidence.history, lately, ref),
        history=changes.of(catalog, evidence.history, "team", team),
        weak=weak_spots,
        format=lookup.kind(place)("team"),
        source=source(catalog, team.origin.file),
    )


def _told(catalog: Catalog, told: list[Receiver], ref: Ref) -> Markup:
    return table(
        ("stage", "by", "when", "again after", "invariants"),
        (
            (
                ref(words.stage_title(r.to), r.place),
                ways(r.blocks),
                words.hours(catalog, catalog.stages[r.to].notify, r.team.location),
                spoken(catalog.stages[r.to].repeat, "seconds"),
                len({x.invariant.name for x in r.reached}),
            )
            for r in told
        ),
    )


def _index(
    catalog: Catalog,
    owned: dict[str, list[Invariant]],
    datasets: dict[str, list[Dataset]],
    weak_spots: dict[str, list[Weakness]],
) -> Artifact:
    ref = references("teams")
    rows = (
        (
            ref(team.title, f"teams/{name}"),
            team.contact,
            len(datasets.get(name, [])),
            len(owned.get(name, [])),
            len(weak_spots.get(name, [])),
        )
        for name, team in sorted(catalog.teams.items())
    )
    return page(
        "teams",
        "index.md.j2",
        FILES,
        "Teams",
        intro="What each team owns, and who of it is told of what.",
        sections=[
            {"rows": table(("team", "contact", "datasets", "invariants", "weak spots"), rows)}
        ],
    )
