"""A running Prometheus and Alertmanager against the catalog: what is wrong, and what to do."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from driftbook.deploy.http import RefusedError
from driftbook.doctor import routing, rules, settings, signals, young
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


PATIENCE, PAUSE = 15.0, 1.0
"""Seconds for which what may pass is asked again, and between two questions."""
Begun = Callable[[str], None]


def examine(
    subject: Subject, begun: Begun = lambda name: None, patience: float = PATIENCE
) -> list[Finding]:
    """Every finding, errors first. begun: told the name of each check. Raises FatalError."""
    found = {name: _checked(subject, name, begun) for name in CHECKS}
    deadline = time.monotonic() + patience
    while (again := _passing(found)) and time.monotonic() < deadline:
        time.sleep(PAUSE)
        found |= {name: _checked(subject, name, begun) for name in again}
    every = [finding for name in CHECKS for finding in found[name]]
    if _passing(found) and (said := young.note(subject)):
        every = [replace(f, message=f"{f.message} ({said})") if f.passing else f for f in every]
    return sorted(dict.fromkeys(every), key=lambda f: LEVELS.index(f.level))


def _checked(subject: Subject, name: str, begun: Begun) -> list[Finding]:
    begun(name)
    found: list[Finding] = []
    try:
        found.extend(CHECKS[name](subject))
    except RefusedError as fault:
        todo = "allow this request, or look at it by hand"
        found.append(Finding("warning", name, "access", str(fault), todo))
    return found


def _passing(found: dict[str, list[Finding]]) -> list[str]:
    """The checks that found something which may pass."""
    return [name for name, findings in found.items() if any(one.passing for one in findings)]
