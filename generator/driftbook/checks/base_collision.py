"""The base has a receiver or a time interval whose name starts with `driftbook-`.

Those names are made by driftbook; the configuration would have two of one name.
"""

from collections.abc import Iterator

from driftbook.checks.example import CATALOG
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity

CODE = "DB602"
NAME = "base-collision"
TITLE = "The base uses a name of ours"
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
        _BASE: "route: {receiver: driftbook-sre}\nreceivers: [{name: driftbook-sre}]\n",
    },
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each name."""
    base = subject.catalog.alertmanager.base
    for key in ("receivers", "time_intervals", "mute_time_intervals"):
        entries = base.get(key, [])
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            name = entry.get("name") if isinstance(entry, dict) else None
            if isinstance(name, str) and name.startswith("driftbook-"):
                message = f'the name "{name}" is one that driftbook makes'
                expected = "a name that does not start with driftbook-"
                path = (key, index, "name")
                yield found(CODE, message, subject.base_file, path, expected=expected)
