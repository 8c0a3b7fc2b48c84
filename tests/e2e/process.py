"""A program that a scenario starts, ends, and starts again."""

import itertools
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_SETPRIV = shutil.which("setpriv")
TIED = (_SETPRIV, "--pdeathsig", "KILL", "--") if _SETPRIV else ()
"""Ends a program even when the one that started it is killed."""
_PORTS = itertools.cycle(range(20000, 30000))
"""Below those that the system gives to outgoing connections, so that none takes one of ours."""


def port() -> int:
    """A port that nobody listens on and no other part is given."""
    while True:
        candidate = next(_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", candidate))
            return candidate


class Process:
    """A program in a session of its own; what it says goes to `<name>.log` in its folder."""

    def __init__(
        self,
        name: str,
        command: Sequence[object],
        folder: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name, self.log = name, folder / f"{name}.log"
        self._command = [*TIED, *map(str, command)]
        self._folder = folder
        self._environment = {
            key: value
            for key, value in (environment or os.environ).items()
            if not key.lower().endswith("_proxy")
        }
        self._running: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Again, with the same command, after it has ended."""
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._running is not None and self._running.poll() is None

    def stop(self, number: int = signal.SIGTERM, patience: float = 20) -> None:
        """Asks it to end, and makes it when it does not."""
        if self._running is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._running.pid, number)
        try:
            self._running.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """At once."""
        if self._running is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._running.pid, signal.SIGKILL)
            self._running.wait(timeout=20)

    def said(self, lines: int = 15) -> str:
        """The end of its log."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])
