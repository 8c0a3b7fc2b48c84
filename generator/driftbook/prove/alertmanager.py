"""Point 3 of the proof: a real Alertmanager with the compiled routes, receivers and inhibition."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any
from urllib.parse import quote

from driftbook import names
from driftbook.model import Catalog
from driftbook.prove import strangers
from driftbook.prove.compiled import Compiled, alert_rules
from driftbook.prove.engines import Engines
from driftbook.prove.finding import Finding
from driftbook.prove.scenes import Raised, Subject, first, hides, rounds
from driftbook.prove.server import alertmanager
from driftbook.prove.sink import sink
from driftbook.prove.workers import Workers

Config = dict[str, Any]
Key = frozenset[tuple[str, str]]
ARRIVAL = 30.0
"""Seconds that a delivery may take on a busy machine; usually well under one."""
_SCHEDULE = ("active_time_intervals", "mute_time_intervals")


def prove(
    catalog: Catalog,
    subjects: list[Subject],
    compiled: Compiled,
    engines: Engines,
    workers: Workers,
) -> list[Finding]:
    """Findings of watchdog, routing, inhibition and delivery, each once.

    Deliveries are only tried where every route is right; `misrouted` tells.
    """
    config = compiled.alertmanager
    if config is None:
        return []  # `config-syntax` says so
    heartbeats = _watchdogs(catalog, compiled)
    judged = quiet(config)

    def play(raised: list[Raised]) -> list[Finding]:
        others = [*heartbeats, *strangers.raised(catalog)]
        with alertmanager(judged, engines, workers) as server:
            server.post([r.labels for r in raised if r.rank] + others)
            server.post([r.labels for r in raised if not r.rank])
            return list(_judge(catalog, raised, heartbeats, server.get()))

    played = workers.each(play, [[], *rounds(catalog, subjects)])
    found = list({(f.check, f.message): f for findings in played for f in findings}.values())
    if not misrouted(found):
        found += _delivery(catalog, subjects, config, heartbeats, engines, workers)
    return found


def misrouted(found: Iterable[Finding]) -> bool:
    """Whether an alert goes elsewhere than meant, so that waiting for deliveries is in vain."""
    return any(f.check in ("routing", "watchdog") for f in found)


def quiet(config: Mapping[str, Any]) -> Config:
    """The configuration with the receivers by name only, and without files from elsewhere."""
    kept = {k: deepcopy(v) for k, v in config.items() if k not in ("global", "templates")}
    kept["receivers"] = [{"name": r["name"]} for r in config.get("receivers") or []]
    return kept


def _loud(config: Mapping[str, Any], url: str) -> Config:
    """Every receiver delivers to the sink, at once, at any hour and whatever else fires."""
    kept = quiet(config)
    for receiver in kept["receivers"]:
        receiver["webhook_configs"] = [{"url": url + quote(receiver["name"], safe="")}]
    kept["inhibit_rules"] = []
    for route in _routes(kept["route"]):
        for key in _SCHEDULE:
            route.pop(key, None)
        route.update(group_wait="0s", group_interval="1s")
    return kept


def _routes(route: Config) -> Iterator[Config]:
    yield route
    for child in route.get("routes") or []:
        yield from _routes(child)


def _watchdogs(catalog: Catalog, compiled: Compiled) -> list[Mapping[str, str]]:
    """The heartbeat with the labels that its rule has on disk."""
    outside = {label: f"{label}-a" for label in catalog.prometheus.external_labels}
    return [
        {"alertname": names.WATCHDOG, **(rule.get("labels") or {}), **outside}
        for rule in alert_rules(compiled.rules.get(names.WATCHDOG_RULES))
        if rule["alert"] == names.WATCHDOG
    ]


def _judge(
    catalog: Catalog,
    raised: list[Raised],
    heartbeats: Sequence[Mapping[str, str]],
    answer: list[dict[str, Any]],
) -> Iterator[Finding]:
    got: dict[Key, dict[str, Any]] = {frozenset(a["labels"].items()): a for a in answer}
    by_print = {alert["fingerprint"]: key for key, alert in got.items()}
    yield from _judge_heartbeats(heartbeats, got)
    yield from strangers.judge(catalog, lambda labels: got.get(frozenset(labels.items())))
    wanted = {r.key: r for r in raised}
    by_invariant: dict[str, list[Raised]] = {}
    for r in wanted.values():
        by_invariant.setdefault(r.alert.invariant, []).append(r)
    for key, r in wanted.items():
        alert = got.get(key)
        if alert is None:
            yield _finding("routing", r, "does not show up in Alertmanager")
            continue
        yield from _judge_route(r, alert)
        sources = [s for s in by_invariant[r.alert.invariant] if hides(s, r)]
        by = [by_print.get(p, frozenset()) for p in alert["status"]["inhibitedBy"]]
        yield from _judge_hidden(r, sources, by, wanted)


def _judge_route(r: Raised, alert: Mapping[str, Any]) -> Iterator[Finding]:
    receivers = [receiver["name"] for receiver in alert["receivers"]]
    if receivers != [r.receiver]:
        yield _finding("routing", r, f"goes to {', '.join(receivers)} and not to {r.receiver}")


def _judge_hidden(
    r: Raised, sources: list[Raised], by: list[Key], wanted: Mapping[Key, Raised]
) -> Iterator[Finding]:
    if sources and not by:
        yield _finding("inhibition", r, f"is not hidden by {sources[0]}")
    meant = {source.key for source in sources}
    for key in by:
        if key not in meant:
            other = wanted.get(key)
            whom = f"{other} of {other.alert.invariant}" if other else str(dict(sorted(key)))
            yield _finding("inhibition", r, f"is hidden by {whom}, another divergence")


def _judge_heartbeats(
    heartbeats: Sequence[Mapping[str, str]], got: Mapping[Key, Mapping[str, Any]]
) -> Iterator[Finding]:
    file = names.ALERTMANAGER
    for labels in heartbeats:
        alert = got.get(frozenset(labels.items()))
        receivers = [r["name"] for r in alert["receivers"]] if alert else ["nobody"]
        if receivers != [names.WATCHDOG_RECEIVER]:
            message = f"{names.WATCHDOG} goes to {', '.join(receivers)}"
            yield Finding("watchdog", f"{message} and not to {names.WATCHDOG_RECEIVER}", file)
        if alert and alert["status"]["inhibitedBy"]:
            yield Finding("watchdog", f"{names.WATCHDOG} is hidden by another alert", file)


def _delivery(
    catalog: Catalog,
    subjects: list[Subject],
    config: Mapping[str, Any],
    heartbeats: Sequence[Mapping[str, str]],
    engines: Engines,
    workers: Workers,
) -> list[Finding]:
    """One alert for each receiver that is meant, and the heartbeat, really are delivered."""
    wanted: dict[str, Mapping[str, str]] = {}
    for subject in subjects:
        for raised in first(catalog, subject):
            wanted.setdefault(raised.receiver, raised.labels)
    for labels in heartbeats:
        wanted[names.WATCHDOG_RECEIVER] = labels
    file = names.ALERTMANAGER
    own = {r["name"]: r for r in config.get("receivers") or []}
    found = [
        Finding("delivery", f"receiver {name} has nowhere to deliver to", file)
        for name in sorted(wanted)
        if name in own and not any(k.endswith("_configs") and v for k, v in own[name].items())
    ]
    with sink() as drill, alertmanager(_loud(config, drill.url), engines, workers) as server:
        server.post(list(wanted.values()))
        lost = drill.wait({(n, frozenset(v.items())) for n, v in wanted.items()}, ARRIVAL)
    return found + [
        Finding("delivery", f"nothing arrives at receiver {name}", file)
        for name in sorted(name for name, _ in lost)
    ]


def _finding(check: str, raised: Raised, message: str) -> Finding:
    alert = raised.alert
    text = f"{alert.name} {raised} {message}"
    return Finding(check, text, names.ALERTMANAGER, alert.invariant)
