"""Versions of exporters and ranges of them: `>=0.13.2, <0.20`.

Only the dotted numbers at the front count, so that `v0.20.1`, `0.11.1-3+b5` and `0.20` all read.
"""

import operator
import re
from collections.abc import Callable

_VERSION = re.compile(r"v?([0-9]+(?:\.[0-9]+)*)")
_PART = re.compile(r"\s*(>=|<=|==|>|<)\s*v?([0-9]+(?:\.[0-9]+)*)\s*")
_COMPARE: dict[str, Callable[[tuple[int, ...], tuple[int, ...]], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
LENGTH = 6


def is_version(text: str) -> bool:
    """Whether a text starts as a version does."""
    return bool(_VERSION.match(text))


def fits(version: str, versions: str) -> bool:
    """Whether a version is within a range; everything is within "".

    Raises ValueError when either cannot be read.
    """
    match = _VERSION.match(version)
    if not match:
        raise ValueError(f'"{version}" is not a version')
    number = _padded(match[1])
    return all(_COMPARE[op](number, bound) for op, bound in bounds(versions))


def bounds(versions: str) -> list[tuple[str, tuple[int, ...]]]:
    """The comparisons of a range. Raises ValueError."""
    found = []
    for part in versions.split(",") if versions else ():
        match = _PART.fullmatch(part)
        if not match:
            raise ValueError(f'"{versions}" is not a range of versions')
        found.append((match[1], _padded(match[2])))
    return found


def _padded(version: str) -> tuple[int, ...]:
    numbers = tuple(int(n) for n in version.split("."))
    return numbers + (0,) * (LENGTH - len(numbers))
