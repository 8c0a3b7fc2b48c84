"""Packs from their files. What ships is tested against the schema, so it is not checked here."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from driftbook import strictyaml
from driftbook.packs.shapes import (
    Absent,
    Case,
    Companion,
    Metric,
    Pack,
    PackSignal,
    Parameter,
    Reading,
    Spelling,
    Suggestion,
)

FOLDER = "packs"
SUFFIX = ".yaml"


@cache
def names() -> tuple[str, ...]:
    """The names of all packs, in order; reads no file."""
    entries = (entry.name for entry in (files("driftbook") / FOLDER).iterdir())
    return tuple(sorted(e.removesuffix(SUFFIX) for e in entries if e.endswith(SUFFIX)))


def path(name: str) -> Traversable:
    """The file of a pack."""
    return files("driftbook") / FOLDER / f"{name}{SUFFIX}"


@cache
def load(name: str) -> Pack:
    """A pack by its name. Raises KeyError when there is none."""
    if name not in names():
        raise KeyError(name)
    read = strictyaml.read(path(name).read_bytes())
    if read.data is None or read.faults:
        raise ValueError(f"the pack {name} cannot be read: {read.faults}")
    return made(read.data)


def signal(name: str) -> PackSignal:
    """A signal by its name, `pack/signal`. Raises KeyError when there is none."""
    pack, _, own = name.partition("/")
    return load(pack).signals[own]


def made(data: Mapping[str, Any]) -> Pack:
    """A pack of what its file says."""
    name = data["name"]
    return Pack(
        name=name,
        title=data["title"],
        system=data["system"],
        exporter=data["exporter"],
        versions=data.get("versions", ""),
        verified=data["verified"],
        sources=tuple(data["sources"]),
        config=tuple(data.get("config", ())),
        notes=tuple(data.get("notes", ())),
        signals={key: _signal(name, key, value) for key, value in data["signals"].items()},
        cases=tuple(_case(case) for case in data.get("cases", ())),
        captures=data.get("captures", {}),
    )


def _signal(pack: str, key: str, data: Mapping[str, Any]) -> PackSignal:
    return PackSignal(
        pack=pack,
        id=key,
        title=data["title"],
        property=data["property"],
        metrics=tuple(_metric(m) for m in data["metrics"]),
        unit=data["unit"],
        worse=data["worse"],
        identity=tuple(data["identity"]),
        spellings=_spellings(data),
        together=data.get("together", False),
        versions=data.get("versions", ""),
        expected=data.get("expected", "").strip(),
        supporting=data.get("supporting", {}),
        parameters={
            name: Parameter(name, p["type"], str(p["default"]), p["description"])
            for name, p in data.get("parameters", {}).items()
        },
        absent=Absent(data["absent"]["fault"], data["absent"]["means"]),
        companions=tuple(_companion(pack, c) for c in data.get("companions", ())),
        caveats=tuple(data.get("caveats", ())),
        evidence=data["evidence"],
        unverified=tuple(data.get("unverified", ())),
        source=data["source"],
        suggested={stage: _suggestion(s) for stage, s in data.get("suggested", {}).items()},
    )


def _metric(data: Mapping[str, Any]) -> Metric:
    return Metric(data["name"], data["type"], data.get("unit", ""), tuple(data.get("labels", ())))


def _spellings(data: Mapping[str, Any]) -> tuple[Spelling, ...]:
    if "expr" in data:
        return (Spelling("", data["expr"].strip()),)
    return tuple(Spelling(s["versions"], s["expr"].strip()) for s in data["spellings"])


def _companion(pack: str, data: Mapping[str, Any]) -> Companion:
    signal = data["signal"]
    return Companion(signal if "/" in signal else f"{pack}/{signal}", data["why"])


def _suggestion(data: Mapping[str, Any]) -> Suggestion:
    when = data["when"]
    source = data["source"] if data["source"] != "none" else ""
    return Suggestion(tuple(when) if isinstance(when, list) else when, source, data.get("note", ""))


def _case(data: Mapping[str, Any]) -> Case:
    return Case(
        name=data["name"],
        title=data["title"],
        capture=data.get("capture", ""),
        series=data.get("series", {}),
        at=data.get("at", "10m"),
        every=data.get("every", "1m"),
        version=str(data.get("version", "")),
        signals={
            key: Reading(s["reads"], s["verdict"], s.get("with", {}))
            for key, s in data["signals"].items()
        },
    )
