"""What a contract promises, and which invariants can tell when it is broken."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from driftbook.model import Answer, Catalog, Dataset, Invariant

State = Literal["watched", "gap", "not promised", "not applicable", "unknown", "fact"]

WATCHED_BY: dict[str, tuple[str, ...]] = {
    "max_staleness": ("bounded-staleness", "propagation", "heartbeat", "error-budget"),
    "read_your_writes": ("read-your-writes", "consistency-level"),
    "monotonic_reads": ("monotonic-reads",),
    "conflict_resolution": ("conflict-rate", "lost-updates"),
    "idempotent_writes": ("idempotency",),
    "tracing_key": (),
    "reconciliation": ("convergence", "repair-success", "saga-completion"),
}
"""The properties that tell when an answer of a contract does not hold; none for what is a fact."""


@dataclass(frozen=True, slots=True)
class Promise:
    """An answer of a contract. watchers: invariants that tell when it is broken."""

    question: str
    answer: Answer
    state: State
    watchers: tuple[Invariant, ...] = ()


def promises(dataset: Dataset, invariants: Iterable[Invariant]) -> tuple[Promise, ...]:
    """Every question with what watches the answer; invariants: those of the dataset."""
    mine = tuple(invariants)
    return tuple(_promise(dataset, question, mine) for question in WATCHED_BY)


def _promise(dataset: Dataset, question: str, invariants: tuple[Invariant, ...]) -> Promise:
    answer = dataset.contract.get(question, Answer())
    watchers = tuple(i for i in invariants if i.property in WATCHED_BY[question])
    return Promise(question, answer, _state(question, answer, watchers), watchers)


def _state(question: str, answer: Answer, watchers: tuple[Invariant, ...]) -> State:
    if answer.not_applicable:
        return "not applicable"
    if answer.unknown:
        return "unknown"
    if not WATCHED_BY[question]:
        return "fact"
    if watchers:
        return "watched"
    return "not promised" if answer.value in (False, "none") else "gap"


def watched(catalog: Catalog) -> dict[str, tuple[Invariant, ...]]:
    """The invariants of each dataset that somebody is told of, by the dataset's name."""
    found: dict[str, list[Invariant]] = {name: [] for name in catalog.datasets}
    for invariant in catalog.compiled():
        found[invariant.dataset.name].append(invariant)
    return {name: tuple(mine) for name, mine in found.items()}


def unpromised(invariants: Iterable[Invariant]) -> Iterator[Invariant]:
    """Invariants that watch what no question of a contract asks for."""
    asked = {name for properties in WATCHED_BY.values() for name in properties}
    return (i for i in invariants if i.property not in asked)
