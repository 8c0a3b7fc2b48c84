"""Small catalogs for tests: the clean one that the checks' examples edit, and hostile versions."""

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from driftbook import pipeline
from driftbook.checks.example import FILES
from driftbook.emit import pages, rules
from driftbook.emit.artifact import Artifact
from driftbook.model import Catalog

ROOT = Path(__file__).resolve().parent.parent
KEPT = frozenset(
    [
        "name",
        "kind",
        "stage",
        "property",
        "lifecycle",
        "unit",
        "worse",
        "identity",
        "severity",
        "notify",
        "runbook",
        "dataset",
        "owner",
        "service",
        "store",
        "strategy",
        "approval",
        "at",
        "site_url",
        "repo_url",
        "evaluation_interval",
        "id",
        "type",
        "direction",
        "version",
        "derived_from",
        "successor",
        "renamed_from",
        "condition",
        "invariant",
        "invariants",
        "links",
        "alertmanager",
        "external_labels",
        "params",
        "base",
        "location",
        "days",
        "times",
        "expr",
        "expected",
        "selector",
        "service_label",
        "ref_label",
        "time",
        "services",
        "used",
        "exporter_version",
    ]
)
"""Fields that are references or have a notation of their own; the rest is free text."""


def write_files(root: Path, files: Mapping[str, str]) -> Path:
    """Writes files below a folder."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def example(root: Path, **changes: str) -> Catalog:
    """The checks' example catalog, compiled; changes: text that replaces another."""
    files = dict(FILES)
    for name, text in files.items():
        for old, new in changes.items():
            text = text.replace(old, new)
        files[name] = text
    return compiled(write_files(root, files))


def compiled(root: Path) -> Catalog:
    """The catalog below a folder, which must be clean."""
    checked = pipeline.check(root)
    assert checked.catalog is not None
    assert checked.ok, checked.diagnostics
    return checked.catalog


def site_pages(catalog: Catalog) -> dict[str, Artifact]:
    """Every page by its path below `site/pages`."""
    digests = {a.path: hashlib.sha256(a.text.encode()).hexdigest() for a in rules.emit(catalog)}
    made = list(pages.emit(catalog, pages.Evidence(digests)))
    found = {a.path.removeprefix("site/pages/"): a for a in made}
    assert len(found) == len(made), "two pages share a path"
    return found


def hostile(value: Any, payload: str) -> Any:
    """The value with a payload in every free text below it, past what the checks would refuse."""
    if isinstance(value, str):
        return f"{value} {payload}" if value else value
    if is_dataclass(value) and not isinstance(value, type):
        every = {f.name: getattr(value, f.name) for f in fields(value)}
        free = {k: v for k, v in every.items() if k not in KEPT or is_dataclass(v)}
        free.pop("params", None)
        return replace(value, **{k: hostile(v, payload) for k, v in free.items()})
    if isinstance(value, Mapping):
        return {key: hostile(inner, payload) for key, inner in value.items()}
    if isinstance(value, tuple):
        return tuple(hostile(inner, payload) for inner in value)
    return value
