"""A dataset: what it promises, what watches each promise, and what does not."""

from collections.abc import Iterable, Iterator

from markupsafe import Markup

from driftbook.conditions import objective
from driftbook.emit.artifact import Artifact
from driftbook.emit.pages import changes, lookup, words
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.governance import weak
from driftbook.emit.pages.governance.lineage import Lineage
from driftbook.emit.pages.governance.promises import Promise, promises, unpromised, watched
from driftbook.emit.pages.governance.weak import Weakness
from driftbook.emit.pages.listing.alphabet import FILES
from driftbook.emit.pages.listing.rows import Listing, grouped
from driftbook.emit.pages.markdown import code, text
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.procedures import fill_for
from driftbook.emit.pages.related import Ref
from driftbook.emit.pages.sources import source
from driftbook.emit.pages.tables import bullets, table
from driftbook.model import Catalog, Dataset, Invariant

NOTHING = Markup("**nothing**")


def emit(
    catalog: Catalog, evidence: Evidence, weaknesses: Iterable[Weakness]
) -> Iterator[Artifact]:
    """A page each, and their index."""
    invariants = watched(catalog)
    lineage = Lineage(catalog)
    by_page = grouped(weaknesses, lambda w: w.page)
    retired: dict[str, list[Invariant]] = {name: [] for name in catalog.datasets}
    for _, invariant in sorted(catalog.invariants.items()):
        if invariant.lifecycle == "retired":
            retired[invariant.dataset.name].append(invariant)
    for name, dataset in sorted(catalog.datasets.items()):
        ever = (*invariants[name], *retired[name])
        yield _dataset(catalog, evidence, dataset, invariants[name], ever, lineage, by_page)
    yield _index(catalog, invariants)


def _dataset(
    catalog: Catalog,
    evidence: Evidence,
    dataset: Dataset,
    invariants: tuple[Invariant, ...],
    ever: tuple[Invariant, ...],
    lineage: Lineage,
    weaknesses: dict[str, list[Weakness]],
) -> Artifact:
    """ever: what watches it, then what did."""
    place = f"datasets/{dataset.name}"
    ref = references(place)
    made = promises(dataset, invariants)
    mine = [w for at in _pages(dataset, invariants) for w in weaknesses.get(at, ())]
    return page(
        place,
        "dataset.md.j2",
        dataset.origin.file,
        dataset.title,
        found_by=(dataset.name,),
        dataset=dataset,
        format=lookup.kind(place)("dataset"),
        contract=_contract(made),
        watchers=_watchers(made, ref),
        gaps=[words.QUESTIONS[p.question] for p in made if p.state == "gap"],
        unknown=[words.QUESTIONS[p.question] for p in made if p.state == "unknown"],
        unpromised=[_watcher(i, ref) for i in unpromised(invariants)],
        invariants=Listing(catalog, evidence, place).full(invariants, owner=False),
        objectives=[
            ref(i.title, f"invariants/{i.name}", "thresholds")
            + Markup(": ")
            + text(objective.explained(i, i.slo))
            for i in invariants
            if i.slo
        ],
        upstream=lineage.before(dataset.name, ref),
        downstream=lineage.after(dataset.name, ref),
        procedures=_procedures(invariants, ref),
        history=changes.of(catalog, evidence.history, "dataset", dataset),
        since=changes.since(catalog, evidence.history, ever, ref),
        weak=weak.listed(mine, place),
        source=source(catalog, dataset.origin.file),
    )


def _pages(dataset: Dataset, invariants: Iterable[Invariant]) -> Iterator[str]:
    yield f"datasets/{dataset.name}"
    for invariant in invariants:
        yield f"invariants/{invariant.name}"


def _contract(made: Iterable[Promise]) -> Markup:
    return table(
        ("question", "answer", "watched by"),
        ((words.QUESTIONS[p.question], _answer(p), _watched(p)) for p in made),
    )


def _answer(promise: Promise) -> Markup:
    """In words; a key as code, which wraps on a phone."""
    said = words.answer(promise.question, promise.answer)
    given = promise.question == "tracing_key" and promise.answer.value is not None
    return code(said) if given else text(said)


def _watchers(made: Iterable[Promise], ref: Ref) -> Markup:
    """What watches each promise, with the property by which it does."""
    lines = []
    for promise in made:
        if promise.watchers:
            lines.append(Markup("-   ") + text(words.QUESTIONS[promise.question]))
            lines.append(Markup(""))
            lines += [Markup("    -   ") + _watcher(i, ref) for i in promise.watchers]
    return Markup("\n").join(lines)


def _watcher(invariant: Invariant, ref: Ref) -> Markup:
    link = ref(invariant.title, f"invariants/{invariant.name}")
    return link + Markup(", ") + ref(invariant.property, "properties", invariant.property)


def _watched(promise: Promise) -> Markup:
    """By how many; or why by none."""
    if promise.watchers:
        count = len(promise.watchers)
        return text(f"{count} invariant{'' if count == 1 else 's'}")
    because = {
        "gap": NOTHING,
        "unknown": Markup("nobody knows what to watch"),
        "not applicable": Markup("nothing, and nothing has to"),
        "not promised": Markup("nothing, as nothing is promised"),
        "fact": Markup("a fact, not a promise"),
    }
    return because[promise.state]


def _procedures(invariants: Iterable[Invariant], ref: Ref) -> Markup:
    """Runbooks and remediations of its invariants, each once."""
    users: dict[tuple[str, str], list[Invariant]] = {}
    for i in invariants:
        users.setdefault(("runbooks", i.runbook.name), []).append(i)
        if i.remediation:
            users.setdefault(("remediations", i.remediation.name), []).append(i)
    rows = []
    for (folder, name), mine in sorted(
        users.items(), key=lambda u: (u[0][0] == "remediations", u[0][1])
    ):
        what = mine[0].runbook if folder == "runbooks" else mine[0].remediation
        assert what is not None
        title = fill_for(mine)(what.title)
        kind = Markup("Runbook ") if folder == "runbooks" else Markup("Remediation ")
        count = f"{len(mine)} invariant{'' if len(mine) == 1 else 's'}"
        rows.append(kind + ref(title, f"{folder}/{name}") + Markup(f", for {count}"))
    return bullets(rows)


def _index(catalog: Catalog, invariants: dict[str, tuple[Invariant, ...]]) -> Artifact:
    ref = references("datasets")
    rows = []
    for name, d in sorted(catalog.datasets.items()):
        states = [p.state for p in promises(d, invariants[name])]
        rows.append(
            (
                ref(d.title, f"datasets/{name}"),
                d.tier,
                d.service,
                d.store,
                d.owner.title,
                len(invariants[name]),
                states.count("gap"),
                states.count("unknown"),
            )
        )
    columns = (
        "dataset",
        "tier",
        "service",
        "store",
        "owner",
        "invariants",
        "gaps",
        "open questions",
    )
    return page(
        "datasets",
        "index.md.j2",
        FILES,
        "Datasets",
        hide="toc",
        intro="What each dataset promises its readers, and what watches it. A gap is a promise "
        "that nothing watches; an open question is one that its contract does not answer.",
        sections=[{"rows": table(columns, rows)}],
    )
