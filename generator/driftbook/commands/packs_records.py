"""Packs and their signals as plain records: what `--format json` prints, in a stable shape."""

import math
from collections.abc import Iterable
from typing import Any

from driftbook.packs import Pack, PackSignal, paste
from driftbook.trial.reading import Reading, invariant


def listed(pack: Pack, signals: Iterable[PackSignal]) -> dict[str, Any]:
    """A pack with the names of signals."""
    return {
        "name": pack.name,
        "title": pack.title,
        "system": pack.system,
        "exporter": pack.exporter,
        "versions": pack.versions or None,
        "signals": [signal.name for signal in signals],
    }


def shown(pack: Pack) -> dict[str, Any]:
    """A pack with all that it says."""
    return {
        **listed(pack, ()),
        "verified": pack.verified,
        "config": list(pack.config),
        "notes": list(pack.notes),
        "sources": list(pack.sources),
        "signals": [signal(s) for s in pack.signals.values()],
    }


def signal(s: PackSignal) -> dict[str, Any]:
    """A signal with all that its pack says."""
    return {
        "name": s.name,
        "title": s.title,
        "property": s.property,
        "unit": s.unit,
        "worse": s.worse,
        "identity": list(s.identity),
        "metrics": [{"name": m.name, "type": m.type, "labels": list(m.labels)} for m in s.metrics],
        "expressions": [{"versions": e.versions or None, "expr": e.expr} for e in s.spellings],
        "versions": s.versions or None,
        "parameters": [
            {"name": p.name, "type": p.type, "default": p.default, "description": p.description}
            for p in s.parameters.values()
        ],
        "caveats": list(s.caveats),
        "unverified": list(s.unverified),
        "companions": [{"signal": c.signal, "why": c.why} for c in s.companions],
        "absent": {"fault": s.absent.fault, "means": s.absent.means},
        "source": s.source,
        "invariant": paste.invariant(s),
    }


def tried(reading: Reading, dataset: str, runbook: str) -> dict[str, Any]:
    """What a signal reads; values are numbers, or NaN, +Inf and -Inf as text."""
    return {
        "name": reading.signal.name,
        "title": reading.signal.title,
        "unit": reading.signal.unit,
        "worse": reading.signal.worse,
        "fed": reading.fed,
        "lacks": list(reading.lacks),
        "over_time": reading.spans,
        "reads": [{"labels": la, "value": _number(value)} for la, value in reading.samples],
        "refused": reading.refused or None,
        "companions": [c.signal for c in reading.signal.companions],
        "invariant": invariant(reading, dataset, runbook) if reading.fed else None,
    }


def _number(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else f"{value:+}".title()
