"""The Alertmanager configuration: the organisation's own, with the catalog's part grafted on.

Inhibition is made per pair of label sets. Two alerts of one invariant with the same set are covered
by one rule per stage for the whole catalog: its `equal` names every identity label that the catalog
has, and a label that is missing on both sides counts as equal in Alertmanager. An aggregated alert
(breadth) has fewer labels than those it explains, so it gets a rule of its own, whose `equal` names
just the labels that it has.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from driftbook import conditions, intervals, names
from driftbook.conditions.scope import scopes
from driftbook.emit import yamltext
from driftbook.emit.artifact import Artifact
from driftbook.model import STAGES, Catalog, Invariant, StageName, Team
from driftbook.units import duration

Config = dict[str, Any]


def emit(catalog: Catalog) -> Iterator[Artifact]:
    """The one file."""
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
    own = [_watchdog_route(catalog), *_catalog_route(catalog)]
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


def _catalog_route(catalog: Catalog) -> Iterator[Config]:
    """Ours: by owner, then by stage; what is a draft goes to the owner's early receiver.

    Alerts of others that only carry an `invariant` label stay with the organisation's routes.
    """
    owners = _owners(catalog)
    if owners:
        yield {
            # Each that gets in has its owner's route; none could fall to the root's receiver.
            "receiver": names.receiver(owners[0][0], "late"),
            "matchers": [names.ROOT_MATCHER, f'owner=~"{"|".join(t.name for t, _ in owners)}"'],
            "group_by": ["invariant", "stage", *catalog.prometheus.external_labels],
            "routes": [_owner_route(catalog, team, drafts) for team, drafts in owners],
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
        # For a stage that these routes do not know yet: rather too loud than lost.
        "receiver": names.receiver(team, "late"),
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
    timing: Config = {
        "group_wait": duration(wait),
        "group_interval": "1m" if stage == "late" else "5m",  # not that of the base
        "repeat_interval": duration(policy.repeat),
    }
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
    external = catalog.prometheus.external_labels
    plans = [(i, _shapes(catalog, i)) for i in catalog.compiled()]
    every = sorted({label for _, plan in plans for shape in plan for label in shape.labels})
    ours = [names.ROOT_MATCHER]
    rules = [
        _inhibition(["invariant", *every, *external], stage, ours, ours) for stage in STAGES[:0:-1]
    ]
    for invariant, plan in plans:
        rules += _aggregated(invariant, plan, external)
    return rules


@dataclass(frozen=True, slots=True)
class _Shape:
    """What inhibition needs to know of an alert; labels: those that tell it from its siblings."""

    stage: StageName
    kind: str
    labels: frozenset[str]


def _shapes(catalog: Catalog, invariant: Invariant) -> list[_Shape]:
    return [
        _Shape(c.stage, c.kind, frozenset(conditions.of(c).labels(c, s)) | frozenset(s.match))
        for c, s in scopes(invariant, catalog.prometheus)
    ]


def _aggregated(
    invariant: Invariant, plan: list[_Shape], external: tuple[str, ...]
) -> Iterator[Config]:
    """For each alert that stands for several places: what it explains, by the labels it has."""
    for source in dict.fromkeys(plan):
        explains = any(
            STAGES.index(target.stage) < STAGES.index(source.stage)
            and source.labels < target.labels
            for target in plan
        )
        if explains and conditions.CONDITIONS[source.kind].EXPLAINS:
            mine = f'invariant="{invariant.name}"'
            equal = ["invariant", *sorted(source.labels), *external]
            condition = f'condition="{source.kind}"'
            yield _inhibition(equal, source.stage, [mine, condition], [mine])


def _inhibition(equal: list[str], stage: StageName, source: list[str], target: list[str]) -> Config:
    milder = "|".join(STAGES[: STAGES.index(stage)])
    return {
        "source_matchers": [f'stage="{stage}"', *source],
        "target_matchers": [f'stage=~"{milder}"', *target],
        "equal": equal,
    }
