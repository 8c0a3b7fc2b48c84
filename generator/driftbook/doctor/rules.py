"""Whether Prometheus runs the compiled rules, and whether they work there."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from driftbook import names
from driftbook.deploy import compare, groups
from driftbook.doctor.finding import Finding, Load
from driftbook.doctor.subject import Subject

OURS = "driftbook:"
BUSY = 0.5
"""Share of the interval from which an evaluation takes too long: twice the load, and one is left
out."""
LATE = 3
"""Intervals after which a group that was not evaluated has stopped."""
DEPLOY = "run `driftbook deploy`"


def check(subject: Subject) -> Iterator[Finding]:
    """Loaded, the same, healthy, in time."""
    wanted = groups.on_disk(subject.disk)
    found = groups.by_name(groups.running({"data": {"groups": list(subject.groups)}}))
    for name in sorted(wanted.keys() - found.keys()):
        message = "Prometheus does not load this group"
        yield Finding("error", "rules", name, message, f"{DEPLOY}, and see `rule_files` there")
    for name in sorted(wanted.keys() & found.keys()):
        one = found[name][0].group
        for change in compare.changes({name: wanted[name]}, {name: one}):
            message = f"it runs another {change.what}: {change.name}, {change.detail}"
            yield Finding("error", "rules", name, message.rstrip(", "), DEPLOY)
        if len(found[name]) > 1:
            paths = " and ".join(sorted(copy.path for copy in found[name]))
            message = f"it is evaluated {len(found[name])} times, from {paths}"
            yield Finding("warning", "rules", name, message, "remove one of the files")
    for name in sorted(found.keys() - wanted.keys()):
        if name.startswith(OURS):
            message = "Prometheus runs this group, which the catalog no longer has"
            yield Finding("warning", "rules", name, message, f"{DEPLOY} with --prune")
    for group in _ours(subject):
        yield from _health(group)


def loads(subject: Subject) -> list[Load]:
    """What each group costs, the most expensive first."""
    counted = subject.counts('count by (invariant) ({__name__=~"drift:.+"})', "invariant")
    made = [
        Load(
            group["name"],
            len(group.get("rules") or ()),
            counted.get(group["name"].removeprefix(OURS), 0),
            float(group.get("evaluationTime") or 0),
            float(group.get("interval") or 0),
        )
        for group in _ours(subject)
    ]
    return sorted(made, key=lambda load: (-load.share, load.group))


def _ours(subject: Subject) -> list[Mapping[str, Any]]:
    return [group for group in subject.groups if str(group.get("name", "")).startswith(OURS)]


def _health(group: Mapping[str, Any]) -> Iterator[Finding]:
    name, interval = group["name"], float(group.get("interval") or 0)
    for rule in group.get("rules") or ():
        if rule.get("health") == "err":
            message = (
                f"{rule['name']} cannot be evaluated: {rule.get('lastError', 'no reason given')}"
            )
            todo = "try its expression in Prometheus; often two series have the same labels"
            yield Finding("error", "rules", name, message, todo)
    took = float(group.get("evaluationTime") or 0)
    if interval and took > BUSY * interval:
        message = f"one evaluation takes {took:.1f} s of the {interval:.0f} s between two"
        todo = "narrow the selectors of the signal, or record what it aggregates beforehand"
        yield Finding("warning", "rules", name, message, todo)
    if interval and (age := _age(group)) > LATE * interval:
        message = f"it was last evaluated {age:.0f} s ago, and should be every {interval:.0f} s"
        yield Finding("error", "rules", name, message, "see the load and the log of Prometheus")


def _age(group: Mapping[str, Any]) -> float:
    """Seconds from the last evaluation to the newest of the server's answer; 0 if unknown."""
    last = str(group.get("lastEvaluation") or "")
    try:
        then = datetime.fromisoformat(last[:19] + "+00:00" if last.endswith("Z") else last)
    except ValueError:
        return 0.0
    if then.year < 2000:  # not evaluated yet
        return 0.0
    return (datetime.now(then.tzinfo) - then).total_seconds()


WATCHDOG_QUERY = f'ALERTS{{alertname="{names.WATCHDOG}",alertstate="firing"}}'


def watchdog(subject: Subject) -> Iterator[Finding]:
    """The alert that always fires, as Prometheus sees it."""
    if not subject.query(WATCHDOG_QUERY):
        message = "the watchdog does not fire in Prometheus"
        todo = f"{DEPLOY}; without it, nobody notices when the alerting itself fails"
        yield Finding("error", "watchdog", names.WATCHDOG, message, todo, passing=True)
