"""What is known about the catalog and its rules when pages are made; read by the caller."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from driftbook import names
from driftbook.history import History
from driftbook.model import Catalog, Invariant
from driftbook.timeline import Timeline

AFTERWARDS = "links"
"""The check that is made on the built site, so that no page can tell its result."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """digests: path of a rule file -> SHA-256 of its bytes. proof: `rules/proof.json`, or None.

    history: what git knows. pictures: names of a scenario and an invariant -> what promtool makes
    of it, or a text that says why it could not; nothing at all where there are no engines.
    sources: path of a file of the catalog -> its text.
    """

    digests: Mapping[str, str] = field(default_factory=dict)
    proof: Mapping[str, Any] | None = None
    history: History = field(default_factory=History)
    pictures: Mapping[tuple[str, str], Timeline | str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)

    def entry(self, invariant: Invariant) -> Mapping[str, Any] | None:
        """The proof of an invariant, or None."""
        found: Mapping[str, Any] | None = (
            (self.proof or {}).get("invariants", {}).get(invariant.name)
        )
        return found

    def state(self, invariant: Invariant) -> str:
        """`proved`, `partly proved`, `failed`, `out of date` (other rules were proved) or ""."""
        entry = self.entry(invariant)
        if entry is None:
            return ""
        digest = self.digests.get(names.rule_file(invariant))
        if digest is not None and digest != entry["rules"]["sha256"]:
            return "out of date"
        return str(entry["verdict"])

    def tests(self, invariant: Invariant) -> int:
        """How many unit tests the proof counted."""
        entry = self.entry(invariant)
        return int(entry["tests"]["cases"]) if entry else 0

    def engines(self) -> Iterator[tuple[str, str]]:
        """Names and versions of the engines of the proof."""
        yield from (self.proof or {}).get("engines", {}).items()

    def checks(self) -> Iterator[tuple[str, str, str]]:
        """Name, what it says, and verdict of every check that was made before the site."""
        for name, check in (self.proof or {}).get("checks", {}).items():
            if name != AFTERWARDS:
                yield name, check["says"], check["verdict"]

    def counts(self, catalog: Catalog) -> Iterator[tuple[Invariant, str, int, Mapping[str, Any]]]:
        """Invariants with state, number of tests, and counts by stage."""
        for invariant in catalog.compiled():
            entry = self.entry(invariant)
            if entry:
                yield invariant, self.state(invariant), self.tests(invariant), entry["stages"]
