"""What hides what, for people: the ladder that all have, and alerts that hide more than that."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup

from driftbook import names
from driftbook.conditions import words as condition_words
from driftbook.emit import inhibition
from driftbook.emit.artifact import Artifact
from driftbook.emit.inhibition import Aggregate
from driftbook.emit.pages import lookup, words
from driftbook.emit.pages.listing.alphabet import FILES
from driftbook.emit.pages.markdown import size, text
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.related import MANY, Ref
from driftbook.emit.pages.tables import table
from driftbook.emit.pages.told import graph
from driftbook.emit.pages.told.graph import Arrow
from driftbook.model import STAGES, Catalog, Invariant, StageName

PICTURE = "inhibition/inhibition.svg"
LADDER = (
    Arrow("late", "", "at the same place", (("mid", ""), ("early", ""))),
    Arrow("mid", "", "at the same place", (("early", ""),)),
)
"""What every invariant has."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Aggregated alerts that hide in the same way. whole: one alert for all places."""

    stage: StageName
    kind: str
    whole: bool


Hidden = tuple[tuple[str, StageName], ...]
"""Conditions and stages."""


def emit(catalog: Catalog) -> Iterator[Artifact]:
    """A page and its picture."""
    found = list(inhibition.aggregates(catalog))
    patterns = _patterns(found)
    arrows = (*LADDER, *(_arrow(p, targets) for p, (targets, _) in patterns.items()))
    ref, look = references("inhibition"), lookup.condition("inhibition")
    yield page(
        "inhibition",
        "inhibition.md.j2",
        FILES,
        "What hides what",
        hide="toc",
        searched=False,
        described=graph.described(arrows),
        picture=Markup(PICTURE.split("/")[-1]),
        size=size(graph.svg(arrows)),
        ladder=table(
            ("while this fires", "this is held back", "where"),
            (
                (
                    a.stage.capitalize(),
                    " and ".join(stage for stage, _ in a.targets),
                    "of the same invariant, at the same place",
                )
                for a in LADDER
            ),
        ),
        patterns=table(
            ("while this fires", "this is held back", "where", "invariants"),
            (_row(p, *made, ref, look) for p, made in patterns.items()),
        ),
        rows=table(
            ("invariant", "alert", "hides", "at", "where these are equal"),
            (_detail(a, ref) for a in found),
        ),
        external=list(catalog.prometheus.external_labels),
        file=names.ALERTMANAGER,
    )
    yield Artifact(f"{names.PAGES}/{PICTURE}", graph.svg(arrows))


def _patterns(found: Iterable[Aggregate]) -> dict[Pattern, tuple[Hidden, list[Invariant]]]:
    """Each with all that any of its alerts hides, and their invariants."""
    targets: dict[Pattern, set[tuple[str, StageName]]] = {}
    users: dict[Pattern, list[Invariant]] = {}
    for one in found:
        pattern = Pattern(one.condition.stage, one.condition.kind, not one.labels)
        targets.setdefault(pattern, set()).update(one.targets)
        mine = users.setdefault(pattern, [])
        if one.scope.invariant not in mine[-1:]:
            mine.append(one.scope.invariant)
    order = sorted(users, key=lambda p: (-STAGES.index(p.stage), p.kind, not p.whole))
    worst = {p: sorted(targets[p], key=lambda t: (-STAGES.index(t[1]), t[0])) for p in order}
    return {pattern: (tuple(worst[pattern]), users[pattern]) for pattern in order}


def _arrow(pattern: Pattern, targets: Hidden) -> Arrow:
    return Arrow(
        pattern.stage,
        pattern.kind,
        "at all places" if pattern.whole else "at a part of the places",
        tuple((stage, kind) for kind, stage in targets),
    )


def _row(
    pattern: Pattern, targets: Hidden, mine: list[Invariant], ref: Ref, look: lookup.Look
) -> tuple[object, ...]:
    links = [ref(i.title, f"invariants/{i.name}") for i in mine[:MANY]]
    if len(mine) > MANY:
        links.append(text(f"and {len(mine) - MANY} more, below"))
    return (
        Markup(f"{words.stage_title(pattern.stage)} ") + look(pattern.kind),
        Markup(", ").join(Markup(f"{stage} ") + look(kind) for kind, stage in targets),
        "at all places" if pattern.whole else "at the places that share its labels",
        Markup("<br>").join(links),
    )


def _detail(one: Aggregate, ref: Ref) -> tuple[object, ...]:
    invariant, scope = one.scope.invariant, one.scope
    every = f"every {condition_words.place(invariant.signal.identity)}"
    left_out = ", ".join(words.places(match) for match in scope.excluded)
    at = words.places(scope.match) or (f"{every} but {left_out}" if left_out else every)
    return (
        ref(invariant.title, f"invariants/{invariant.name}"),
        f"{one.condition.stage} {one.condition.kind}",
        ", ".join(f"{stage} {kind}" for kind, stage in one.targets),
        at,
        ", ".join(one.labels) or "none but the invariant",
    )
