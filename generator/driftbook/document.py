"""One file of a catalog, read strictly: plain data, and what is needed to speak of its places."""

import posixpath
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


def base_file(document: Document) -> str:
    """The Alertmanager configuration that a catalog names, from the root; or ""."""
    alertmanager = document.data.get("alertmanager")
    base = alertmanager.get("base") if isinstance(alertmanager, dict) else None
    if document.kind != "catalog" or not isinstance(base, str) or not base:
        return ""
    return posixpath.normpath(posixpath.join(posixpath.dirname(document.file), base))
