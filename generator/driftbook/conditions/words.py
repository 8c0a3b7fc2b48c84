"""Words for people: places, shares, bounds, times."""

from functools import lru_cache

from driftbook.model import Invariant
from driftbook.units import spoken

_ENDS = ({"source", "target"}, {"from", "to"}, {"primary", "replica"}, {"origin", "destination"})
FORMATS = {
    "seconds": "humanizeDuration",
    "ratio": "humanizePercentage",
    "bytes": "humanize1024",
    "events_per_second": "humanize",
    "items": "humanize",
    "count": "humanize",
}
"""The function with which a description shows a value, by the unit of the signal."""
_FRACTIONS = {
    0.1: "a tenth",
    0.2: "a fifth",
    0.25: "a quarter",
    0.5: "half",
    0.75: "three quarters",
}


@lru_cache(maxsize=4096)
def place(identity: tuple[str, ...]) -> str:
    """What one place is called: (source_region, target_region) -> `region pair`."""
    if not identity:
        return "signal"
    if len(identity) == 2:
        first, second = (label.split("_", 1) for label in identity)
        if (
            len(first) == len(second) == 2
            and first[1] == second[1]
            and {
                first[0],
                second[0],
            }
            in _ENDS
        ):
            return f"{first[1].replace('_', ' ')} pair"
    names = " and ".join(_spelled(label) for label in identity)
    return names if len(identity) == 1 else f"combination of {names}"


def _spelled(label: str) -> str:
    """A label as words; one with an abbreviation in it stays as it is."""
    parts = label.split("_")
    return " ".join(parts) if all(len(part) > 2 for part in parts) else label


def places(identity: tuple[str, ...]) -> str:
    """Several of them."""
    word = place(identity)
    if word.startswith("combination of "):
        return word.replace("combination", "combinations", 1)
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"


def a_place(invariant: Invariant) -> str:
    """`a region pair`, or `the signal` where there is only one."""
    word = place(invariant.signal.identity)
    if not invariant.signal.identity:
        return "the signal"
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def beyond(invariant: Invariant, bound: float) -> str:
    """`over 10 s` or `under 2`."""
    word = "over" if invariant.signal.worse == "above" else "under"
    return f"{word} {spoken(bound, invariant.signal.unit)}"


def time(seconds: float) -> str:
    """A duration for people."""
    return spoken(seconds, "seconds")


def lasting(hold: float) -> str:
    """` for 5 min`, or nothing for an alert without `for`."""
    return f" for {time(hold)}" if hold else ""


def share(value: float) -> str:
    """0.25 -> `a quarter`."""
    return _FRACTIONS.get(round(value, 6), f"{value * 100:.4g} %")


def a_place_of(labels: tuple[str, ...]) -> str:
    """`a target region`, for some labels of an identity."""
    word = place(labels)
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"
