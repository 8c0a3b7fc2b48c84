"""The signal of an invariant, from every way in which it can be written.

Whatever the notation, what comes out is one plain PromQL expression with its unit and direction;
nothing behind this module asks how it was given.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from driftbook.document import Document
from driftbook.model import Signal, Worse
from driftbook.resolve.references import Resolver


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
    )


def _given(r: Resolver, document: Document, data: Mapping[str, Any]) -> Given:
    """One branch for each notation."""
    return Given(data["expr"], data["unit"], data["worse"])
