"""Scenarios and what they expect."""

from collections.abc import Mapping
from typing import Any

from driftbook.document import Document
from driftbook.model import Expectation, Note, Scenario
from driftbook.resolve.references import Resolver, Unresolved, origin, refer
from driftbook.units import seconds


def scenario(r: Resolver, document: Document) -> Scenario:
    data = document.data
    for index, _ in enumerate(data["invariants"]):
        try:
            refer(r, document, "invariant", {}, ("invariants", index))
        except Unresolved:
            continue
    samples = data.get("samples", "")
    return Scenario(
        name=data["name"],
        title=data.get("title", data["name"].replace("-", " ").capitalize()),
        invariants=tuple(data["invariants"]),
        every=seconds(data["every"]),
        series={**r.recordings.get(document.file, {}), **data.get("series", {})},
        samples=samples,
        expect=tuple(_expectation(e) for e in data["expect"]),
        notes=tuple(Note(seconds(n["at"]), n["text"]) for n in data.get("notes", ())),
        origin=origin(document),
    )


def _expectation(data: Mapping[str, Any]) -> Expectation:
    return Expectation(
        seconds(data["at"]),
        data.get("invariant", ""),
        data.get("stage"),
        data.get("condition", ""),
        data.get("labels", {}),
        data.get("firing", True),
    )
