"""What a scenario can do and look for; every expectation becomes a row of the report."""

import threading
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

import requests

from driftbook import names
from driftbook.model import STAGES, Condition, StageName
from driftbook.units import seconds
from e2e import evidence, expectations
from e2e.expectations import Parts, Shows
from e2e.made import Made
from e2e.noise import Noise
from e2e.receiver import Receiver, Told
from e2e.rows import Row, judged, listed, verdict
from e2e.stack import BOOT, Stack

PATIENCE = 60.0
"""Seconds to wait beyond what is expected, to know how late something comes."""


class Stopped(Exception):
    """Somebody wants to end."""


class Play:
    """A running scenario.

    changed: the catalog as a colleague has changed it meanwhile. late: seconds by which a message
    of the watchdog may be late, because what tells it was away.
    """

    def __init__(
        self,
        name: str,
        stack: Stack,
        receiver: Receiver,
        noise: Noise,
        stop: threading.Event,
        changed: Made,
    ) -> None:
        self.name, self.stack, self.noise, self.changed = name, stack, noise, changed
        self.rows: list[Row] = []
        self.fault = "none"
        self.late = 0.0
        self._receiver, self._stop = receiver, stop
        self._meant: set[tuple[str, str]] = set()
        self._down: set[str] = set()
        self.started = time.time()

    # waiting

    def sleep(self, seconds: float) -> None:
        """Raises Stopped."""
        if self._stop.wait(seconds):
            raise Stopped

    def until(self, holds: Callable[[], object], seconds: float) -> bool:
        """Whether it holds before the time is over; a server that does not answer does not."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if holds():
                    return True
            except requests.RequestException:
                pass
            self.sleep(0.2)
        return False

    # doing

    def calm(self, lasting: float) -> None:
        """Everything reports; then nothing happens for a while but the watchdog."""
        assert self.until(self.stack.shown, BOOT), "not every signal is there"
        begun = time.time()
        self.sleep(lasting)
        self.check("nothing but the watchdog", not self.told(), seen=time.time() - begun)

    def inflict(self, fault: str) -> float:
        """Names a fault and gives the time from which it counts."""
        self.fault = fault
        return time.time()

    def may(self, *keys: tuple[str, str]) -> None:
        """Invariants and stages that this scenario may tell besides what it expects."""
        self._meant |= set(keys)

    # looking

    def told(self, invariant: str = "", stage: str = "", status: str = "") -> list[Told]:
        """What receivers have heard of the catalog's alerts from this stack."""
        return [
            t
            for t in self._receiver.told(self.stack.cluster)
            if t.labels["alertname"] != names.WATCHDOG
            and invariant in ("", t.key[0])
            and stage in ("", t.key[1])
            and status in ("", t.status)
        ]

    def ladder(self, invariant: str, since: float, shows: Shows) -> None:
        """Every stage is told in time and in order, and then hides the milder ones."""
        stages = [s for s in STAGES if s in self.stack.made.catalog.invariants[invariant].stages]
        for stage in stages:
            self.expect(invariant, stage, since, shows)
        times = [[t.at for t in self.told(invariant, s, "firing")][:1] for s in stages]
        self.check(f"{invariant}: in this order", times == sorted(times) and all(times))
        self.hidden(invariant)

    def expect(
        self, invariant: str, stage: StageName, since: float, shows: Shows, kind: str = ""
    ) -> None:
        """One stage is told at the receiver meant, in time."""
        catalog, routes = self.stack.made.catalog, self.stack.made.routes
        what = expectations.condition(catalog, invariant, stage, kind)
        parts = expectations.parts(catalog, routes, invariant, what, shows)
        self._await(invariant, what, "firing", since, parts)

    def resolved(self, invariant: str, stage: StageName, since: float, kind: str = "") -> None:
        """The end is told, too; since: when the signal was well again."""
        catalog, routes = self.stack.made.catalog, self.stack.made.routes
        what = expectations.condition(catalog, invariant, stage, kind)
        parts = expectations.resolves(catalog, routes, invariant, what)
        self._await(invariant, what, "resolved", since, parts)

    def _await(
        self, invariant: str, what: Condition, status: str, since: float, parts: Parts
    ) -> None:
        self._meant.add((invariant, what.stage))
        meant = expectations.receiver(self.stack.made.catalog, invariant, what.stage)

        def arrived() -> list[Told]:
            told = self.told(invariant, what.stage, status)
            return [t for t in told if t.at > since and t.labels["condition"] == what.kind]

        self.until(arrived, parts.told + self.noise.slack(since) + PATIENCE)
        turn = self._turn(invariant, what)
        self.until(arrived, turn)
        most = parts.told + turn
        first = next(iter(arrived()), None)
        seen = first.at - since if first else None
        became = verdict(first, meant, most + self.noise.slack(since), seen)
        times: tuple[float | None, ...] = ()
        ask = self.stack.prometheus
        known = evidence.times(ask, invariant, what, since) if status == "firing" else None
        if known and seen is not None:
            times = (*known, seen - sum(known))
            if known[1] < what.hold - 0.1 and not self.late:  # a restart leaves samples out
                became = f"`for` of {what.hold:g} s NOT KEPT"
        words = f"{invariant}: {status}{' (missing)' if what.kind == 'missing' else ''}"
        self._row(words, what.stage, meant, most, seen, became, *times)

    def _turn(self, invariant: str, what: Condition) -> float:
        """Seconds for which an alert waits that joins a group, 0 for one that makes its own."""
        if not evidence.joined(self.stack.prometheus, invariant, what):
            return 0.0
        catalog, routes = self.stack.made.catalog, self.stack.made.routes
        route = expectations.route_of(catalog, routes, invariant, what.stage)
        return seconds(route["group_interval"])

    def hidden(self, invariant: str) -> None:
        """The milder stages that are active are hidden by a worse one, and the worst is not."""

        def right() -> bool:
            by = self.stack.alertmanager.hidden(invariant)
            worst = max((STAGES.index(s) for (s, _) in by), default=-1)
            milder = {key for key in by if STAGES.index(key[0]) < worst}
            return bool(milder) and all(
                bool(sources) == (key in milder) for key, sources in by.items()
            )

        good = self.until(right, 10)
        self.check(f"{invariant}: milder stages are hidden", good)

    def check(self, what: str, good: bool, stage: str = "", seen: float | None = None) -> None:
        """A row that is not about a time."""
        self._row(what, stage, "", None, seen, "ok" if good else "NOT SO")

    def linked(self, invariant: str, stage: StageName, labels: Mapping[str, str]) -> None:
        """A message to Slack leads to the stage on the page, with the labels of the place."""
        catalog = self.stack.made.catalog
        page, _, anchor = names.runbook_url(catalog.site_url, invariant, stage).partition("#")
        want = f"{page}?{urlencode(labels)}#{anchor}"
        found = self.until(lambda: want in self._receiver.links(), 10)
        self.check(f"{invariant}: the link in Slack has its labels", found, stage)

    def once(self, invariant: str, *stages: StageName) -> None:
        """Each of these stages was told exactly once that it fires, the others never."""
        for stage in STAGES:
            if stage in stages:
                self.told_once(invariant, stage)
            elif self.told(invariant, stage, "firing"):
                self.check(f"{invariant}: told never", False, stage)

    def told_once(self, invariant: str, stage: StageName) -> None:
        """It was told exactly once that it fires."""
        times = len(self.told(invariant, stage, "firing"))
        self.check(f"{invariant}: told once", times == 1, stage)

    def end(self) -> None:
        """Nothing else was told to anybody; the watchdog came all the time."""
        self.fault = "all along"
        strangers = [t for t in self.told() if t.key not in self._meant]
        self.check(f"nothing else is told{listed(strangers)}", not strangers)
        wrong = [t for t in self.told() if t.receiver != self._receiver_of(t)]
        self.check(f"nobody else is told{listed(wrong)}", not wrong)
        times = [t.at for t in self._receiver.told(self.stack.cluster) if not t.key[0]]
        gaps = [b - a for a, b in zip(times, [*times[1:], time.time()], strict=True)]
        most = 60 + self.late
        good = bool(times) and max(gaps) <= most + self.noise.slack(self.started)
        longest = max(gaps, default=None)
        self._row("watchdog", "", names.WATCHDOG_RECEIVER, most, longest, judged(good, "LATE"))

    def _receiver_of(self, told: Told) -> str:
        invariant, stage = told.key
        return expectations.receiver(self.stack.made.catalog, invariant, stage)  # type: ignore[arg-type]

    def _row(
        self,
        what: str,
        stage: str,
        receiver: str,
        within: float | None,
        seen: float | None,
        became: str,
        *times: float | None,
    ) -> None:
        row = Row(self.name, self.fault, what, stage, receiver, within, seen, became, *times)
        self.rows.append(row)
