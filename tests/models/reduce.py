"""A failing case made small: fewer series, then fewer words in each, as long as it still fails.

Hypothesis would shrink every draw, with an engine started for each step; this takes seconds.
"""

import dataclasses
from collections.abc import Callable, Iterator

from models.case import Case
from models.series import Series

RUNS = 150
"""At most so many tries."""


def reduced(one: Case, fails: Callable[[Case], bool]) -> Case:
    """A smaller case that fails too."""
    left = RUNS
    smaller = True
    while smaller:
        smaller = False
        for candidate in _smaller(one):
            if left == 0:
                return one
            left -= 1
            if fails(candidate):
                one, smaller = candidate, True
                break
    return one


def _smaller(one: Case) -> Iterator[Case]:
    many = len(one.series)
    for size in (many // 2, many // 4, 1):
        for at in range(0, many, size) if 0 < size < many else ():
            yield dataclasses.replace(one, series=one.series[:at] + one.series[at + size :])
    if "overrides" in one.invariant:
        rest = {k: v for k, v in one.invariant.items() if k != "overrides"}
        yield dataclasses.replace(one, invariant=rest)
    for at, series in enumerate(one.series):
        words = series.values.split()
        for index in range(len(words) - 1, -1, -1) if len(words) > 1 else ():
            fewer = " ".join(words[:index] + words[index + 1 :])
            shorter = Series(series.metric, series.labels, fewer)
            yield dataclasses.replace(
                one, series=(*one.series[:at], shorter, *one.series[at + 1 :])
            )
