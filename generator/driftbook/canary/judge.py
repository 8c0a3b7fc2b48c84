"""What writes and reads mean for one session: propagation, stale reads, session guarantees.

A session writes one key, with a version that only grows, and reads it at several targets. All
times are seconds of one monotonic clock. The definitions of the guarantees are those of Terry et
al., "Session Guarantees for Weakly Consistent Replicated Data" (PDIS 1994), with the time that a
user needs between two requests.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

MOST_PENDING = 4096
"""Writes that are remembered for a target that has not seen them; of more, every other one."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """stale_after: age of an acknowledged write that every read must show. think_time: between
    the end of a request and the next one of the same user. patience: longest that a read lasts;
    one that lasts longer may be judged too mildly, never too hard. All in seconds.
    """

    stale_after: float
    think_time: float
    patience: float


@dataclass(frozen=True, slots=True)
class Read:
    """One answer. version: 0 where the key is not there."""

    target: str
    version: int
    started: float
    ended: float


@dataclass(frozen=True, slots=True)
class Propagated:
    """A target has shown this write, or a newer one, for the first time.

    seconds: from the acknowledgement to the end of that read; 0 when the read came first.
    """

    target: str
    version: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one read showed. The three are the version it should have shown, 0 if all is well."""

    propagated: tuple[Propagated, ...] = ()
    stale: int = 0
    own_write: int = 0
    monotonic: int = 0


@dataclass(slots=True)
class _Marks:
    """The newest version that was known at a time, back to `keep` seconds ago."""

    keep: float
    marks: list[tuple[float, int]] = field(default_factory=list)

    def add(self, at: float, version: int) -> None:
        old = self.before(at - self.keep)
        recent = [mark for mark in self.marks if mark[0] > at - self.keep]
        self.marks = [(at - self.keep, old)] * bool(old) + recent + [(at, version)]

    def before(self, at: float) -> int:
        return max((version for time, version in self.marks if time <= at), default=0)


class Judge:
    """Judges the observations of one session in the order in which they are told.

    It touches no clock and no network, and takes no lock.
    """

    def __init__(self, targets: Iterable[str], bounds: Bounds) -> None:
        self._bounds = bounds
        keep = max(bounds.stale_after, bounds.think_time) + bounds.patience
        self._written = _Marks(keep)
        self._read = _Marks(keep)
        self._seen = dict.fromkeys(targets, 0)
        self._pending: dict[str, list[tuple[int, float]]] = {target: [] for target in self._seen}

    def wrote(self, version: int, acknowledged: float) -> tuple[Propagated, ...]:
        """A write was acknowledged. What is given back had been read before that was known."""
        self._written.add(acknowledged, version)
        early = []
        for target, pending in self._pending.items():
            if self._seen[target] >= version:
                early.append(Propagated(target, version, 0.0))
            else:
                pending.append((version, acknowledged))
                if len(pending) > MOST_PENDING:
                    del pending[1::2]
        return tuple(early)

    def read(self, read: Read) -> Verdict:
        """A target has answered."""
        told = read.started - self._bounds.think_time
        verdict = Verdict(
            self._propagated(read),
            _missed(read, self._written.before(read.started - self._bounds.stale_after)),
            _missed(read, self._written.before(told)),
            _missed(read, self._read.before(told)),
        )
        self._read.add(read.ended, read.version)
        return verdict

    def pending(self, target: str, now: float) -> float:
        """Age in seconds of the oldest acknowledged write that the target has not shown, or 0."""
        pending = self._pending[target]
        return max(0.0, now - pending[0][1]) if pending else 0.0

    def _propagated(self, read: Read) -> tuple[Propagated, ...]:
        self._seen[read.target] = max(self._seen[read.target], read.version)
        pending = self._pending[read.target]
        seen = [write for write in pending if write[0] <= read.version]
        self._pending[read.target] = [write for write in pending if write[0] > read.version]
        return tuple(
            Propagated(read.target, version, max(0.0, read.ended - acknowledged))
            for version, acknowledged in seen
        )


def _missed(read: Read, version: int) -> int:
    return version if version > read.version else 0
