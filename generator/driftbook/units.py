"""Durations and bounds: the notations of the catalog, as numbers in the base unit of a signal.

Durations follow Prometheus (`90s`, `15m`, `1h30m`; descending units, each at most once), see
"Time durations" in the Prometheus querying documentation.
"""

import re
from fractions import Fraction
from functools import lru_cache

MILLISECONDS = {
    "y": 365 * 86_400_000,
    "w": 7 * 86_400_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1_000,
    "ms": 1,
}
DURATION_PATTERN = r"^(?=.)([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"
SPAN_PATTERN = DURATION_PATTERN.replace("^(?=.)", "^(?=.*[1-9])")
"""A duration above 0."""
_PART = re.compile(r"([0-9]+)(ms|[ywdhms])")
_NUMBER = r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_BYTES = {"B": 1} | {
    f"{prefix}{suffix}": base**power
    for suffix, base in (("iB", 1024), ("B", 1000))
    for power, prefix in enumerate("KMGTP", start=1)
}
_RATE = {"s": 1, "m": 60, "h": 3600}

UNITS = {
    "seconds": "a duration such as 10s, 250ms or 1h30m",
    "ratio": "a percentage such as 0.5%",
    "bytes": "a size such as 20MiB, 5GB or 512B",
    "events_per_second": "a rate such as 5/s, 2/m or 1/h",
    "items": "a plain number",
    "count": "a plain number",
}
"""Every unit of a signal, and how a bound of it is written."""


@lru_cache(maxsize=4096)
def seconds(duration: str) -> float:
    """A Prometheus duration in seconds. Raises ValueError when it is not one."""
    if not re.match(DURATION_PATTERN, duration):
        raise ValueError(f'"{duration}" is not a duration')
    return sum(int(n) * MILLISECONDS[unit] for n, unit in _PART.findall(duration)) / 1000


@lru_cache(maxsize=4096)
def duration(secs: float) -> str:
    """Seconds as the shortest Prometheus duration, to the millisecond: 5400 -> `1h30m`."""
    left = round(secs * 1000)
    if left == 0:
        return "0s"
    parts = []
    for unit in ("d", "h", "m", "s", "ms"):
        count, left = divmod(left, MILLISECONDS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)


LONGEST = 365 * 86_400.0
"""Seconds of the longest time that may be looked back."""
LARGEST = 1e18
"""The largest bound: beyond it Prometheus's humanizing functions overflow."""


def bound(value: object, unit: str) -> float:
    """A bound as written, in the base unit of the signal: `0.5%` -> 0.005.

    Raises ValueError, saying what would fit, when the notation does not fit the unit.
    """
    number = _bound(value, unit)
    if number is None:
        raise ValueError(UNITS[unit])
    if not number <= LARGEST:
        raise ValueError(f"{UNITS[unit]}, at most {LARGEST:g} in the base unit")
    return number


def _bound(value: object, unit: str) -> float | None:
    if unit in ("items", "count"):
        return float(value) if isinstance(value, int | float) and value >= 0 else None
    text = str(value)
    if unit == "seconds":
        return (
            seconds(text) if isinstance(value, str) and re.match(DURATION_PATTERN, text) else None
        )
    if unit == "ratio" and (m := re.fullmatch(rf"({_NUMBER})\s?%", text)):
        return float(Fraction(m[1]) / 100)
    if unit == "bytes" and (m := re.fullmatch(rf"({_NUMBER})\s?([KMGTP]?i?B)", text)):
        return float(Fraction(m[1]) * _BYTES[m[2]]) if m[2] in _BYTES else None
    if unit == "events_per_second" and (m := re.fullmatch(rf"({_NUMBER})/([smh])", text)):
        return float(Fraction(m[1]) / _RATE[m[2]])
    return None


@lru_cache(maxsize=4096)
def number(value: float) -> str:
    """A number as PromQL and promtool read it back exactly, without a needless `.0`."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def spoken(value: float, unit: str) -> str:
    """A value of a signal for people: 0.005 ratio -> `0.5 %`, 25 seconds -> `25 s`."""
    if unit == "seconds":
        return _spoken_seconds(value)
    if unit == "ratio":
        return f"{value * 100:.4g} %"
    if unit == "bytes":
        for size, name in ((2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
            if abs(value) >= size:
                return f"{value / size:.4g} {name}"
        return f"{value:.4g} B"
    if unit == "events_per_second":
        return f"{value:.4g} a second" if value >= 0.1 else f"{value * 3600:.4g} an hour"
    return f"{value:.12g}"


@lru_cache(maxsize=4096)
def _spoken_seconds(value: float) -> str:
    if value < 1:
        return f"{value * 1000:.4g} ms" if value else "0 s"
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if value >= size and value % size == 0:
            return f"{value / size:.6g} {name}"
    return f"{value:.6g} s" if value < 3600 else duration(value)
