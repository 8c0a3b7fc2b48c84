"""What is wrong with a running system, as values."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]
LEVELS: tuple[Level, ...] = ("error", "warning")


@dataclass(frozen=True, slots=True)
class Finding:
    """error: alerts do not come as the catalog says. warning: they may not, one day.

    check: which of `doctor.CHECKS` found it. about: an invariant, a group, a setting. todo: what
    a person can do. passing: whether it is also so for a while after a start or a reload.
    """

    level: Level
    check: str
    about: str
    message: str
    todo: str
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """What a group of rules costs here. took, interval: seconds. series: that it records."""

    group: str
    rules: int
    series: int
    took: float
    interval: float

    @property
    def share(self) -> float:
        """Of the time between two evaluations, how much one takes."""
        return self.took / self.interval if self.interval else 0.0
