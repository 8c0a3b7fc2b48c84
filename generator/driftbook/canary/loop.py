"""Running probes: a thread for each source and each target, so that none waits for another."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial

from prometheus_client import CollectorRegistry

from driftbook.canary.config import Probe, Server
from driftbook.canary.judge import Judge, Propagated, Read, Verdict
from driftbook.canary.metrics import Metrics
from driftbook.canary.stores import Key, Store, StoreError, stores

RETRY = 1.0
"""Seconds at least between a failure and the next try, so that a dead server is not stormed."""
log = logging.getLogger("driftbook.canary")


class Prober:
    """All probes of a configuration, from `start` to `stop`."""

    def __init__(self, probes: Iterable[Probe], registry: CollectorRegistry) -> None:
        probes = tuple(probes)
        self._metrics = Metrics(registry, probes)
        self.runs = tuple(Run(probe, self._metrics) for probe in probes)
        self.ended = threading.Event()
        self.bug: BaseException | None = None
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Starts the threads; they end soon after `stop`."""
        for run in self.runs:
            for every, store, step in run.steps():
                work = partial(self._repeat, every, store, step)
                self._threads.append(threading.Thread(target=work, daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends the threads, waiting for calls that are under way. Raises what broke one."""
        self.ended.set()
        longest = max(run.probe.bounds.patience for run in self.runs)
        until = time.monotonic() + longest
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        if self.bug is not None:
            raise self.bug

    def _repeat(self, every: float, store: Store, step: Callable[[Store], bool]) -> None:
        """Takes a step at fixed times, late ones at once but never two for one."""
        due = time.monotonic()
        try:
            while not self.ended.wait(max(0.0, due - time.monotonic())):
                fine = step(store)
                due = max(due + every, time.monotonic() + (0.0 if fine else RETRY))
        except BaseException as bug:  # no thread may die while the others pretend that all is well
            self.bug = bug
            self.ended.set()
        finally:
            store.close()


class Run:
    """One probe: what its threads share."""

    def __init__(self, probe: Probe, metrics: Metrics) -> None:
        self.probe = probe
        self.first: dict[str, float] = {}
        self.trouble: dict[tuple[str, str], dict[str, str]] = {}
        self._metrics = metrics
        self._lock = threading.Lock()
        self._judge = Judge((target.name for target in probe.targets), probe.bounds)
        self._version = 0
        self._traces = os.urandom(8).hex()
        for target in probe.targets:
            metrics.watch_pending(probe, target.name, partial(self.pending, target.name))

    def steps(self) -> Iterable[tuple[float, Store, Callable[[Store], bool]]]:
        """What to repeat, how often in seconds, and at which server."""
        probe = self.probe
        yield probe.every, self._store(probe.source), self._write
        for target in probe.targets:
            yield probe.poll, self._store(target), partial(self._read, target.name)

    def pending(self, target: str) -> float:
        """Age in seconds of the oldest write that the target has not shown."""
        with self._lock:
            return self._judge.pending(target, time.monotonic())

    def trace(self, version: int) -> str:
        """The trace id of a write, in the form of W3C Trace Context: ours, then the version."""
        return f"{self._traces}{version:016x}"

    def _store(self, server: Server) -> Store:
        key = Key(self.probe.dataset, self.probe.session)
        return stores()[self.probe.store](server.url, key, self.probe.timeout)

    def _write(self, store: Store) -> bool:
        try:
            if not self._version:
                # Above all that any earlier prober wrote, also what a failover has lost.
                self._version = max(store.read(), time.time_ns() // 1_000_000)
            self._version += 1
            store.write(self._version)
        except StoreError as error:
            self._metrics.write_failed(self.probe, error.reason)
            self._tell(("source", self.probe.source.name), {"write failed": f"{error}"})
            return False
        acknowledged = time.monotonic()
        self._metrics.wrote(self.probe)
        with self._lock:
            seen = self._judge.wrote(self._version, acknowledged)
        self._metrics.propagated(self.probe, seen, self.trace)
        self._note(seen)
        self._tell(("source", self.probe.source.name), {})
        return True

    def _read(self, target: str, store: Store) -> bool:
        started = time.monotonic()
        try:
            version = store.read()
        except StoreError as error:
            self._metrics.read_failed(self.probe, target, error.reason)
            # What the last answer showed holds until there is another one.
            before = self.trouble.get(("target", target), {})
            self._tell(("target", target), before | {"read failed": f"{error}"})
            return False
        answer = Read(target, version, started, ended=time.monotonic())
        with self._lock:
            verdict = self._judge.read(answer)
        self._metrics.read(self.probe, target, verdict, self.trace)
        self._note(verdict.propagated)
        self._tell(("target", target), self._wrong(verdict, version))
        return True

    def _note(self, seen: Iterable[Propagated]) -> None:
        for one in seen:
            self.first.setdefault(one.target, one.seconds)

    def _wrong(self, verdict: Verdict, version: int) -> dict[str, str]:
        missed = {
            "stale read": verdict.stale,
            "own write not read": verdict.own_write,
            "read went back in time": verdict.monotonic,
        }
        return {
            what: f"version {version}, not {newer}, trace_id={self.trace(newer)}"
            for what, newer in missed.items()
            if newer
        }

    def _tell(self, where: tuple[str, str], wrong: dict[str, str]) -> None:
        """Logs what has begun and what has ended, once."""
        before = self.trouble.get(where, {})
        for what in wrong.keys() - before.keys():
            log.warning("%s at %s %s: %s: %s", self.probe.dataset, *where, what, wrong[what])
        for what in before.keys() - wrong.keys():
            log.info("%s at %s %s: over: %s", self.probe.dataset, *where, what)
        self.trouble[where] = wrong
