"""What a season may be: whole days, so that the hour of the day is the same."""

from collections.abc import Iterator

from driftbook.conditions import words
from driftbook.conditions.base import Fault

DAY = 86400.0
LONGEST, MOST = 42 * DAY, 5
"""Longer histories are rare, and each season costs a range of an hour at every evaluation."""


def faults(seasons: tuple[float, ...]) -> Iterator[Fault]:
    """Seasons that are none, the same twice, or too many."""
    for index, season in enumerate(seasons):
        if season < DAY or season % DAY:
            message = f"a season of {words.time(season)} does not end at the same hour"
            yield ("seasons", index), message, "whole days, such as 1d or 1w"
        elif season > LONGEST:
            message = f"a season of {words.time(season)} is longer than most histories"
            yield ("seasons", index), message, f"at most {words.time(LONGEST)}"
        elif season in seasons[:index]:
            message = f"a season of {words.time(season)} is there twice and would count double"
            yield ("seasons", index), message, "every season once"
    if len(seasons) > MOST:
        yield ("seasons",), f"{len(seasons)} seasons are too many", f"at most {MOST}"


def ago(seasons: tuple[float, ...]) -> str:
    """`1, 2 and 3 weeks`."""
    weeks = all(season % (7 * DAY) == 0 for season in seasons)
    counts = [f"{season / (7 * DAY if weeks else DAY):.4g}" for season in seasons]
    listed = " and ".join([*([", ".join(counts[:-1])] if counts[1:] else []), counts[-1]])
    return f"{listed} {'week' if weeks else 'day'}{'' if listed == '1' else 's'}"
