"""A running Prometheus and Alertmanager against the catalog: what is wrong, and what to do."""

from collections.abc import Callable, Iterator

from driftbook.deploy.http import RefusedError
from driftbook.doctor import routing, rules, settings, signals
from driftbook.doctor.finding import LEVELS, Finding
from driftbook.doctor.subject import Subject

Check = Callable[[Subject], Iterator[Finding]]
CHECKS: dict[str, Check] = {
    "settings": settings.check,
    "rules": rules.check,
    "watchdog": rules.watchdog,
    "signals": signals.check,
    "routing": routing.check,
}
"""Each looks at one thing; the order is that in which causes come before effects."""


def examine(subject: Subject, begun: Callable[[str], None] = lambda name: None) -> list[Finding]:
    """Every finding, errors first. begun: told the name of each check. Raises FatalError."""
    found: list[Finding] = []
    for name, check in CHECKS.items():
        begun(name)
        try:
            found += check(subject)
        except RefusedError as fault:
            todo = "allow this request, or look at it by hand"
            found.append(Finding("warning", name, "access", str(fault), todo))
    return sorted(dict.fromkeys(found), key=lambda f: LEVELS.index(f.level))
