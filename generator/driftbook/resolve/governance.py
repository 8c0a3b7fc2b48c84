"""The catalog document, teams and datasets."""

from collections.abc import Mapping
from typing import Any

from driftbook.document import Document
from driftbook.model import (
    STAGES,
    Alertmanager,
    Answer,
    Catalog,
    Change,
    Dataset,
    Prometheus,
    Scenario,
    StagePolicy,
    Team,
    TimeInterval,
)
from driftbook.resolve.references import Resolver, Unresolved, origin, refer
from driftbook.resolve.targets import targets
from driftbook.units import seconds

DEFAULT_STAGES = {
    "early": {"severity": "info", "notify": "always", "repeat": "24h"},
    "mid": {"severity": "warning", "notify": "always", "repeat": "8h"},
    "late": {"severity": "critical", "notify": "always", "repeat": "1h"},
}


def _version(text: str) -> tuple[int, int]:
    major, minor = text.split(".")[:2]
    return int(major), int(minor)


def catalog(r: Resolver, document: Document, base: Mapping[str, Any]) -> Catalog:
    data = document.data
    prometheus, alertmanager = data["prometheus"], data["alertmanager"]
    stages = {s: {**DEFAULT_STAGES[s], **data.get("stages", {}).get(s, {})} for s in STAGES}
    return Catalog(
        title=data["title"],
        site_url=data["site_url"],
        repo_url=data.get("repo_url", ""),
        prometheus=Prometheus(
            _version(prometheus["version"]),
            seconds(prometheus["scrape_interval"]),
            seconds(prometheus["evaluation_interval"]),
            tuple(prometheus.get("external_labels", ())),
            prometheus.get("external_url", ""),
        ),
        alertmanager=Alertmanager(
            _version(alertmanager["version"]),
            alertmanager["watchdog"],
            base,
            alertmanager.get("base", ""),
            alertmanager.get("external_url", ""),
            alertmanager.get("notifications", "driftbook"),
        ),
        stages={
            s: StagePolicy(p["severity"], p["notify"], seconds(p["repeat"]))
            for s, p in stages.items()
        },
        time_intervals={
            name: TimeInterval(
                name, tuple(t.get("days", ())), tuple(t.get("times", ())), t.get("location", "")
            )
            for name, t in data.get("time_intervals", {}).items()
        },
        links=data.get("links", {}),
        changes=tuple(_change(change) for change in data.get("changes", ())),
        teams=r.teams,
        datasets=r.datasets,
        invariants=r.invariants,
        runbooks=r.runbooks,
        remediations=r.remediations,
        scenarios=r.scenarios,
        scenarios_of=_scenarios_of(r.scenarios),
        origin=origin(document),
        edit_url=data.get("edit_url", ""),
        targets=targets(data.get("targets", {})),
    )


def _change(data: Mapping[str, Any]) -> Change:
    return Change(
        selector=data["metric"].strip(),
        what=data["what"],
        service_label=data.get("service_label", "service"),
        ref_label=data.get("ref_label", ""),
        time=data.get("time", "value"),
        within=seconds(data.get("within", "1h")),
        services=tuple(data.get("services", ())),
    )


def _scenarios_of(scenarios: Mapping[str, Scenario]) -> dict[str, tuple[Scenario, ...]]:
    found: dict[str, tuple[Scenario, ...]] = {}
    for _, scenario in sorted(scenarios.items()):
        for name in scenario.invariants:
            found[name] = (*found.get(name, ()), scenario)
    return found


def team(r: Resolver, document: Document) -> Team:
    data = document.data
    return Team(
        data["name"],
        data["title"],
        data["contact"],
        data["receivers"],
        data.get("location", ""),
        origin(document),
    )


def dataset(r: Resolver, document: Document) -> Dataset:
    data = document.data
    for index, _ in enumerate(data.get("derived_from", ())):
        try:
            refer(r, document, "dataset", {}, ("derived_from", index))
        except Unresolved:
            continue
    return Dataset(
        name=data["name"],
        title=data["title"],
        service=data["service"],
        store=data["store"],
        owner=refer(r, document, "team", r.teams, ("owner",)),
        tier=data["tier"],
        derived_from=tuple(data.get("derived_from", ())),
        impact=data.get("impact", ""),
        contract={question: _answer(question, a) for question, a in data["contract"].items()},
        origin=origin(document),
    )


def _answer(question: str, given: Any) -> Answer:
    if isinstance(given, Mapping):
        return Answer(not_applicable=given["not_applicable"])
    if given == "unknown":
        return Answer()
    return Answer(seconds(given) if question == "max_staleness" else given)
