"""The Alertmanager configuration: the organisation's own, with the catalog's part grafted on.

Inhibition is made per pair of label sets. Alerts of one invariant that carry its whole identity
hide each other by one general rule per stage: its `equal` names every identity label of the
catalog, and a label that is missing on both sides counts as equal in Alertmanager. An aggregated
alert (breadth) has fewer labels than what it explains, so it gets a rule of its own per invariant,
whose `equal` names just the labels that it has.
"""

from collections.abc import Iterator
from typing import Any

from driftbook import conditions, intervals, names
from driftbook.alerts import Alert, alerts
from driftbook.emit import yamltext
from driftbook.emit.artifact import Artifact
from driftbook.model import STAGES, Catalog, StageName, Team
from driftbook.units import duration

Config = dict[str, Any]


def emit(catalog: Catalog) -> Iterator[Artifact]:
    """`rules/alertmanager/alertmanager.yaml`."""
    source = catalog.origin.file
    if catalog.alertmanager.base_file:
        source += f" and {catalog.alertmanager.base_file}"
    text = f"# {names.header(source)}\n{yamltext.dump(config(catalog))}"
    yield Artifact(names.ALERTMANAGER, text)


def config(catalog: Catalog) -> Config:
    """The whole configuration as plain data."""
    base = dict(catalog.alertmanager.base) or {
        "route": {"receiver": "default"},
        "receivers": [{"name": "default"}],
    }
    route = dict(base.pop("route"))
    own = [_watchdog_route(catalog), _catalog_route(catalog)]
    made: Config = {k: v for k, v in base.items() if k in ("global", "templates")}
    made["route"] = {**route, "routes": [*own, *route.get("routes", [])]}
    made["receivers"] = [*base.get("receivers", []), *_receivers(catalog)]
    made["inhibit_rules"] = [*base.get("inhibit_rules", []), *_inhibitions(catalog)]
    own_intervals = intervals.used(catalog)
    if own_intervals or base.get("time_intervals"):
        made["time_intervals"] = [*base.get("time_intervals", []), *own_intervals]
    rest = {k: v for k, v in base.items() if k not in made and k != "time_intervals"}
    return {**made, **rest}


def _watchdog_route(catalog: Catalog) -> Config:
    return {
        "receiver": names.WATCHDOG_RECEIVER,
        "matchers": [f'alertname="{names.WATCHDOG}"'],
        "group_by": ["alertname", *catalog.prometheus.external_labels],
        "group_wait": "0s",
        "group_interval": "1m",
        "repeat_interval": "1m",
    }


def _catalog_route(catalog: Catalog) -> Config:
    """Ours: by owner, then by stage; what is a draft goes to the owner's early receiver."""
    owners = _owners(catalog)
    routes = [_owner_route(catalog, team, drafts) for team, drafts in owners]
    fallback = names.receiver(owners[0][0], "early") if owners else names.WATCHDOG_RECEIVER
    return {
        "receiver": fallback,
        "matchers": [names.ROOT_MATCHER],
        "group_by": ["invariant", "stage", *catalog.prometheus.external_labels],
        "routes": routes,
    }


def _owners(catalog: Catalog) -> list[tuple[Team, list[str]]]:
    """Teams that own a compiled invariant, with the names of their drafts."""
    drafts: dict[str, list[str]] = {}
    for invariant in catalog.compiled():
        mine = drafts.setdefault(invariant.owner.name, [])
        if invariant.lifecycle == "draft":
            mine.append(invariant.name)
    return [(catalog.teams[name], drafts[name]) for name in sorted(drafts)]


def _owner_route(catalog: Catalog, team: Team, drafts: list[str]) -> Config:
    stages = [_stage_route(catalog, team, stage) for stage in STAGES]
    draft = {
        "receiver": names.receiver(team, "early"),
        "matchers": [f'invariant=~"{"|".join(drafts)}"'],
        **_timing(catalog, team, "early"),
    }
    return {
        "receiver": names.receiver(team, "early"),
        "matchers": [f'owner="{team.name}"'],
        "routes": [*([draft] if drafts else []), *stages],
    }


def _stage_route(catalog: Catalog, team: Team, stage: StageName) -> Config:
    return {
        "receiver": names.receiver(team, stage),
        "matchers": [f'stage="{stage}"'],
        **_timing(catalog, team, stage),
    }


def _timing(catalog: Catalog, team: Team, stage: StageName) -> Config:
    """Early and mid wait two evaluations longer than late, so that what inhibits them is there."""
    policy = catalog.stages[stage]
    wait = 15.0 + (0 if stage == "late" else 2 * catalog.prometheus.evaluation_interval)
    timing: Config = {"group_wait": duration(wait), "repeat_interval": duration(policy.repeat)}
    if policy.notify != "always":
        timing["active_time_intervals"] = [names.interval(policy.notify, team.location)]
    return timing


def _receivers(catalog: Catalog) -> list[Config]:
    own = [
        {"name": names.receiver(team, stage), **team.receivers[stage]}
        for team, _ in _owners(catalog)
        for stage in STAGES
    ]
    return [{"name": names.WATCHDOG_RECEIVER, **catalog.alertmanager.watchdog}, *own]


def _inhibitions(catalog: Catalog) -> list[Config]:
    """Worse stages hide milder ones of the same invariant and the same divergence."""
    plans = [alerts(catalog, invariant) for invariant in catalog.compiled()]
    every = sorted({label for plan in plans for alert in plan for label in _varying(alert)})
    whole = sorted(k for k, module in conditions.CONDITIONS.items() if module.PER_PLACE)
    per_place = f'condition=~"{"|".join(whole)}"'
    external = catalog.prometheus.external_labels
    rules = [
        _inhibition(["invariant", *every, *external], stage, [per_place], [per_place])
        for stage in ("late", "mid")
    ]
    for plan in plans:
        rules += _aggregated(plan, external)
    return rules


def _aggregated(plan: tuple[Alert, ...], external: tuple[str, ...]) -> Iterator[Config]:
    """For each alert with a label set of its own: what it explains, by the labels it has."""
    seen = set()
    for source in plan:
        labels = _varying(source)
        stage = source.condition.stage
        if stage == "early" or _per_place(source):
            continue
        key = (stage, source.condition.kind, labels)
        if key in seen or not any(_explains(source, target) for target in plan):
            continue
        seen.add(key)
        matchers = [f'invariant="{source.invariant}"', f'condition="{source.condition.kind}"']
        equal = ["invariant", *sorted(labels), *external]
        yield _inhibition(equal, stage, matchers, matchers[:1])


def _explains(source: Alert, target: Alert) -> bool:
    worse = STAGES.index(source.condition.stage) > STAGES.index(target.condition.stage)
    return worse and _varying(source) <= _varying(target)


def _per_place(alert: Alert) -> bool:
    return conditions.of(alert.condition).PER_PLACE


def _varying(alert: Alert) -> frozenset[str]:
    return frozenset(alert.identity) | frozenset(alert.scope.match)


def _inhibition(equal: list[str], stage: str, source: list[str], target: list[str]) -> Config:
    milder = "|".join(STAGES[: STAGES.index(stage)])
    return {
        "source_matchers": [f'stage="{stage}"', *source],
        "target_matchers": [f'stage=~"{milder}"', *target],
        "equal": equal,
    }
