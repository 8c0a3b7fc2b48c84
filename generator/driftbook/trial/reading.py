"""Which signals a server can feed, and what they read there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from driftbook import packs
from driftbook.packs import PackSignal, applied, fits, paste
from driftbook.packs.versions import bounds
from driftbook.promql import facts
from driftbook.trial.server import RefusedError, Server

Sample = tuple[dict[str, str], float]
COMMON = frozenset(("up",))
"""Metrics that say nothing about which exporter is there."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A signal of which the server has some metric.

    lacks: metrics that it has not. spans: whether the value counts over time. version: to be
    stated, or "". samples: what it reads now. refused: why the server cannot say, or "".
    """

    signal: PackSignal
    lacks: tuple[str, ...]
    spans: bool
    version: str
    samples: tuple[Sample, ...] = ()
    refused: str = ""

    @property
    def fed(self) -> bool:
        """Whether the server has what the signal reads; it may lack a counter that is still 0."""
        return not self.lacks or bool(self.samples)


def wanted(words: Sequence[str]) -> list[PackSignal]:
    """The signals of the packs and signals named; all without a name. Raises KeyError."""
    if not words:
        return [s for name in packs.names() for s in packs.load(name).signals.values()]
    found: dict[str, PackSignal] = {}
    for word in words:
        pack, _, name = word.partition("/")
        signals = packs.load(pack).signals
        found |= {s.name: s for s in ([signals[name]] if name else signals.values())}
    return list(found.values())


def metrics_of(signals: Sequence[PackSignal]) -> frozenset[str]:
    """Everything that signals read."""
    return frozenset(m.name for signal in signals for m in signal.metrics)


def judged(signals: Sequence[PackSignal], metrics: frozenset[str]) -> Iterator[Reading]:
    """The signals of which a server has some metric, without what they read."""
    for signal in signals:
        if reading := _judged(signal, metrics):
            yield reading


def _judged(signal: PackSignal, metrics: frozenset[str]) -> Reading | None:
    """The newest spelling of which the server has most."""
    best: tuple[int, Reading] | None = None
    for spelling in reversed(signal.spellings):
        said = facts(applied(signal, spelling.expr, {}))
        read = {use.metric for use in said.uses}
        if not (read & metrics) - COMMON:
            continue
        lacks = tuple(sorted(read - metrics - COMMON))
        version = "" if signal.expr() else version_in(signal, spelling.versions)
        spans = any(map(_over_time, said.functions))
        if best is None or len(lacks) < best[0]:
            best = len(lacks), Reading(signal, lacks, spans, version)
    return best[1] if best else None


def _over_time(function: str) -> bool:
    return function in _OVER_TIME or function.endswith("_over_time")


_OVER_TIME = frozenset(
    ("rate", "irate", "increase", "delta", "idelta", "deriv", "changes", "resets", "predict_linear")
)


def version_in(signal: PackSignal, versions: str) -> str:
    """A version within a range that the pack fits; "" where none comes to mind."""
    whole = packs.load(signal.pack).versions
    named = [
        ".".join(map(str, number[:3])) for part in (versions, whole) for _, number in bounds(part)
    ]
    candidates = [*named, *(f"{version}.1" for version in named), "0.0.1"]
    return next((v for v in candidates if all(fits(v, r) for r in (versions, whole))), "")


def filled(reading: Reading, server: Server) -> Reading:
    """The reading with its samples. Raises FatalError."""
    signal = reading.signal
    try:
        samples = server.query(applied(signal, signal.expr(reading.version), {}))
    except RefusedError as fault:
        return replace(reading, refused=str(fault))
    return replace(reading, samples=tuple(samples))


def invariant(reading: Reading, dataset: str, runbook: str) -> str:
    """The invariant to paste."""
    return paste.invariant(reading.signal, dataset, runbook, reading.version)
