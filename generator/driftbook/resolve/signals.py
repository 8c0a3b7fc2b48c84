"""The signal of an invariant, from every way in which it can be written.

Whatever the notation, what comes out is one plain PromQL expression with its unit and direction;
nothing behind this module asks how it was given. `use` was written out before, in `uses`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from driftbook.checks.unknown_reference import CODE as UNKNOWN_REFERENCE
from driftbook.diagnostics import Diagnostic, Path, Place, Severity, nearest
from driftbook.document import Document
from driftbook.model import Signal, Worse
from driftbook.promql import PromqlError
from driftbook.resolve import modifiers
from driftbook.resolve.references import Resolver, Unresolved


@dataclass(frozen=True, slots=True)
class Given:
    """What a notation stands for: PromQL, and the unit and direction of its value."""

    expr: str
    unit: str
    worse: Worse


def signal(r: Resolver, document: Document) -> Signal:
    """The signal. Raises Unresolved where a name in it leads nowhere, which is reported."""
    data = document.data["signal"]
    given = _given(r, document, data)
    missing = data.get("missing", {})
    return Signal(
        expr=given.expr.strip(),
        unit=given.unit,
        worse=given.worse,
        identity=tuple(data["identity"]),
        expected=data.get("expected", "").strip(),
        missing_not_applicable=missing.get("not_applicable", ""),
        used=data.get("use", ""),
        exporter_version=data.get("exporter_version", ""),
    )


def _given(r: Resolver, document: Document, data: Mapping[str, Any]) -> Given:
    """One branch for each notation."""
    identity = tuple(data["identity"])
    try:
        if "stale_probability" in data:
            expr = modifiers.stale_probability(identity, data["stale_probability"])
            return Given(expr, "ratio", "above")
        if "drift_sample" in data:
            return Given(modifiers.drift_sample(identity, data["drift_sample"]), "ratio", "above")
        if "per_workload" in data:
            written = data["per_workload"]
            counter = _supporting(r, document, ("signal", "per_workload", "rate"), written["rate"])
            expr = modifiers.per_workload(data["expr"], identity, counter, written)
            return Given(expr, "seconds", "above")
    except PromqlError:
        raise Unresolved from None  # a check of its own reports it
    return Given(data["expr"], data["unit"], data["worse"])


def _supporting(r: Resolver, document: Document, path: Path, name: str) -> str:
    """The expression of a supporting signal. Raises Unresolved, which is reported."""
    known = document.data.get("supporting", {})
    if name in known:
        return str(known[name]["expr"])
    expected = nearest(name, known) or "a name under `supporting`"
    message = f'there is no supporting signal "{name}"'
    place = Place(document.file, path)
    r.found.append(Diagnostic(UNKNOWN_REFERENCE, Severity.ERROR, message, place, expected))
    raise Unresolved
