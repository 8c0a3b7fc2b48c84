"""What would page me? A page for each receiver, and an index of them all."""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from markupsafe import Markup

from driftbook import conditions, names
from driftbook.emit import routes
from driftbook.emit.artifact import Artifact
from driftbook.emit.pages import lookup, words
from driftbook.emit.pages.listing.alphabet import FILES
from driftbook.emit.pages.markdown import code, size, text
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.tables import table
from driftbook.emit.pages.told import hours, week
from driftbook.emit.pages.told.reach import Reached, Receiver, ways
from driftbook.model import STAGES, Catalog
from driftbook.units import seconds, spoken


def emit(catalog: Catalog, every: Sequence[Receiver]) -> Iterator[Artifact]:
    """The pages, with a picture for each set of hours that is not all hours."""
    drawn: dict[str, hours.Hours] = {}
    for receiver in every:
        told = _hours(catalog, receiver)
        if told and not told.always:
            drawn[told.name] = told
        yield _receiver(catalog, receiver, told)
    yield _index(catalog, every)
    for name, told in sorted(drawn.items()):
        yield Artifact(f"{names.PAGES}/{picture(name)}", week.svg(told))


def picture(interval: str) -> str:
    """Where the picture of an interval lies below the pages."""
    return f"receivers/{interval}.svg"


def _hours(catalog: Catalog, receiver: Receiver) -> hours.Hours | None:
    return hours.of(catalog, catalog.stages[receiver.to].notify, receiver.team.location)


def _receiver(catalog: Catalog, receiver: Receiver, told: hours.Hours | None) -> Artifact:
    team, place = receiver.team, receiver.place
    ref = references(place)
    timing = routes.timing(catalog, team, receiver.to)
    drafts = any(r.invariant.lifecycle == "draft" for r in receiver.reached)
    limited = told is not None and not told.always
    return page(
        place,
        "receiver.md.j2",
        f"{team.origin.file} and {catalog.origin.file}",
        receiver.name,
        team=team,
        name=receiver.name,
        stage=receiver.to,
        severity=catalog.stages[receiver.to].severity,
        ways=ways(receiver.blocks),
        wait=spoken(seconds(timing["group_wait"]), "seconds"),
        interval=spoken(seconds(timing["group_interval"]), "seconds"),
        repeat=spoken(catalog.stages[receiver.to].repeat, "seconds"),
        hours=told if limited else None,
        week=table(("days", "told"), told.words()) if told and limited else "",
        described=week.described(told) if told else "",
        picture=Markup(f"../{quote(told.name)}.svg") if told else "",
        size=size(week.svg(told)) if told and limited else "",
        drafts=drafts,
        later=" or ".join(STAGES[STAGES.index(receiver.to) + 1 :]),
        rows=_rows(receiver, place),
        count=len(receiver.reached),
        routes=ref("How alerts are routed", "routing"),
        hiding=ref("What hides what", "inhibition"),
    )


def _rows(receiver: Receiver, place: str) -> Markup:
    ref, look = references(place), lookup.condition(place)
    mixed = any(r.stage != receiver.to for r in receiver.reached)

    def row(r: Reached) -> list[object]:
        name = ref(r.invariant.title, f"invariants/{r.invariant.name}", r.stage)
        if r.invariant.lifecycle == "draft":
            name += Markup(" *draft*")
        kinds = dict.fromkeys(c.kind for c in r.conditions)
        sentences = dict.fromkeys(conditions.of(c).sentence(c, r.invariant) for c in r.conditions)
        return [
            name,
            *([r.stage] if mixed else []),
            r.invariant.tier,
            Markup(", ").join(look(kind) for kind in kinds),
            "; or ".join(sentences),
        ]

    columns = ("invariant", *(("stage",) if mixed else ()), "tier", "conditions", "when")
    return table(columns, (row(r) for r in receiver.reached))


def _index(catalog: Catalog, every: Sequence[Receiver]) -> Artifact:
    ref = references("receivers")
    rows = table(
        ("team", "stage", "by", "hours", "again after", "invariants", "receiver"),
        (
            (
                ref(r.team.title, f"teams/{r.team.name}"),
                ref(r.to, r.place),
                ways(r.blocks),
                words.hours(catalog, catalog.stages[r.to].notify, r.team.location),
                spoken(catalog.stages[r.to].repeat, "seconds"),
                len({x.invariant.name for x in r.reached}),
                code(r.name),
            )
            for r in every
        ),
    )
    return page(
        "receivers",
        "receivers.md.j2",
        FILES,
        "What would page me?",
        hide="toc",
        rows=rows,
        watchdog=names.WATCHDOG,
        watchdog_receiver=names.WATCHDOG_RECEIVER,
        watchdog_ways=text(ways(catalog.alertmanager.watchdog)),
    )
