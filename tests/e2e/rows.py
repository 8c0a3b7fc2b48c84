"""What a report is made of: each expectation, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from e2e.receiver import Told


@dataclass(frozen=True, slots=True)
class Row:
    """One expectation and what became of it. Times in seconds from the fault or its end.

    within: as computed. seen: None where nothing came or nothing was meant to. shown, held,
    grouped: the parts of it, up to pending, up to firing, and up to the receiver.
    """

    scenario: str
    fault: str
    what: str
    stage: str
    receiver: str
    within: float | None
    seen: float | None
    verdict: str
    shown: float | None = None
    held: float | None = None
    grouped: float | None = None

    @property
    def good(self) -> bool:
        """Whether it is as meant."""
        return self.verdict == "ok"


def verdict(first: Told | None, meant: str, most: float, seen: float | None) -> str:
    """What became of something that was to be told; most: seconds."""
    if first is None or seen is None:
        return "NEVER"
    if first.receiver != meant:
        return f"WRONG RECEIVER {first.receiver}"
    return judged(seen <= most, "LATE")


def judged(good: bool, else_: str) -> str:
    """`ok`, or else what is wrong."""
    return "ok" if good else else_


def listed(told: Iterable[Told]) -> str:
    """Messages behind a colon, each once; nothing for none."""
    words = sorted({str(t) for t in told})
    return f": {', '.join(words)}" if words else ""
