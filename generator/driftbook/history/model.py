"""The history of a catalog as values. Everything in it was written by people: escape it."""

from collections.abc import Iterable, Mapping
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

    def since(self, kind: str, name: str, key: str = "") -> Change | None:
        """The change by which a definition is in force as it is: the last that added it, made it
        active, or gave `key` another value. None where no commit that is known did.
        """
        marks = ("added", "lifecycle: ", *([f"{key}: "] if key else []))
        for change in self.of(kind, name):
            if any(words.startswith(marks) for words in change.what):
                return change
        return None

    def recent(
        self, catalog: Catalog, most: int, only: Iterable[Key] | None = None
    ) -> tuple[Entry, ...]:
        """The latest changes of all definitions, or of some, newest first; those of one commit by
        name.
        """
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
            for kind, name in (self.changes if only is None else only)
            for change in self.of(kind, name)[:most]
        ]
        return tuple(sorted(found, key=lambda e: (e.change.place, e.kind, e.name))[:most])
