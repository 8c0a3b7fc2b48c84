"""Engine processes, as many at once as there are cores, and none of them left behind."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self, TypeVar

from driftbook.errors import FatalError

TIMEOUT = 600.0
"""Seconds after which an engine is taken to hang."""

_SETPRIV = shutil.which("setpriv")

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Ran:
    """A finished process: exit status, and what it wrote to both of its outputs, in order."""

    code: int
    text: str


class Workers:
    """A pool that ends its processes when the `with` block is left, by whatever way."""

    def __init__(self, count: int | None = None) -> None:
        self.count = count or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self.count)
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._closed = True
            running = list(self._running)
        for process in running:
            process.kill()
        self._pool.shutdown(cancel_futures=True)

    def each(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Results in the order in which they are ready."""
        futures = [self._pool.submit(function, item) for item in items]
        for future in as_completed(futures):
            yield future.result()

    def run(self, command: Sequence[object], folder: Path, timeout: float = TIMEOUT) -> Ran:
        """Run an engine to its end. Raises FatalError when it cannot start or takes too long."""
        process = self._start([str(part) for part in command], folder)
        try:
            text, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as error:
            raise FatalError(f"{command[0]} did not finish within {timeout:.0f} s") from error
        finally:
            # Also on Ctrl-C; killing what has ended already does nothing.
            process.kill()
            process.wait()
            with self._lock:
                self._running.discard(process)
        return Ran(process.returncode, text)

    @contextmanager
    def serve(
        self, command: Sequence[object], folder: Path, environment: Mapping[str, str]
    ) -> Iterator[subprocess.Popen[str]]:
        """A server that runs as long as the `with` block; its words go to `folder`/log.

        Where there is `setpriv` (of util-linux), it ends even when driftbook is killed.
        """
        tied = [_SETPRIV, "--pdeathsig", "KILL"] if _SETPRIV else []
        with (folder / "log").open("w", encoding="utf-8") as log:
            process = self._start([str(p) for p in (*tied, *command)], folder, environment, log)
            try:
                yield process
            finally:
                process.kill()
                process.wait()
                with self._lock:
                    self._running.discard(process)

    def _start(
        self,
        command: list[str],
        folder: Path,
        environment: Mapping[str, str] | None = None,
        output: IO[str] | None = None,
    ) -> subprocess.Popen[str]:
        with self._lock:
            if self._closed:
                raise FatalError("stopped")
            try:
                process = subprocess.Popen(
                    command,
                    cwd=folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output or subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    errors="replace",
                )
            except OSError as error:
                raise FatalError(f"cannot start {command[0]}: {error}") from error
            self._running.add(process)
            return process


def shares(items: Sequence[Item], count: int, most: int) -> list[list[Item]]:
    """The items dealt out evenly for `count` workers, at most `most` in a hand."""
    size = max(1, min(most, -(-len(items) // count)))
    return [list(items[i : i + size]) for i in range(0, len(items), size)]
