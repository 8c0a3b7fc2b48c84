"""Whether Alertmanager runs the compiled routes, and whether anything gets through."""

import re
from collections.abc import Iterator
from typing import Any

from driftbook import names
from driftbook.deploy import routes
from driftbook.deploy.http import Client, RefusedError
from driftbook.doctor.finding import Finding
from driftbook.doctor.settings import numbers
from driftbook.doctor.subject import Subject

DEPLOY = "run `driftbook deploy` for the Alertmanager"
_FAILED = re.compile(
    r'^alertmanager_notifications_failed_total\{[^}]*integration="([^"]+)"[^}]*\} (\S+)$',
    re.MULTILINE,
)


def check(subject: Subject) -> Iterator[Finding]:
    """Configuration, version, the watchdog's way, and notifications that fail."""
    client = subject.alertmanager
    if client is None:
        return
    status: Any = client.json("/api/v2/status")
    yield from _version(subject, str(status["versionInfo"]["version"]))
    found = routes.parsed(str(status["config"]["original"]))
    for change in routes.changes(subject.disk.alertmanager or {}, found, whole=False):
        message = f"Alertmanager runs another configuration: {change.what} {change.name}"
        yield Finding("error", "routing", change.name, message, DEPLOY)
    yield from _watchdog(client)
    yield from _failures(client)


def _version(subject: Subject, version: str) -> Iterator[Finding]:
    needed = subject.catalog.alertmanager.version
    if (found := numbers(version)) and found < needed:
        written = ".".join(map(str, needed))
        message = f"Alertmanager is {version}, the catalog is compiled for {written}"
        todo = "state the older one as `alertmanager.version` in the catalog, or upgrade"
        yield Finding("error", "routing", "version", message, todo)


def _watchdog(client: Client) -> Iterator[Finding]:
    """It has to be there, not silenced, and on its way to the dead man's switch."""
    answer = client.ask(
        "GET", "/api/v2/alerts", params={"filter": f'alertname="{names.WATCHDOG}"'}
    ).json()
    if not answer:
        message = "the watchdog does not arrive at Alertmanager"
        todo = "does Prometheus send its alerts to this Alertmanager?"
        yield Finding("error", "watchdog", names.WATCHDOG, message, todo, passing=True)
    for alert in answer:
        silenced = alert["status"].get("silencedBy")
        if silenced:
            message = f"the watchdog is silenced by {silenced[0]}"
            todo = "let that silence expire: the dead man's switch is about to report an outage"
            yield Finding("error", "watchdog", names.WATCHDOG, message, todo)
        if names.WATCHDOG_RECEIVER not in {one["name"] for one in alert["receivers"]}:
            message = f"the watchdog does not go to {names.WATCHDOG_RECEIVER}"
            yield Finding("error", "watchdog", names.WATCHDOG, message, DEPLOY)


def _failures(client: Client) -> Iterator[Finding]:
    try:
        metrics = client.ask("GET", "/metrics").text
    except RefusedError:  # a proxy may show the API alone
        return
    failed: dict[str, float] = {}
    for integration, value in _FAILED.findall(metrics):
        failed[integration] = failed.get(integration, 0.0) + float(value)
    for integration, count in sorted(failed.items()):
        if count:
            message = (
                f"{count:.0f} notifications by {integration} failed since Alertmanager started"
            )
            todo = "its log says why; mostly a secret, an address or a proxy"
            yield Finding("warning", "routing", integration, message, todo)
