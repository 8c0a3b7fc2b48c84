"""Time intervals as Alertmanager wants them: no range crosses midnight, each has its time zone."""

import re
from collections.abc import Iterator
from typing import Any

from driftbook import names
from driftbook.model import Catalog, TimeInterval

DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_TIMES = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")


def used(catalog: Catalog) -> list[dict[str, Any]]:
    """The intervals that stages notify in: the catalog's own, and one per team's time zone."""
    wanted = sorted({p.notify for p in catalog.stages.values()} - {"always"})
    owners = {i.owner.name for i in catalog.compiled()}
    zones = sorted({catalog.teams[name].location for name in owners})
    return [
        {
            "name": names.interval(name, zone),
            "time_intervals": list(_ranges(catalog.time_intervals[name], zone)),
        }
        for name in wanted
        if name in catalog.time_intervals
        for zone in zones
    ]


def _ranges(interval: TimeInterval, zone: str) -> Iterator[dict[str, Any]]:
    location = zone or interval.location
    common = {"location": location} if location else {}
    within = [t for t in interval.times if not _overnight(t)]
    days = [*interval.days]
    if within or not interval.times:
        yield _range(within, days, common)
    for times in interval.times:
        if _overnight(times):
            start, end = times.split("-")
            yield _range([f"{start}-24:00"], days, common)
            if end != "00:00":
                yield _range([f"00:00-{end}"], [_next_day(d) for d in days], common)


def _range(times: list[str], days: list[str], common: dict[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if times:
        made["times"] = [
            dict(zip(("start_time", "end_time"), t.split("-"), strict=True)) for t in times
        ]
    if days:
        made["weekdays"] = days
    return made | common


def _overnight(times: str) -> bool:
    start, end = times.split("-")
    return end <= start


def _next_day(days: str) -> str:
    """`monday:friday` -> `tuesday:saturday`; a range over the week's end is split by the caller."""
    return ":".join(DAYS[(DAYS.index(d) + 1) % 7] for d in days.split(":"))
