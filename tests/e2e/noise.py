"""How late this machine is: what a plain wait overshoots, measured all the time."""

import threading
import time
from contextlib import suppress

TICK = 0.2
ALLOWED = 3.0
"""Seconds beyond what the catalog implies for what it does not know: the way of a query through an
exporter, of alerts over HTTP, of a process to the processor on two cores."""


class Noise:
    """Measures from its making on, in a thread."""

    def __init__(self) -> None:
        self._late: list[tuple[float, float]] = []
        threading.Thread(target=self._run, daemon=True).start()

    def worst(self, since: float) -> float:
        """The longest overshoot since a unix time, in seconds."""
        return max((late for at, late in list(self._late) if at >= since), default=0.0)

    def slack(self, since: float) -> float:
        """Seconds that something may come later than computed, for it passes through several
        processes, each of which may have waited as long as we did at the worst."""
        return ALLOWED + 3 * self.worst(since)

    def _run(self) -> None:
        while True:
            before = time.monotonic()
            with suppress(InterruptedError):
                time.sleep(TICK)
            late = time.monotonic() - before - TICK
            if late > 0.05:
                self._late.append((time.time(), late))
