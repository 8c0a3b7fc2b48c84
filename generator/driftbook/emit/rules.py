"""Prometheus rule files: one group per invariant, in a file of its own, and the watchdog."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from driftbook import names
from driftbook.alerts import Alert, alerts, recordings
from driftbook.emit import yamltext
from driftbook.emit.artifact import Artifact
from driftbook.forks import Mapped
from driftbook.model import STAGES, Catalog, Invariant
from driftbook.units import duration


def emit(catalog: Catalog) -> Iterator[Artifact]:
    """The watchdog's file, and one for each invariant that has rules."""
    yield watchdog(catalog)
    for invariant in catalog.compiled():
        yield rule_file(catalog, invariant, alerts(catalog, invariant))


def digests(
    catalog: Catalog, invariants: Sequence[Invariant], mapped: Mapped = map
) -> dict[str, str]:
    """Path of a rule file -> SHA-256 of its bytes, as it would be compiled now."""

    def digest(invariant: Invariant) -> str:
        artifact = rule_file(catalog, invariant, alerts(catalog, invariant))
        return hashlib.sha256(artifact.text.encode()).hexdigest()

    files = map(names.rule_file, invariants)
    return dict(zip(files, mapped(digest, invariants), strict=True))


def rule_file(catalog: Catalog, invariant: Invariant, plan: Sequence[Alert]) -> Artifact:
    """The rules of one invariant, whose alerts are the plan, the worst stage first.

    Prometheus tells Alertmanager in the order of the rules. After a restart Alertmanager tells an
    old alert at once, without `group_wait`, so what hides it has to be there before.
    """
    rules: list[dict[str, Any]] = [
        {"record": r.record, "expr": r.expr, "labels": r.labels}
        for r in recordings(catalog, invariant)
    ]
    for alert in sorted(plan, key=lambda a: STAGES.index(a.condition.stage), reverse=True):
        rule: dict[str, Any] = {"alert": alert.name, "expr": alert.expr}
        if alert.hold:
            rule["for"] = duration(alert.hold)
        if alert.keep:
            rule["keep_firing_for"] = duration(alert.keep)
        rules.append({**rule, "labels": alert.labels, "annotations": alert.annotations})
    return _file(
        catalog, names.rule_file(invariant), names.group(invariant), rules, invariant.origin.file
    )


WATCHDOG_LABELS = {"severity": "none"}
WATCHDOG_ANNOTATIONS = {
    "summary": "The pipeline of drift alerts works.",
    "description": "This alert always fires. Its receiver warns when it stops arriving: then "
    "Prometheus, Alertmanager or the way between them is down, and no drift alert can arrive.",
}


def watchdog(catalog: Catalog) -> Artifact:
    """The alert that always fires."""
    rule = {
        "alert": names.WATCHDOG,
        "expr": "vector(1)",
        "labels": WATCHDOG_LABELS,
        "annotations": WATCHDOG_ANNOTATIONS,
    }
    group = "driftbook:watchdog"
    return _file(catalog, names.WATCHDOG_RULES, group, [rule], catalog.origin.file)


def _file(
    catalog: Catalog, path: str, group: str, rules: list[dict[str, Any]], source: str
) -> Artifact:
    interval = duration(catalog.prometheus.evaluation_interval)
    body = {"groups": [{"name": group, "interval": interval, "rules": rules}]}
    return Artifact(path, f"# {names.header(source)}\n{yamltext.dump(body)}")
