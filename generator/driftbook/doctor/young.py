"""What a server says of its start: right after it, much is missing that comes by itself."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from driftbook.deploy.http import Client
from driftbook.doctor.subject import Subject
from driftbook.errors import FatalError

EVALUATIONS = 2
"""So many times a rule is to be evaluated before what it raises can be counted on."""
RESEND = 60.0
"""Seconds after which Prometheus tells an alert again that has not changed: its resend delay."""


def note(subject: Subject) -> str:
    """Who started, or read its files again, so lately that a finding may pass; "" for nobody."""
    return "; ".join(_notes(subject))


def _notes(subject: Subject) -> Iterator[str]:
    interval = subject.catalog.prometheus.evaluation_interval
    info = _asked(subject.prometheus, "/api/v1/status/runtimeinfo").get("data") or {}
    for key, what in (("startTime", "started"), ("lastConfigTime", "read its configuration")):
        age = _age(info.get(key))
        if age is not None and age < EVALUATIONS * interval:
            yield f"Prometheus {what} {age:.0f} s ago and evaluates every {interval:g} s"
            break
    if subject.alertmanager:
        age = _age(_asked(subject.alertmanager, "/api/v2/status").get("uptime"))
        if age is not None and age < RESEND + interval:
            yield (
                f"Alertmanager started {age:.0f} s ago, and Prometheus tells it again every "
                f"{RESEND:g} s"
            )


def _asked(client: Client, path: str) -> dict[str, Any]:
    try:
        answer = client.json(path)
    except FatalError:  # it is only for a hint
        return {}
    return answer if isinstance(answer, dict) else {}


def _age(written: object) -> float | None:
    """Seconds since a time of Go; None where it is none. Clocks may differ a little."""
    try:
        then = datetime.fromisoformat(str(written)[:19]).replace(tzinfo=UTC)
    except ValueError:
        return None
    return max(0.0, (datetime.now(UTC) - then).total_seconds())
