"""Dataset by property: what is watched, and where a contract promises what nothing watches."""

from collections.abc import Iterator

from markupsafe import Markup

from driftbook.emit.artifact import Artifact
from driftbook.emit.pages import words
from driftbook.emit.pages.governance.promises import WATCHED_BY, State, promises, watched
from driftbook.emit.pages.listing.alphabet import FILES
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.related import Ref
from driftbook.emit.pages.tables import table
from driftbook.model import Catalog, Dataset, Invariant

GAP, GAP_TIER_1, APART, UNKNOWN, OTHERWISE = "gap", "**GAP**", "n/a", "?", "·"
LEGEND = (
    ("3", "So many invariants watch it."),
    (GAP, "The contract promises it, and nothing watches it."),
    (GAP_TIER_1, "The same on tier 1: losing this data hurts the business now."),
    (UNKNOWN, "The contract has no answer yet."),
    (APART, "The contract says that it does not apply, or promises nothing of it."),
    (OTHERWISE, "Not asked by a contract, or watched by another property; nothing is missing."),
)
_QUESTION = {name: q for q, properties in WATCHED_BY.items() for name in properties}
_FIRST = {properties[0] for properties in WATCHED_BY.values() if properties}
"""Where a promise can be watched by several properties, its gap is marked once, at the first."""
_Row = tuple[Dataset, dict[str, State], tuple[Invariant, ...]]


def emit(catalog: Catalog) -> Iterator[Artifact]:
    """The matrix."""
    ref = references("coverage")
    invariants = watched(catalog)
    rows: list[_Row] = [
        (
            dataset,
            {p.question: p.state for p in promises(dataset, invariants[name])},
            invariants[name],
        )
        for name, dataset in sorted(catalog.datasets.items(), key=lambda d: (d[1].tier, d[0]))
    ]
    properties = [p for p in words.PROPERTIES if _shown(p, rows)]
    head = ["dataset", "tier", *(ref(p, "properties", p) for p in properties)]
    gaps = [(d, s) for d, states, _ in rows for s in states.values() if s == "gap"]
    yield page(
        "coverage",
        "coverage.md.j2",
        FILES,
        "Coverage",
        hide="toc",
        searched=False,
        legend=table(("mark", "means"), ((_mark(m), t) for m, t in LEGEND)),
        matrix=table(head, (_row(row, properties, ref) for row in rows)),
        gaps=len(gaps),
        urgent=sum(d.tier == 1 for d, _ in gaps),
        datasets=len(rows),
        unused=[ref(p, "properties", p) for p in words.PROPERTIES if p not in properties],
    )


def _shown(name: str, rows: list[_Row]) -> bool:
    """A column is worth its room where something is watched, or should be."""
    question = _QUESTION.get(name, "")
    return any(
        (states.get(question) == "gap" and name in _FIRST)
        or any(i.property == name for i in invariants)
        for _, states, invariants in rows
    )


def _row(row: _Row, properties: list[str], ref: Ref) -> list[object]:
    dataset, states, invariants = row
    cells = [_cell(dataset, name, states, invariants, ref) for name in properties]
    return [ref(dataset.title, f"datasets/{dataset.name}"), dataset.tier, *cells]


def _cell(
    dataset: Dataset,
    name: str,
    states: dict[str, State],
    invariants: tuple[Invariant, ...],
    ref: Ref,
) -> Markup:
    mine = [i for i in invariants if i.property == name]
    if len(mine) == 1:
        return Markup(ref("1", f"invariants/{mine[0].name}"))
    if mine:
        return Markup(ref(str(len(mine)), f"datasets/{dataset.name}", "invariants"))
    state = states.get(_QUESTION.get(name, ""))
    if state == "gap" and name in _FIRST:
        return _mark(GAP_TIER_1 if dataset.tier == 1 else GAP)
    marks = {"unknown": UNKNOWN, "not applicable": APART, "not promised": APART}
    return _mark(marks.get(state or "", OTHERWISE))


def _mark(mark: str) -> Markup:
    """Marks are ours; the only Markdown in them is emphasis."""
    return Markup(mark)
