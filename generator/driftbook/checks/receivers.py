"""Receivers of a catalog, for the checks that read them."""

from collections.abc import Iterator, Mapping
from typing import Any

from driftbook.checks.kit import Subject
from driftbook.diagnostics import Path

Block = tuple[str, Path, Mapping[str, Any]]


def blocks(subject: Subject, base: bool = True) -> Iterator[Block]:
    """File, path and content of every integration of every receiver; of the base's where asked."""
    for document in subject.of_kind("team"):
        for stage, receiver in document.data["receivers"].items():
            yield from _of(document.file, ("receivers", stage), receiver)
    catalog = subject.catalog
    watchdog: Path = ("alertmanager", "watchdog")
    yield from _of(catalog.origin.file, watchdog, catalog.alertmanager.watchdog)
    receivers = catalog.alertmanager.base.get("receivers", []) if base else []
    for index, receiver in enumerate(receivers if isinstance(receivers, list) else ()):
        if isinstance(receiver, dict):
            yield from _of(subject.base_file, ("receivers", index), receiver)


def _of(file: str, path: Path, receiver: Mapping[str, Any]) -> Iterator[Block]:
    for integration, listed in receiver.items():
        for index, block in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(block, dict):
                yield file, (*path, integration, index), block
