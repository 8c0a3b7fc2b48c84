"""The alerts in the rule files on disk against those that the catalog means.

What Prometheus would send is made of the labels in these files, so a label that was lost or
changed there would mislead every route, inhibition and page behind it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from driftbook import names
from driftbook.alerts import Alert, alerts
from driftbook.model import Catalog, Invariant
from driftbook.prove.compiled import Compiled, alert_rules
from driftbook.prove.finding import Finding
from driftbook.prove.scenes import Subject


def subjects(catalog: Catalog, compiled: Compiled) -> tuple[list[Subject], list[Finding]]:
    """Each invariant with its alerts and the labels of their rules on disk, and what differs."""
    found: list[Finding] = []
    made = []
    for invariant in catalog.compiled():
        plan = alerts(catalog, invariant)
        pairs, faults = _pair(invariant, plan, compiled)
        made.append(Subject(invariant, tuple(pairs)))
        found += faults
    return made, found


def _pair(
    invariant: Invariant, plan: tuple[Alert, ...], compiled: Compiled
) -> tuple[list[tuple[Alert, Mapping[str, str]]], list[Finding]]:
    """Rules are matched to alerts by what they say of stage, condition and place."""
    file = names.rule_file(invariant)
    rules = alert_rules(compiled.rules.get(file))
    found: list[Finding] = []
    pairs: list[tuple[Alert, Mapping[str, str]]] = []
    for alert in plan:
        rule = _closest(alert, rules)
        if rule is None:
            what = f"{alert.name} {alert.condition.stage} {alert.condition.kind}"
            found.append(Finding("alerts", f"{what} has no rule", file, invariant.name))
            continue
        rules.remove(rule)
        found += [Finding("alerts", m, file, invariant.name) for m in _differences(alert, rule)]
        pairs.append((alert, {str(k): str(v) for k, v in (rule.get("labels") or {}).items()}))
    found += [
        Finding("alerts", f"{rule['alert']} is not an alert of the catalog", file, invariant.name)
        for rule in rules
    ]
    return pairs, found


def _closest(alert: Alert, rules: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The rule with the same expression, else the one that shares most labels; None if few."""
    same = [r for r in rules if str(r.get("expr")).strip() == alert.expr.strip()] or rules

    def shared(rule: Mapping[str, Any]) -> int:
        return len(alert.labels.items() & (rule.get("labels") or {}).items())

    best = max(same, key=shared, default=None)
    return best if best is not None and shared(best) >= len(alert.labels) - 1 else None


def _differences(alert: Alert, rule: Mapping[str, Any]) -> Iterator[str]:
    what = f"{alert.name} {alert.condition.stage} {alert.condition.kind}"
    if rule["alert"] != alert.name:
        yield f"{what} is named {rule['alert']}"
    labels = rule.get("labels") or {}
    for name in sorted(alert.labels.keys() | labels.keys()):
        wanted, got = alert.labels.get(name), labels.get(name)
        if got is None:
            yield f"{what} has lost the label {name}"
        elif wanted is None:
            yield f"{what} has the label {name} besides"
        elif wanted != got:
            yield f'{what} has {name}="{got}" instead of "{wanted}"'


def watchdog(compiled: Compiled) -> list[Finding]:
    """The heartbeat has a rule, and it can never stop firing."""
    file = names.WATCHDOG_RULES
    rules = [r for r in alert_rules(compiled.rules.get(file)) if r["alert"] == names.WATCHDOG]
    if not rules:
        return [Finding("watchdog", f"no rule raises {names.WATCHDOG}", file)]
    if rules[0].get("expr") != "vector(1)" or rules[0].get("for"):
        return [Finding("watchdog", f"{names.WATCHDOG} does not fire always", file)]
    return []
