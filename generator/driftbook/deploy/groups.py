"""Rule groups as values that can be compared: those on disk, and those that a server runs.

A server writes a query its own way, so queries are compared by what they mean to the parser.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from posixpath import basename
from typing import Any

from driftbook import promql
from driftbook.deploy.plan import State
from driftbook.errors import FatalError
from driftbook.prove.compiled import Compiled
from driftbook.units import duration, seconds

Pairs = tuple[tuple[str, str], ...]
SHOWN = ("stage", "condition", "bound")
"""Labels that tell the rules of one name apart, for people."""


@dataclass(frozen=True, slots=True)
class Rule:
    """hold, keep: `for` and `keep_firing_for` in seconds; 0 for a recording."""

    name: str
    alert: bool
    query: str
    hold: float
    keep: float
    labels: Pairs
    annotations: Pairs

    @property
    def identity(self) -> tuple[str, Pairs]:
        """By which a ruler knows it again after a reload, and keeps its alerts."""
        return self.name, self.labels

    def __str__(self) -> str:
        labels = dict(self.labels)
        return " ".join((self.name, *(labels[key] for key in SHOWN if key in labels)))


@dataclass(frozen=True, slots=True)
class Group:
    """file: without its folder. interval: seconds."""

    name: str
    file: str
    interval: float
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Active:
    """An alert that is pending or firing, and the identity of its rule."""

    rule: tuple[str, Pairs]
    labels: Pairs
    state: State


@dataclass(frozen=True, slots=True)
class Running:
    """A group that a server runs. path: of its file, as the server sees it. measured: seconds."""

    group: Group
    path: str
    active: tuple[Active, ...]
    measured: float | None


def on_disk(disk: Compiled) -> dict[str, Group]:
    """By name, what the rule files hold."""
    found = {}
    for file, data in disk.rules.items():
        for group in data.get("groups") or ():
            rules = tuple(_written(rule) for rule in group["rules"])
            name, interval = group["name"], seconds(group["interval"])
            found[name] = Group(name, basename(file), interval, rules)
    return found


def parsed(written: Iterable[Mapping[str, Any]]) -> dict[str, Group]:
    """By name, groups in the form of a rule file that are stored elsewhere."""
    return {
        one["name"]: Group(
            one["name"], "", seconds(one["interval"]), tuple(_written(r) for r in one["rules"])
        )
        for one in written
    }


def running(answer: Any) -> tuple[Running, ...]:
    """What `/api/v1/rules` answers. Raises FatalError where that is something else."""
    try:
        return tuple(_running(group) for group in answer["data"]["groups"] or ())
    except (KeyError, TypeError, ValueError, AttributeError):
        raise FatalError("the server does not answer /api/v1/rules as Prometheus does") from None


def differences(wanted: Group, found: Group) -> Iterator[str]:
    """What differs of two groups of one name, in words; rules are matched by their identity."""
    if wanted.interval != found.interval:
        yield f"interval {duration(found.interval)} -> {duration(wanted.interval)}"
    pairs = _paired(wanted.rules, found.rules)
    for rule, same in pairs:
        if same is None:
            yield f"{rule} is new"
        elif what := list(_parts(rule, same)):
            yield f"{rule}: {', '.join(what)}"
    matched = [id(same) for _, same in pairs]
    for rule in found.rules:
        if id(rule) not in matched:
            yield f"{rule} is gone"
    if wanted.rules != found.rules and sorted(map(repr, wanted.rules)) == sorted(
        map(repr, found.rules)
    ):
        yield "the order of the rules"


def _paired(wanted: tuple[Rule, ...], found: tuple[Rule, ...]) -> list[tuple[Rule, Rule | None]]:
    """Each rule with the one that it was: of its identity, else of what people see of that."""
    left, same = list(found), dict[int, Rule]()
    for alike in (_identical, _alike):
        for place, rule in enumerate(wanted):
            other = next((r for r in left if place not in same and alike(r, rule)), None)
            if other is not None:
                left = [r for r in left if r is not other]
                same[place] = other
    return [(rule, same.get(place)) for place, rule in enumerate(wanted)]


def _identical(one: Rule, other: Rule) -> bool:
    return (one.alert, one.identity) == (other.alert, other.identity)


def _alike(one: Rule, other: Rule) -> bool:
    return (one.alert, str(one)) == (other.alert, str(other))


def _parts(wanted: Rule, found: Rule) -> Iterator[str]:
    news, olds = dict(wanted.labels), dict(found.labels)
    for name in sorted(news.keys() | olds.keys()):
        if news.get(name) != olds.get(name):
            yield f"label {name} {olds.get(name, '(none)')} -> {news.get(name, '(none)')}"
    if wanted.query != found.query:
        yield "query"
    for word, new, old in (
        ("for", wanted.hold, found.hold),
        ("keep_firing_for", wanted.keep, found.keep),
    ):
        if new != old:
            yield f"{word} {duration(old)} -> {duration(new)}"
    new_texts, old_texts = dict(wanted.annotations), dict(found.annotations)
    for name in sorted(new_texts.keys() | old_texts.keys()):
        if new_texts.get(name) != old_texts.get(name):
            yield f"annotation {name}"


def _written(rule: Mapping[str, Any]) -> Rule:
    alert = "alert" in rule
    return Rule(
        str(rule["alert" if alert else "record"]),
        alert,
        meaning(rule["expr"]),
        seconds(rule.get("for", "0s")),
        seconds(rule.get("keep_firing_for", "0s")),
        _pairs(rule.get("labels")),
        _pairs(rule.get("annotations")),
    )


def _running(data: Mapping[str, Any]) -> Running:
    rules, active = [], []
    for one in data["rules"] or ():
        alert = one["type"] == "alerting"
        rule = Rule(
            one["name"],
            alert,
            meaning(one["query"]),
            float(one.get("duration") or 0),
            float(one.get("keepFiringFor") or one.get("keep_firing_for") or 0),
            _pairs(one.get("labels")),
            _pairs(one.get("annotations")),
        )
        rules.append(rule)
        active += [
            Active(rule.identity, _pairs(a["labels"]), a["state"])
            for a in one.get("alerts") or ()
            if a["state"] in ("pending", "firing")
        ]
    path = data["file"]
    group = Group(data["name"], basename(path), float(data["interval"]), tuple(rules))
    took = data.get("evaluationTime")
    return Running(group, path, tuple(active), float(took) if took else None)


def _pairs(labels: Mapping[str, Any] | None) -> Pairs:
    return tuple(sorted((str(k), str(v)) for k, v in (labels or {}).items()))


@lru_cache(maxsize=65536)
def meaning(expr: str) -> str:
    """One text for all ways to write an expression; as it is where the parser cannot read it."""
    try:
        return str(promql.parse(expr).prettify())
    except promql.PromqlError:
        return " ".join(expr.split())


def by_name(groups: Iterable[Running]) -> dict[str, list[Running]]:
    """The groups of each name; a server that loads a file twice has two of one."""
    found: dict[str, list[Running]] = {}
    for one in groups:
        found.setdefault(one.group.name, []).append(one)
    return found
