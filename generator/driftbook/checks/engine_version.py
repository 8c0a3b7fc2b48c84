"""The catalog needs a feature that the declared Prometheus or Alertmanager does not have.

Rules use `present_over_time` (Prometheus 2.29); `keep_firing_for` needs 2.42. Routes use quoted
matchers (Alertmanager 0.22), and 0.24 for hours in which they notify, 0.25 for their time zone.
"""

from collections.abc import Iterator

from driftbook.checks.example import CATALOG
from driftbook.checks.kit import Example, Subject, every_condition, found
from driftbook.diagnostics import Diagnostic, Path, Place, Severity

CODE = "DB605"
NAME = "engine-version"
TITLE = "An engine that is too old"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(CATALOG, 'version: "2.42"', 'version: "2.41"', 'version: "2.43"')


PROMETHEUS = (2, 29)
KEEP_FIRING_FOR = (2, 42)
ALERTMANAGER = (0, 22)
ACTIVE_INTERVALS = (0, 24)
LOCATIONS = (0, 25)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """The declared versions, then each use of something newer."""
    catalog = subject.catalog
    file = catalog.origin.file
    if catalog.prometheus.version < PROMETHEUS:
        path: Path = ("prometheus", "version")
        message = f"the rules need Prometheus {_text(PROMETHEUS)}"
        yield found(CODE, message, file, path, expected=f"{_text(PROMETHEUS)} or newer")
    elif catalog.prometheus.version < KEEP_FIRING_FOR:
        for invariant, condition in every_condition(subject):
            if condition.keep:
                message = f"`keep_firing_for` needs Prometheus {_text(KEEP_FIRING_FOR)}"
                at = (*condition.at, "keep_firing_for")
                other = Place(file, ("prometheus", "version"))
                where = invariant.origin.file
                yield found(CODE, message, where, at, on_key=True, other=other)
    needed, why = _alertmanager(subject)
    if catalog.alertmanager.version < needed:
        message = f"{why} Alertmanager {_text(needed)}"
        path = ("alertmanager", "version")
        yield found(CODE, message, file, path, expected=f"{_text(needed)} or newer")


def _alertmanager(subject: Subject) -> tuple[tuple[int, int], str]:
    catalog = subject.catalog
    told = {policy.notify for policy in catalog.stages.values()} - {"always"}
    zones = {team.location for team in catalog.teams.values()}
    zones |= {i.location for name, i in catalog.time_intervals.items() if name in told}
    if told and any(zones):
        return LOCATIONS, "time zones of time intervals need"
    return (ACTIVE_INTERVALS, "time intervals need") if told else (ALERTMANAGER, "the routes need")


def _text(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
