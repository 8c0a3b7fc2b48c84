"""The history of a catalog as values. Everything in it was written by people: escape it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from driftbook.model import Catalog

Key = tuple[str, str]
"""Kind and name of a definition: `("invariant", "cart-replication-lag")`."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one commit did to one definition.

    place: of the commit in the log, 0 is the newest. date: `YYYY-MM-DD`, of the committer. why: the
    first line of the message. what: in words, such as `late above: 25 s → 30 s`.
    """

    place: int
    commit: str
    date: str
    author: str
    why: str
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A change with what it is about. gone: the catalog has no such definition any more."""

    kind: str
    name: str
    change: Change
    gone: bool


@dataclass(frozen=True, slots=True)
class History:
    """changes: newest first. begins: the date before which this copy of the repository knows
    nothing, or "" where it knows all. lacking: why nothing is known at all, or "".
    """

    changes: Mapping[Key, tuple[Change, ...]] = field(default_factory=dict)
    begins: str = ""
    lacking: str = ""

    def of(self, kind: str, name: str) -> tuple[Change, ...]:
        """The changes of a definition, newest first; () where none is known."""
        return self.changes.get((kind, name), ())

    def recent(self, catalog: Catalog, most: int) -> tuple[Entry, ...]:
        """The latest changes of all definitions, newest first; those of one commit by name."""
        known = {
            "team": catalog.teams,
            "dataset": catalog.datasets,
            "invariant": catalog.invariants,
            "runbook": catalog.runbooks,
            "remediation": catalog.remediations,
            "scenario": catalog.scenarios,
        }
        found = [
            Entry(kind, name, change, name not in known.get(kind, (name,)))
            for (kind, name), changes in self.changes.items()
            for change in changes
        ]
        return tuple(sorted(found, key=lambda e: (e.change.place, e.kind, e.name))[:most])
