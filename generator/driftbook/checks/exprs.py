"""The PromQL of a catalog, for the checks that read it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from driftbook.checks.kit import Subject
from driftbook.diagnostics import Path
from driftbook.document import Document
from driftbook.promql import Facts, PromqlError, facts

PARTS: Mapping[tuple[str, ...], str] = {
    ("expr",): "signal",
    ("stale_probability", "histogram"): "histogram",
    ("drift_sample", "mismatches"): "signal",
    ("drift_sample", "checked"): "signal",
}
"""Where PromQL stands below `signal`, in every way of giving it, and its role."""
USED: Path = ("signal", "use", "expr")
"""The place of what a pack says: behind `use`, so that findings about it lead there."""


@dataclass(frozen=True, slots=True)
class Expr:
    """An expression as written. role: signal, expected, counter, histogram, gauge, change or pack.

    A signal that is computed from others has an expression for each part that is written. What a
    pack says has the role `pack`: how it is put is not the author's business.
    """

    document: Document
    path: Path
    text: str
    role: str

    @property
    def facts(self) -> Facts | None:
        """What it says; None when it does not parse, which a check of its own reports."""
        try:
            return facts(self.text)
        except PromqlError:
            return None


@lru_cache(maxsize=1)
def all_of(subject: Subject) -> tuple[Expr, ...]:
    """Every expression of every invariant; many checks ask, so it is gathered once."""
    return tuple(expr for document in subject.of_kind("invariant") for expr in of(document))


def every(subject: Subject) -> Iterator[Expr]:
    """Those of the catalog document besides."""
    yield from all_of(subject)
    for document in subject.of_kind("catalog"):
        yield from of_changes(document)


def of_changes(document: Document) -> Iterator[Expr]:
    """The metrics that mark changes, in their order."""
    for index, change in enumerate(document.data.get("changes", ())):
        yield Expr(document, ("changes", index, "metric"), change["metric"], "change")


def of(document: Document) -> Iterator[Expr]:
    """The expressions of one invariant, the signal first."""
    signal = document.data["signal"]
    if "use" in signal:
        yield Expr(document, USED, signal["expr"], "pack")
    for below, role in PARTS.items() if "use" not in signal else ():
        part: Any = signal
        for key in below:
            part = part.get(key, {})
        if part:
            yield Expr(document, ("signal", *below), part, role)
    if "expected" in signal:
        yield Expr(document, ("signal", "expected"), signal["expected"], "expected")
    for name, supporting in document.data.get("supporting", {}).items():
        path: Path = ("supporting", name, "expr")
        yield Expr(document, path, supporting["expr"], supporting["type"])


def identity(document: Document, index: int) -> Path:
    """Where a label of the identity is written; at `use` where the pack says it."""
    signal = document.data["signal"]
    return USED if "use" in signal else ("signal", "identity", index)


def gauges(document: Document) -> frozenset[str]:
    """Metrics that the invariant itself declares as gauges, under `supporting`."""
    found = set()
    for expr in of(document):
        if expr.role == "gauge" and expr.facts and expr.facts.selector:
            found.add(expr.facts.uses[0].metric)
    return frozenset(found)


def conditions(document: Document) -> Iterator[tuple[Path, str, Mapping[str, Any]]]:
    """Path, stage and text of every condition as written, overrides included."""
    data = document.data
    yield from _of_stages(("stages",), data["stages"])
    for index, override in enumerate(data.get("overrides", ())):
        yield from _of_stages(("overrides", index, "stages"), override["stages"])


def _of_stages(
    path: Path, stages: Mapping[str, Any]
) -> Iterator[tuple[Path, str, Mapping[str, Any]]]:
    for stage, written in stages.items():
        if isinstance(written, list):
            for index, condition in enumerate(written):
                yield (*path, stage, index), stage, condition
        else:
            yield (*path, stage), stage, written
