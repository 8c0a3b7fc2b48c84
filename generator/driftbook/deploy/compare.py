"""What the rules of a catalog change at a ruler, and whose alerts that disturbs."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from driftbook.deploy.groups import SHOWN, Active, Group, Pairs, Rule, Running, differences
from driftbook.deploy.plan import Change, Disturbed, Fate


@dataclass(frozen=True, slots=True)
class Ruler:
    """What is known of the rulers of one kind.

    keeps: the part of a rule by which it is known again after a change; its alerts live on.
    ordered: whether it runs the rules of a group in the order of the file after a change.
    """

    keeps: frozenset[str] = frozenset(("name", "labels"))
    ordered: bool = True

    def seen(self, group: Group) -> Group:
        """The group in an order that this ruler can be held to."""
        return group if self.ordered else replace(group, rules=tuple(sorted(group.rules, key=repr)))

    def identity(self, rule: Rule) -> tuple[object, ...]:
        """Rules with the same one share their alerts, the old one with the new."""
        return tuple(getattr(rule, part) for part in sorted(self.keeps))


PROMETHEUS = Ruler()
"""Also Mimir, whose ruler is made of Prometheus: see `Group.CopyState`."""
VMALERT = Ruler(frozenset(("name", "labels", "query")), ordered=False)
"""See `HashRule` of vmalert; a rule that is new to a group comes last until it is restarted."""


def changes(wanted: Mapping[str, Group], found: Mapping[str, Group]) -> Iterator[Change]:
    """Groups that are new or gone, and the rules that differ of the others."""
    for name in sorted(wanted.keys() | found.keys()):
        new, old = wanted.get(name), found.get(name)
        if old is None and new is not None:
            yield Change("added", "group", name, _content(new))
        elif new is None and old is not None:
            yield Change("removed", "group", name, _content(old))
        elif new is not None and old is not None:
            yield from _inside(new, old)


def changed(wanted: Mapping[str, Group], found: Mapping[str, Group]) -> Iterator[Group]:
    """The groups of which `changes` tells something."""
    for name in wanted.keys() | found.keys():
        new, old = wanted.get(name), found.get(name)
        if new is None or old is None or new.rules != old.rules or new.interval != old.interval:
            yield from filter(None, (new, old))


def _inside(new: Group, old: Group) -> Iterator[Change]:
    """An alert for an alert; everything else of a group in one line."""
    news = {rule.identity: rule for rule in new.rules if rule.alert}
    olds = {rule.identity: rule for rule in old.rules if rule.alert}
    gone = {str(olds[key]): key for key in sorted(olds.keys() - news.keys())}
    for key in sorted(news.keys() - olds.keys()):
        name = str(news[key])
        if name in gone:  # what people know it by is the same: another label differs
            one, other = _alone(new, news[key]), _alone(old, olds.pop(gone.pop(name)))
            yield Change("changed", "alert", name, _short(differences(one, other), name))
        else:
            yield Change("added", "alert", name, new.name)
    for key in sorted(olds.keys() - news.keys()):
        yield Change("removed", "alert", str(olds[key]), new.name)
    for key in sorted(news.keys() & olds.keys()):
        one, other = _alone(new, news[key]), _alone(old, olds[key])
        if said := list(differences(one, other)):
            yield Change("changed", "alert", str(news[key]), _short(said, str(news[key])))
    rest, before = _without(new), _without(old)
    if said := list(differences(rest, before)):
        yield Change("changed", "group", new.name, "; ".join(said))
    elif sorted(_order(new)) == sorted(_order(old)) and _order(new) != _order(old):
        yield Change("changed", "group", new.name, "the order of the rules")


def _order(group: Group) -> list[tuple[str, Pairs]]:
    return [rule.identity for rule in group.rules]


def _alone(group: Group, rule: Rule) -> Group:
    return Group(group.name, group.file, 0, (rule,))


def _without(group: Group) -> Group:
    recordings = tuple(rule for rule in group.rules if not rule.alert)
    return Group(group.name, group.file, group.interval, recordings)


def _short(said: Iterable[str], name: str) -> str:
    return "; ".join(text.removeprefix(f"{name}: ") for text in said)


def _content(group: Group) -> str:
    alerts = sum(rule.alert for rule in group.rules)
    others = len(group.rules) - alerts
    return f"{alerts} alert{'s' * (alerts != 1)}, {others} recording{'s' * (others != 1)}"


def disturbed(
    found: Iterable[Running], wanted: Mapping[str, Group], moved: frozenset[str], ruler: Ruler
) -> Iterator[Disturbed]:
    """The alerts of groups that do not live on.

    found: groups that are changed or go; one that stays is not among them. moved: names of the
    groups whose file has another path than before, which makes them other groups to a ruler.
    """
    for one in found:
        new = wanted.get(one.group.name)
        rules = {rule.identity: rule for rule in one.group.rules}
        for active in one.active:
            if told := _fate(rules[active.rule], new, one.group.name in moved, ruler):
                yield _disturbed(active, *told)


def _fate(rule: Rule, new: Group | None, moved: bool, ruler: Ruler) -> tuple[Fate, str] | None:
    if new is None:
        return "ends", "its group is removed"
    alike = [r for r in new.rules if r.alert and r.name == rule.name]
    heirs = [r for r in alike if _shown(r.labels) == _shown(rule.labels)]
    if not heirs:
        return "ends", "no rule raises it any more"
    if moved:
        return "restarts", "its file has another path"
    if any(ruler.identity(r) == ruler.identity(rule) for r in alike):
        return None
    said = "labels" if all(r.labels != rule.labels for r in heirs) else "query"
    return "restarts", f"the {said} of its rule change{'s' * (said == 'query')}"


def _shown(labels: Pairs) -> Pairs:
    return tuple((name, value) for name, value in labels if name in SHOWN)


def _disturbed(active: Active, fate: Fate, why: str) -> Disturbed:
    labels = tuple(pair for pair in active.labels if pair[0] != "alertname")
    named = dict(active.labels).get("alertname", active.rule[0])
    return Disturbed(named, labels, active.state, fate, why)
