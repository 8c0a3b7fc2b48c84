"""One file of a catalog, read strictly: plain data, and what is needed to speak of its places."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from driftbook.diagnostics import Path

KINDS = ("catalog", "team", "dataset", "invariant", "runbook", "remediation", "scenario")


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a known kind.

    file: path from the project's root, with `/`. data: dict, list, str, int, float, bool, None.
    digest: SHA-256 of the file's bytes. folded: paths of the scalars written with `>`, which
    would lose the line breaks that positions inside PromQL count on.
    """

    file: str
    kind: str
    data: Mapping[str, Any]
    digest: str
    folded: frozenset[Path] = frozenset()

    @property
    def name(self) -> str:
        """Its `name`, or "" (a catalog has none; a wrong type is found by the schema)."""
        name = self.data.get("name")
        return name if isinstance(name, str) else ""
