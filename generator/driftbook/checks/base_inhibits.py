"""An inhibition rule of the base can let one alert of the catalog hide another.

The rule that Alertmanager's own example has (critical hides warning, `equal: [alertname, dev,
instance]`) is such a one: a label that is missing on both sides counts as equal, so late at one
place would hide mid at every other place. Leave the catalog's alerts out of it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from driftbook import labels
from driftbook.checks.example import CATALOG
from driftbook.checks.kit import Example, Subject, found
from driftbook.conditions.scope import scopes
from driftbook.diagnostics import Diagnostic, Severity

CODE = "DB610"
NAME = "base-inhibits"
TITLE = "The base inhibits among our alerts"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
_BASE = "invariants/alertmanager.base.yaml"
_NAMED = 'version: "0.25"\n  base: alertmanager.base.yaml'
_RULE = """\
route: {receiver: sre}
receivers: [{name: sre}]
inhibit_rules:
  - source_matchers: ['severity="critical"']
    target_matchers: ['severity="warning"'%s]
    equal: [alertname]
"""
EXAMPLE = Example(
    CATALOG,
    'version: "0.25"',
    _NAMED,
    _NAMED,
    extra={_BASE: _RULE % ", 'invariant=\"\"'"},
    bad_extra={_BASE: _RULE % ""},
)
_MATCHER = re.compile(r"\s*([\w.:-]+)\s*(=~|!~|!=|=)\s*(.*?)\s*", re.DOTALL)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Rules whose source and target can both be alerts of the catalog."""
    rules = subject.catalog.alertmanager.base.get("inhibit_rules", [])
    if not isinstance(rules, list) or not rules:
        return
    alerts = [
        labels.possible(subject.catalog, condition, scope)
        for invariant in subject.catalog.compiled()
        for condition, scope in scopes(invariant, subject.catalog.prometheus)
    ]
    for index, rule in enumerate(rules):
        if not isinstance(rule, dict):
            continue
        sides = [any(_matches(rule, side, a) for a in alerts) for side in ("source", "target")]
        if all(sides):
            message = "this rule lets one alert of the catalog hide another, at any place"
            expected = """'invariant=""' among its target_matchers"""
            path = ("inhibit_rules", index)
            yield found(CODE, message, subject.base_file, path, expected=expected)


def _matches(rule: Mapping[str, Any], side: str, alert: Mapping[str, str | None]) -> bool:
    """Whether the matchers of a side may match; what cannot be read is left to amtool."""
    written = [m for m in rule.get(f"{side}_matchers", []) if isinstance(m, str)]
    plain = rule.get(f"{side}_match") or {}
    regular = rule.get(f"{side}_match_re") or {}
    triples = [m.groups() for m in map(_MATCHER.fullmatch, written) if m]
    triples += [(k, "=", str(v)) for k, v in plain.items()]
    triples += [(k, "=~", str(v)) for k, v in regular.items()]
    return all(_may(alert.get(name, ""), op, value) for name, op, value in triples)


def _may(actual: str | None, op: str, written: str) -> bool:
    if actual is None:
        return True
    value = written[1:-1] if len(written) > 1 and written[0] == written[-1] == '"' else written
    if op in ("=", "!="):
        return (actual == value) == (op == "=")
    try:
        return (re.fullmatch(value, actual) is not None) == (op == "=~")
    except re.error:
        return True
