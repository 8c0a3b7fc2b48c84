"""Time intervals as Alertmanager wants them: no range crosses midnight, each has its time zone."""

from collections.abc import Iterator
from typing import Any

from driftbook import names
from driftbook.model import Catalog, TimeInterval

DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
"""In the order of Alertmanager, whose ranges of days may not go backwards."""


def used(catalog: Catalog) -> list[dict[str, Any]]:
    """The intervals that stages notify in: the catalog's own, and one per team's time zone."""
    wanted = sorted({policy.notify for policy in catalog.stages.values()} - {"always"})
    owners = {invariant.owner.name for invariant in catalog.compiled()}
    zones = sorted({catalog.teams[name].location for name in owners})
    return [
        {
            "name": names.interval(name, zone),
            "time_intervals": list(ranges(catalog.time_intervals[name], zone)),
        }
        for name in wanted
        for zone in zones
    ]


def ranges(interval: TimeInterval, zone: str) -> Iterator[dict[str, Any]]:
    """The interval in Alertmanager's terms; zone: of a team, over the interval's own."""
    location = zone or interval.location
    within = [times for times in interval.times if not _overnight(times)]
    if within or not interval.times:
        yield _range(within, interval.days, location)
    for times in interval.times:
        if _overnight(times):
            start, end = times.split("-")
            yield _range([f"{start}-24:00"], interval.days, location)
            if end != "00:00":
                morning = [day for days in interval.days for day in _next_days(days)]
                yield _range([f"00:00-{end}"], morning, location)


def _range(times: list[str], days: tuple[str, ...] | list[str], location: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if times:
        pairs = [one.split("-") for one in times]
        made["times"] = [{"start_time": start, "end_time": end} for start, end in pairs]
    if days:
        made["weekdays"] = list(days)
    return made | ({"location": location} if location else {})


def _overnight(times: str) -> bool:
    start, end = times.split("-")
    return end <= start


def _next_days(days: str) -> list[str]:
    """`monday:friday` -> `tuesday:saturday`; what would go backwards is said day by day."""
    bounds = [(DAYS.index(day) + 1) % 7 for day in days.split(":")]
    first, last = bounds[0], bounds[-1]
    if first > last:
        return [DAYS[n % 7] for n in range(first, last + 8)]
    return [DAYS[first] if first == last else f"{DAYS[first]}:{DAYS[last]}"]
