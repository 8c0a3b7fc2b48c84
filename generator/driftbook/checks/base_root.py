"""The root route of the base chooses among alerts, by labels or by hours.

Alertmanager does not start with such a root: whatever no other route takes is its. What shall only
go somewhere sometimes belongs into a route below it.
"""

from collections.abc import Iterator

from driftbook.checks.example import CATALOG
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity

CODE = "DB611"
NAME = "base-root"
TITLE = "A root route that does not take every alert"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
_BASE = "invariants/alertmanager.base.yaml"
_NAMED = 'version: "0.25"\n  base: alertmanager.base.yaml'
_ROUTE = "route: {receiver: sre%s}\nreceivers: [{name: sre}]\n"
EXAMPLE = Example(
    CATALOG,
    'version: "0.25"',
    _NAMED,
    _NAMED,
    extra={_BASE: _ROUTE % ", routes: [{matchers: ['team=\"web\"'], receiver: sre}]"},
    bad_extra={_BASE: _ROUTE % ", matchers: ['team=\"web\"']"},
)
_REFUSED = ("matchers", "match", "match_re", "active_time_intervals", "mute_time_intervals")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each key of the root route that only a route below it may have."""
    route = subject.catalog.alertmanager.base.get("route")
    for key in _REFUSED:
        if isinstance(route, dict) and route.get(key):
            message = f"the root route cannot have `{key}`: it takes what no other route does"
            expected = f"`{key}` on a route below it, in `route.routes`"
            path = ("route", key)
            yield found(CODE, message, subject.base_file, path, expected=expected, on_key=True)
