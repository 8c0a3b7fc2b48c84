"""A time interval has a wrong day, a wrong time, or a time zone that is not known.

Days are `monday` or `monday:friday`, and a range may not go past saturday (weeks begin on
sunday); times are `09:00-18:00`, and go over midnight where the second is earlier. Time zones are
IANA names such as Europe/Berlin, of teams, too.
"""

import re
from collections.abc import Iterator
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from driftbook.checks.example import CATALOG
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Path, Severity, nearest

CODE = "DB607"
NAME = "time-interval"
TITLE = "Hours that Alertmanager would refuse"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    CATALOG,
    'times: ["09:00-18:00"]',
    'times: ["9-18"]',
    'times: ["22:00-06:00"]',
)


DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_TIMES = re.compile(r"(([01][0-9]|2[0-3]):[0-5][0-9])-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Intervals of the catalog, time zones of the catalog and of teams."""
    file = subject.catalog.origin.file
    for name, interval in subject.catalog.time_intervals.items():
        for index, days in enumerate(interval.days):
            if fault := _bad_days(days):
                path: Path = ("time_intervals", name, "days", index)
                expected = "a day, or a range of days from sunday to saturday"
                yield found(CODE, fault, file, path, expected=expected)
        for index, times in enumerate(interval.times):
            match = _TIMES.fullmatch(times)
            if match is None or match[1] == match[3]:
                path = ("time_intervals", name, "times", index)
                message = f'"{times}" is not a range of times'
                yield found(CODE, message, file, path, expected="a range such as 09:00-18:00")
        path = ("time_intervals", name, "location")
        yield from _location(file, path, interval.location)
    for document in subject.of_kind("team"):
        yield from _location(document.file, ("location",), document.data.get("location", ""))


def _bad_days(days: str) -> str:
    parts = days.split(":")
    wrong = [part for part in parts if part not in DAYS]
    if wrong or len(parts) > 2:
        return f'"{wrong[0] if wrong else days}" is not a day'
    if len(parts) == 2 and DAYS.index(parts[0]) > DAYS.index(parts[1]):
        return f'the range "{days}" goes past the end of the week'
    return ""


def _location(file: str, path: Path, location: str) -> Iterator[Diagnostic]:
    if location and not _known(location):
        expected = nearest(location, available_timezones()) or "an IANA time zone"
        message = f'there is no time zone "{location}"'
        yield found(CODE, message, file, path, expected=expected)


@cache
def _known(location: str) -> bool:
    """Also true where the machine has no time zones at all: Alertmanager brings its own."""
    try:
        ZoneInfo(location)
    except (KeyError, ValueError, OSError):
        return not available_timezones()
    return True
