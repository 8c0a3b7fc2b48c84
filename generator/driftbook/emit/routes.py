"""The Alertmanager configuration: the organisation's own, with the catalog's part grafted on."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from driftbook import intervals, names
from driftbook.emit import inhibition, notifications, yamltext
from driftbook.emit.artifact import Artifact
from driftbook.model import STAGES, Catalog, StageName, Team
from driftbook.units import duration

Config = dict[str, Any]
_TEMPLATES = PurePosixPath(names.NOTIFICATIONS).name
"""Alertmanager looks for it beside the configuration."""


def emit(catalog: Catalog) -> Iterator[Artifact]:
    """The configuration, and the templates that it names."""
    source = catalog.origin.file
    if catalog.alertmanager.base_file:
        source += f" and {catalog.alertmanager.base_file}"
    text = f"# {names.header(source)}\n{yamltext.dump(config(catalog))}"
    yield Artifact(names.ALERTMANAGER, text)
    yield notifications.artifact(catalog)


def config(catalog: Catalog) -> Config:
    """The whole configuration as plain data."""
    base = dict(catalog.alertmanager.base) or {
        "route": {"receiver": "default"},
        "receivers": [{"name": "default"}],
    }
    made: Config = {k: v for k, v in base.items() if k == "global"}
    # Ours first: of two templates with one name, the later one is used.
    made["templates"] = [_TEMPLATES, *(t for t in base.get("templates", []) if t != _TEMPLATES)]
    made["route"] = tree(catalog)
    made["receivers"] = [*base.get("receivers", []), *_receivers(catalog)]
    made["inhibit_rules"] = [*base.get("inhibit_rules", []), *inhibition.rules(catalog)]
    own_intervals = intervals.used(catalog)
    if own_intervals or base.get("time_intervals"):
        made["time_intervals"] = [*base.get("time_intervals", []), *own_intervals]
    rest = {k: v for k, v in base.items() if k not in made and k != "time_intervals"}
    return {**made, **rest}


def tree(catalog: Catalog) -> Config:
    """The routes: ours, then those of the organisation."""
    route = catalog.alertmanager.base.get("route", {"receiver": "default"})
    own = [_watchdog_route(catalog), *_catalog_routes(catalog)]
    return {**route, "routes": [*own, *route.get("routes", [])]}


def _watchdog_route(catalog: Catalog) -> Config:
    """Told once a minute: at the second turn of the group, the first after `repeat_interval`.

    With both at a minute, the turn after a minute finds the last notification some milliseconds
    too young, and every second one would be left out.
    """
    return {
        "receiver": names.WATCHDOG_RECEIVER,
        "matchers": [f'alertname="{names.WATCHDOG}"'],
        "group_by": ["alertname", *catalog.prometheus.external_labels],
        "group_wait": "0s",
        "group_interval": "30s",
        "repeat_interval": "45s",
    }


def _catalog_routes(catalog: Catalog) -> Iterator[Config]:
    """Ours: by owner, then by stage; what is a draft goes to the owner's early receiver.

    Alerts of others that only carry an `invariant` label stay with the organisation's routes.
    Alertmanager remembers what it has told by the matchers on the way to a route, so no route
    names what changes with other teams: else a new team would have all that fires told again.
    """
    for team, drafts in _owners(catalog):
        yield {
            # For a stage that these routes do not know yet: rather too loud than lost.
            "receiver": names.receiver(team, "late"),
            "matchers": [names.ROOT_MATCHER, f'owner="{team.name}"'],
            "group_by": ["invariant", "stage", *catalog.prometheus.external_labels],
            "routes": _owner_routes(catalog, team, drafts),
        }


def _owners(catalog: Catalog) -> list[tuple[Team, list[str]]]:
    """Teams that own a compiled invariant, with the names of their drafts."""
    drafts: dict[str, list[str]] = {}
    for invariant in catalog.compiled():
        mine = drafts.setdefault(invariant.owner.name, [])
        if invariant.lifecycle == "draft":
            mine.append(invariant.name)
    return [(catalog.teams[name], drafts[name]) for name in sorted(drafts)]


def _owner_routes(catalog: Catalog, team: Team, drafts: list[str]) -> list[Config]:
    stages = [_stage_route(catalog, team, stage) for stage in STAGES]
    draft = {
        "receiver": names.receiver(team, "early"),
        "matchers": [f'invariant=~"{"|".join(drafts)}"'],
        **timing(catalog, team, "early"),
    }
    return [*([draft] if drafts else []), *stages]


def _stage_route(catalog: Catalog, team: Team, stage: StageName) -> Config:
    return {
        "receiver": names.receiver(team, stage),
        "matchers": [f'stage="{stage}"'],
        **timing(catalog, team, stage),
    }


def timing(catalog: Catalog, team: Team, stage: StageName) -> Config:
    """When a stage's route tells.

    Early and mid wait two evaluations longer than late, so that what inhibits them is there.
    """
    policy = catalog.stages[stage]
    wait = 15.0 + (0 if stage == "late" else 2 * catalog.prometheus.evaluation_interval)
    made: Config = {
        "group_wait": duration(wait),
        "group_interval": "1m" if stage == "late" else "5m",  # not that of the base
        "repeat_interval": duration(policy.repeat),
    }
    if policy.notify != "always":
        made["active_time_intervals"] = [names.interval(policy.notify, team.location)]
    return made


def _receivers(catalog: Catalog) -> list[Config]:
    own = [
        {
            "name": names.receiver(team, stage),
            **notifications.filled(catalog, stage, team.receivers[stage]),
        }
        for team, _ in _owners(catalog)
        for stage in STAGES
    ]
    return [{"name": names.WATCHDOG_RECEIVER, **catalog.alertmanager.watchdog}, *own]
