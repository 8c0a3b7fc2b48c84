"""What a prober exports: the contract of docs/reference/canary.md, as prometheus-client metrics.

Every series exists from the start, counters at 0, because the first increase of a counter that
was not there before is invisible to Prometheus.
"""

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from driftbook.canary.config import Probe
from driftbook.canary.judge import Propagated, Verdict

SOURCE = ("dataset", "store", "source")
TARGET = (*SOURCE, "target")
REASONS = ("error", "timeout")
BUCKETS = (
    *(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
    *(1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600),
)
"""Upper bounds in seconds; the `stale_after` of every probe is one too."""


class Metrics:
    """All metrics of one prober. Safe to be called from many threads."""

    def __init__(self, registry: CollectorRegistry, probes: Iterable[Probe]) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        probes = tuple(probes)
        buckets = sorted({*BUCKETS, *(probe.stale_after for probe in probes)})

        def counter(name: str, help_: str, labels: Iterable[str]) -> Counter:
            return Counter(f"canary_{name}", help_, labels, registry=registry)

        def gauge(name: str, help_: str, labels: Iterable[str]) -> Gauge:
            return Gauge(f"canary_{name}_seconds", help_, labels, registry=registry)

        self._writes = counter("writes", "Writes that the source acknowledged.", SOURCE)
        self._write_failures = counter(
            "write_failures", "Writes that were not acknowledged.", (*SOURCE, "reason")
        )
        self._last_write = gauge(
            "last_write_success_timestamp", "When a write was last acknowledged.", SOURCE
        )
        self._reads = counter("reads", "Reads that a target answered.", TARGET)
        self._read_failures = counter(
            "read_failures", "Reads that were not answered.", (*TARGET, "reason")
        )
        self._last_read = gauge(
            "last_read_success_timestamp", "When a read was last answered.", TARGET
        )
        self._propagation = Histogram(
            "canary_propagation_seconds",
            "Time from a write's acknowledgement until the target showed it.",
            TARGET,
            buckets=buckets,
            registry=registry,
        )
        self._pending = gauge(
            "propagation_pending",
            "Age of the oldest acknowledged write that the target has not shown, 0 if none.",
            TARGET,
        )
        self._stale = counter(
            "stale_reads", "Reads that did not show a write older than stale_after.", TARGET
        )
        self._own = counter(
            "read_your_writes_violations",
            "Reads that did not show what the same session had written.",
            TARGET,
        )
        self._monotonic = counter(
            "monotonic_read_violations",
            "Reads that showed less than an earlier read of the same session, at any target.",
            TARGET,
        )
        for probe in probes:
            self._start(probe)

    def wrote(self, probe: Probe) -> None:
        """A write was acknowledged just now."""
        self._writes.labels(*source(probe)).inc()
        self._last_write.labels(*source(probe)).set_to_current_time()

    def write_failed(self, probe: Probe, reason: str) -> None:
        """A write was not acknowledged."""
        self._write_failures.labels(*source(probe), reason).inc()

    def read(
        self, probe: Probe, target: str, verdict: Verdict, trace: Callable[[int], str]
    ) -> None:
        """A target has answered just now. trace: the trace id of a version."""
        labels = (*source(probe), target)
        self._reads.labels(*labels).inc()
        self._last_read.labels(*labels).set_to_current_time()
        for counter, missed in (
            (self._stale, verdict.stale),
            (self._own, verdict.own_write),
            (self._monotonic, verdict.monotonic),
        ):
            if missed:
                counter.labels(*labels).inc(exemplar={"trace_id": trace(missed)})
        self.propagated(probe, verdict.propagated, trace)

    def read_failed(self, probe: Probe, target: str, reason: str) -> None:
        """A target has not answered."""
        self._read_failures.labels(*source(probe), target, reason).inc()

    def propagated(
        self, probe: Probe, seen: Iterable[Propagated], trace: Callable[[int], str]
    ) -> None:
        """Writes have shown up at targets."""
        for one in seen:
            exemplar = {"trace_id": trace(one.version)}
            labels = (*source(probe), one.target)
            self._propagation.labels(*labels).observe(one.seconds, exemplar=exemplar)

    def watch_pending(self, probe: Probe, target: str, age: Callable[[], float]) -> None:
        """Asks for the age at every scrape, so that it grows while nothing else moves."""
        self._pending.labels(*source(probe), target).set_function(age)

    def _start(self, probe: Probe) -> None:
        of_source = source(probe)
        self._writes.labels(*of_source)
        self._last_write.labels(*of_source)
        for reason in REASONS:
            self._write_failures.labels(*of_source, reason)
        for target in probe.targets:
            labels = (*of_source, target.name)
            for metric in (self._reads, self._stale, self._own, self._monotonic):
                metric.labels(*labels)
            self._last_read.labels(*labels)
            self._propagation.labels(*labels)
            self._pending.labels(*labels)
            for reason in REASONS:
                self._read_failures.labels(*labels, reason)


def source(probe: Probe) -> tuple[str, str, str]:
    """The label values of SOURCE."""
    return probe.dataset, probe.store, probe.source.name
