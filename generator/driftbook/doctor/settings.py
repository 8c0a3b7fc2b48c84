"""Versions and the settings that rules and routes rely on."""

from collections.abc import Iterator

from driftbook import names
from driftbook.doctor.finding import Finding
from driftbook.doctor.subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    """The version of Prometheus, its external labels, and whether it finds an Alertmanager."""
    yield from _version(subject)
    yield from _labels(subject)
    answer = subject.prometheus.json("/api/v1/alertmanagers")
    if not answer["data"]["activeAlertmanagers"]:
        message = "Prometheus sends its alerts to no Alertmanager"
        todo = "name one below `alerting: alertmanagers:` of its configuration"
        yield Finding("error", "settings", "alerting", message, todo, passing=True)


def _version(subject: Subject) -> Iterator[Finding]:
    needed = subject.catalog.prometheus.version
    if (found := numbers(subject.version)) and found < needed:
        written = ".".join(map(str, needed))
        message = f"Prometheus is {subject.version}, the catalog is compiled for {written}"
        todo = "state the older one as `prometheus.version` in the catalog, or upgrade"
        yield Finding("error", "settings", "version", message, todo)


def numbers(version: str) -> tuple[int, ...]:
    """`2.42.0+ds` -> (2, 42); () where it is none."""
    try:
        return tuple(int(part) for part in version.split(".")[:2])
    except ValueError:
        return ()


def _labels(subject: Subject) -> Iterator[Finding]:
    """Alerts get the external labels; inhibition and grouping count on those that are stated."""
    found = set((subject.config.get("global") or {}).get("external_labels") or {})
    stated = set(subject.catalog.prometheus.external_labels)
    for label in sorted(stated - found):
        message = f'Prometheus has no external label "{label}", which the catalog states'
        todo = f"set `global: external_labels: {label}: …` there, or take it out of the catalog"
        yield Finding("error", "settings", label, message, todo)
    for label in sorted(found & names.RESERVED_LABELS):
        message = f'the external label "{label}" overwrites a label of the alerts'
        yield Finding("error", "settings", label, message, "give that external label another name")
    for label in sorted(found - stated - names.RESERVED_LABELS):
        message = f'the external label "{label}" is not stated in the catalog'
        todo = "add it to `prometheus.external_labels`: else alerts of two servers hide each other"
        yield Finding("warning", "settings", label, message, todo)
