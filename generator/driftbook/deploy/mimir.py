"""Mimir, Cortex and Grafana Cloud: rule groups through the ruler's API, only those that differ.

The ruler spreads the groups of a tenant over its machines, so that a catalog outgrows one of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import yaml

from driftbook.deploy import compare, groups, mimir_alertmanager
from driftbook.deploy.base import Job, Say
from driftbook.deploy.change import settled, unstoppable
from driftbook.deploy.cost import cost
from driftbook.deploy.groups import Group, Running
from driftbook.deploy.http import Client, RefusedError
from driftbook.deploy.plan import Plan
from driftbook.emit import yamltext
from driftbook.errors import FatalError
from driftbook.model import MimirTarget

RUNNING = "/prometheus/api/v1/rules"
"""What the rulers evaluate, in the form of Prometheus; the same path in Mimir and Cortex."""
MOST_RULES, MOST_GROUPS = 20, 70
"""Limits of a tenant unless its operator raises them: `max_rules_per_rule_group` and
`max_rule_groups_per_tenant` in Mimir's reference of its configuration."""
Raw = Mapping[str, Any]
"""A rule group as a rule file holds it."""


@dataclass(frozen=True, slots=True)
class Work:
    """Groups by name: as they are stored, and those to be sent. remove: those to be deleted.

    runs: whether the rulers tell what they evaluate. routes: the change of the Alertmanager.
    """

    stored: Mapping[str, Raw]
    send: Mapping[str, Raw]
    remove: tuple[str, ...]
    runs: bool
    routes: mimir_alertmanager.Work | None


def plan(job: Job) -> Plan:
    """See `base.Deployer`."""
    client, target = _client(job), job.settings
    stored = _stored(client, target)
    wanted = {g["name"]: g for data in job.disk.rules.values() for g in data.get("groups") or ()}
    new, old = groups.parsed(wanted.values()), groups.parsed(stored.values())
    gone = tuple(sorted(stored.keys() - wanted.keys()))
    remove = gone if job.prune else ()
    judged = {name: group for name, group in old.items() if name in new or name in remove}
    differing = {group.name for group in compare.changed(new, judged)}
    ran = _running(client, target)
    here = {one.group.name: one for one in ran or ()}
    routes, told, unsafe = mimir_alertmanager.plan(job)
    return Plan(
        (*compare.changes(new, judged), *told),
        () if job.prune else gone,
        tuple(
            compare.disturbed(
                (here[n] for n in sorted(differing & here.keys())),
                new,
                frozenset(),
                compare.PROMETHEUS,
            )
        ),
        (*client.cautions, *unsafe, *_cautions(new, ran)),
        tuple(
            cost(
                group,
                job.catalog.prometheus.scrape_interval,
                here[name].measured if name in here else None,
            )
            for name, group in sorted(new.items())
        ),
        work=Work(
            stored,
            {name: wanted[name] for name in sorted(differing & wanted.keys())},
            remove,
            ran is not None,
            routes,
        ),
    )


def apply(job: Job, plan: Plan, say: Say) -> None:
    """See `base.Deployer`. Routes first, so that no new alert meets old ones."""
    client, target = _client(job), job.settings
    work: Work = plan.work
    if _stored(client, target) != work.stored:
        message = f"the namespace {target.namespace} has changed since it was looked at"
        raise FatalError(message, "nothing was changed; run it again")
    touched: list[str] = []
    try:
        if work.routes:
            mimir_alertmanager.send(job, work.routes.wanted)
            say("Alertmanager has the new configuration")
        for name, group in work.send.items():
            touched.append(name)
            _send(client, target, group)
        for name in work.remove:
            touched.append(name)
            _delete(client, target, name)
        say(f"{len(touched)} groups sent to {client.url}; waiting until they are evaluated …")
        _wait(client, job, work)
    except BaseException as fault:
        with unstoppable():
            said = _undo(client, job, work, touched)
        if isinstance(fault, FatalError):
            raise FatalError(f"{fault}\n  {said}", fault.hint) from None
        say(f"Interrupted. {said}")
        raise


def _client(job: Job) -> Client:
    target: MimirTarget = job.settings
    return Client(target.connection, job.root, tenant(target))


def tenant(target: MimirTarget) -> dict[str, str]:
    """The header that names the tenant."""
    return {"X-Scope-OrgID": target.tenant} if target.tenant else {}


def _path(target: MimirTarget, group: str = "") -> str:
    parts = [target.namespace, *([group] if group else [])]
    return "/".join((target.ruler_path, *(quote(part, safe="") for part in parts)))


def _stored(client: Client, target: MimirTarget) -> dict[str, Raw]:
    """The groups of the namespace. An empty one is not found by Cortex, and empty in Mimir."""
    answer = client.ask("GET", _path(target), ok=(200, 404))
    if answer.status == 404 and "no rule group" not in answer.text:
        hint = "see `url` and `api` of the target"
        raise FatalError(f"{client.url} has no ruler API at {target.ruler_path}", hint)
    if answer.status == 404:
        return {}
    try:
        data = yaml.load(answer.text, Loader=yaml.CSafeLoader) or {}
        return {group["name"]: group for group in data.get(target.namespace) or ()}
    except (yaml.YAMLError, AttributeError, KeyError, TypeError):
        message = f"{client.url} does not answer {target.ruler_path} as a ruler does"
        raise FatalError(message, "see `url` and `api` of the target") from None


def _send(client: Client, target: MimirTarget, group: Raw) -> None:
    text = yamltext.dump(dict(group)).encode()
    client.ask("POST", _path(target), ok=(200, 202), data=text, content_type="application/yaml")


def _delete(client: Client, target: MimirTarget, name: str) -> None:
    client.ask("DELETE", _path(target, name), ok=(200, 202, 404))


def _running(client: Client, target: MimirTarget) -> list[Running] | None:
    """What the rulers evaluate of the namespace; None where nobody may ask."""
    try:
        found = groups.running(client.json(RUNNING))
    except RefusedError:
        return None
    return [one for one in found if one.group.file == target.namespace]


def _wait(client: Client, job: Job, work: Work) -> None:
    """Until it is stored, and evaluated where that can be known."""
    wanted = groups.parsed(work.send.values())

    def missing() -> str:
        stored = groups.parsed(_stored(client, job.settings).values())
        if said := _differs(wanted, work.remove, stored):
            return f"the ruler has not stored it: {said}"
        if not work.runs:
            return ""
        now = {one.group.name: one.group for one in _running(client, job.settings) or ()}
        said = _differs(wanted, work.remove, now)
        return f"the rulers do not evaluate it yet: {said}" if said else ""

    settled(missing, job.settings.connection.within, client.url)


def _differs(
    wanted: Mapping[str, Group], removed: Iterable[str], found: Mapping[str, Group]
) -> str:
    """The first difference in words, or ""."""
    there = {name: found[name] for name in wanted if name in found}
    for change in compare.changes(wanted, there):
        return f"{change.what} {change.name}"
    return next((f"group {name} is still there" for name in removed if name in found), "")


def _undo(client: Client, job: Job, work: Work, touched: list[str]) -> str:
    """Restores what was stored; says what came of it."""
    left = []
    try:
        now = _stored(client, job.settings)
    except FatalError:
        now = {}  # all that was touched is sent again
    for name in reversed(touched):
        before = work.stored.get(name)
        try:
            if before is not None and now.get(name) != before:
                _send(client, job.settings, before)
            elif before is None:
                _delete(client, job.settings, name)
        except FatalError as fault:
            left.append(f"{name} ({fault})")
    if work.routes:
        try:
            mimir_alertmanager.restore(job, work.routes)
        except FatalError as fault:
            left.append(f"the routes ({fault})")
    if left:
        return f"NOT restored: {'; '.join(left)}."
    return "Restored: the ruler stores what it stored before."


def _cautions(wanted: Mapping[str, Group], ran: list[Running] | None) -> Iterator[str]:
    long = [name for name, group in sorted(wanted.items()) if len(group.rules) > MOST_RULES]
    if long:
        yield (
            f"{len(long)} groups such as {long[0]} have more than {MOST_RULES} rules: the tenant's "
            "limit max_rules_per_rule_group has to allow it"
        )
    if len(wanted) > MOST_GROUPS:
        yield (
            f"{len(wanted)} groups are more than {MOST_GROUPS}: the tenant's limit "
            "max_rule_groups_per_tenant has to allow it"
        )
    if ran is None:
        yield f"the rulers do not answer {RUNNING}: what is pending or firing is not known"
