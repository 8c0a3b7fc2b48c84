"""`catalog.json`: the whole model, with references by name and numbers in base units.

Times are in seconds, and say so in their names; bounds and other parameters of a condition are in
the unit of the signal, its times in seconds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from driftbook import conditions, names
from driftbook.conditions.scope import Scope, scopes
from driftbook.emit.exports import people
from driftbook.model import STAGES, Catalog, Condition, Invariant

VERSION = 1


def exported(catalog: Catalog, digests: Mapping[str, str]) -> dict[str, Any]:
    """The whole document. digests: path of a rule file -> SHA-256 of its bytes."""
    return {
        "$schema": "https://driftbook.dev/schema/catalog-export.schema.json",
        "version": VERSION,
        "title": catalog.title,
        "site_url": catalog.site_url,
        "repo_url": catalog.repo_url,
        "source": catalog.origin.file,
        "prometheus": {
            "version": ".".join(map(str, catalog.prometheus.version)),
            "scrape_interval_seconds": catalog.prometheus.scrape_interval,
            "evaluation_interval_seconds": catalog.prometheus.evaluation_interval,
            "external_labels": list(catalog.prometheus.external_labels),
        },
        "alertmanager": {"version": ".".join(map(str, catalog.alertmanager.version))},
        "stages": {
            s: {"severity": p.severity, "notify": p.notify, "repeat_seconds": p.repeat}
            for s, p in ((s, catalog.stages[s]) for s in STAGES)
        },
        "time_intervals": {
            name: {"days": list(t.days), "times": list(t.times), "location": t.location}
            for name, t in sorted(catalog.time_intervals.items())
        },
        **people.exported(catalog),
        "invariants": {
            name: _invariant(catalog, invariant, digests)
            for name, invariant in sorted(catalog.invariants.items())
        },
    }


def _invariant(
    catalog: Catalog, invariant: Invariant, digests: Mapping[str, str]
) -> dict[str, Any]:
    live = invariant.lifecycle != "retired"
    file = names.rule_file(invariant)
    return {
        "title": invariant.title,
        "alert": names.alert(invariant.name),
        "page": names.page(invariant.name),
        "source": invariant.origin.file,
        "lifecycle": invariant.lifecycle,
        "successor": invariant.successor,
        "retired": _values(invariant.retired) if invariant.retired else None,
        "renamed_from": list(invariant.renamed_from),
        "property": invariant.property,
        "dataset": invariant.dataset.name,
        "service": invariant.service,
        "owner": invariant.owner.name,
        "tier": invariant.tier,
        "impact": invariant.impact.strip(),
        "description": invariant.description.strip(),
        "signal": _signal(invariant),
        "supporting": {
            name: {"expr": s.expr.strip(), "type": s.type}
            for name, s in sorted(invariant.supporting.items())
        },
        "conditions": list(_conditions(catalog, invariant)) if live else [],
        "overrides": [
            {"match": dict(o.match), "stages": sorted(o.stages, key=STAGES.index)}
            | {"reason": o.reason}
            for o in invariant.overrides
        ],
        "objective": _values(invariant.slo) if invariant.slo else None,
        "runbook": invariant.runbook.name,
        "remediation": invariant.remediation.name if invariant.remediation else "",
        "scenarios": [s.name for s in catalog.scenarios_of.get(invariant.name, ())],
        "rules": {"file": file, "sha256": digests.get(file, "")} if live else None,
    }


def _signal(invariant: Invariant) -> dict[str, Any]:
    signal = invariant.signal
    return {
        "expr": signal.expr.strip(),
        "unit": signal.unit,
        "worse": signal.worse,
        "identity": list(signal.identity),
        "expected": signal.expected.strip(),
        "missing_not_applicable": signal.missing_not_applicable,
        "pack": signal.used,
    }


def _conditions(catalog: Catalog, invariant: Invariant) -> Iterator[dict[str, Any]]:
    for condition, scope in scopes(invariant, catalog.prometheus):
        yield _condition(invariant, condition, scope)


def _condition(invariant: Invariant, condition: Condition, scope: Scope) -> dict[str, Any]:
    return {
        "stage": condition.stage,
        "condition": condition.kind,
        "says": conditions.of(condition).sentence(condition, invariant),
        "match": dict(scope.match),
        "bound": getattr(condition.params, "bound", None),
        "unit": invariant.signal.unit,
        "for_seconds": condition.hold,
        "keep_firing_for_seconds": condition.keep,
        "parameters": _values(condition.params),
    }


def _values(value: Any) -> Any:
    """Dataclasses and tuples as JSON has them."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _values(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _values(inner) for key, inner in value.items()}
    if isinstance(value, Sequence | frozenset) and not isinstance(value, str):
        return [
            _values(inner) for inner in (sorted(value) if isinstance(value, frozenset) else value)
        ]
    return value
