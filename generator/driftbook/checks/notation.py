"""promtool's notation of samples, as Prometheus 2.42 reads it."""

import re

LIMIT = 20_000
"""Most samples of a series: a week at 30 s. More would be a slip of the pen."""

_NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?)"
_PART = re.compile(
    rf"_(?:x(?P<gaps>[0-9]+))?|stale|[-+]?(?:NaN|nan|Inf|inf)"
    rf"|[-+]?{_NUMBER}(?:(?:[-+]{_NUMBER})?x(?P<times>[0-9]+))?"
)


def bad_part(values: str) -> tuple[str, int] | None:
    """The first part that is not in the notation, and where it stands."""
    for part in re.finditer(r"\S+", values):
        if not _PART.fullmatch(part[0]):
            return part[0], part.start()
    return None


def samples(values: str) -> int | None:
    """How many samples and gaps there are; None when the notation is wrong."""
    count = 0
    for part in values.split():
        match = _PART.fullmatch(part)
        if match is None:
            return None
        count += int(match["gaps"][:9]) if match["gaps"] else int((match["times"] or "0")[:9]) + 1
    return count
