"""The file that `alertmanager.base` names has no root route with a receiver.

The catalog's routes are grafted on it, so it has to be a whole configuration. amtool has the last
word on the rest.
"""

from collections.abc import Iterator

from driftbook.checks.example import CATALOG
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity, nearest

CODE = "DB601"
NAME = "base-shape"
TITLE = "A base that is no Alertmanager configuration"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
_BASE = "invariants/alertmanager.base.yaml"
_NAMED = 'version: "0.25"\n  base: alertmanager.base.yaml'
EXAMPLE = Example(
    CATALOG,
    'version: "0.25"',
    _NAMED,
    _NAMED,
    extra={_BASE: "route: {receiver: sre}\nreceivers: [{name: sre}]\n"},
    bad_extra={
        _BASE: "route: {group_wait: 30s}\nreceivers: [{name: sre}]\n",
    },
)


_LISTS = ("receivers", "inhibit_rules", "time_intervals", "mute_time_intervals", "templates")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """The first fault; Alertmanager would stop there as well."""
    base = subject.catalog.alertmanager.base
    if not base:
        return
    file = subject.base_file
    for key in _LISTS:
        if not isinstance(base.get(key, []), list):
            yield found(CODE, f"`{key}` is not a list", file, (key,), expected="a list")
            return
    receivers = base.get("receivers", [])
    if not all(isinstance(r, dict) and isinstance(r.get("name"), str) for r in receivers):
        message = "a receiver without a name"
        yield found(CODE, message, file, ("receivers",), expected="`name` in each receiver")
        return
    route = base.get("route")
    receiver = route.get("receiver") if isinstance(route, dict) else None
    known = [r["name"] for r in receivers]
    if not isinstance(route, dict) or not isinstance(route.get("routes", []), list):
        yield found(CODE, "there is no root route", file, ("route",), expected="a `route`")
    elif receiver not in known:
        message = (
            "the root route has no receiver"
            if receiver is None
            else (f'there is no receiver "{receiver}"')
        )
        expected = nearest(str(receiver), known) or "one of the receivers"
        yield found(CODE, message, file, ("route", "receiver"), expected=expected)
