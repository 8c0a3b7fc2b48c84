"""One change of a folder and of the server that reads it: whole, or undone."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from driftbook.deploy.base import Say
from driftbook.deploy.folder import Files, Folder
from driftbook.deploy.http import RefusedError, UnreachableError
from driftbook.errors import FatalError

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""Seconds between questions to a server, doubled each time."""
STARTING = (500, 502, 503, 504)
"""Answers of a server, or of a proxy before it, that may do better soon."""


@dataclass(frozen=True, slots=True)
class Server:
    """What `change` needs of a server.

    reload: makes it read its files. missing: "" when it runs what was deployed, else what it does
    not run. undone: the same, for what it ran before. within: seconds that it may take.
    """

    name: str
    reload: Callable[[], None]
    missing: Callable[[], str]
    undone: Callable[[], str]
    within: float


def change(folder: Folder, before: str, files: Files, server: Server, say: Say) -> None:
    """Makes the files current, and the server run them.

    before: the version that the plan saw. Raises FatalError, with what was there restored; it is
    restored when the run is interrupted, too.
    """
    with folder.locked():
        if folder.version() != before:
            message = f"{folder.path} has changed since it was looked at"
            raise FatalError(message, "nothing was changed; run it again")
        version = folder.stage(files)
        try:
            folder.point(version)
            say(f"{folder.current} -> {version}; {server.name} reads it …")
            _bring(server)
        except BaseException as error:
            with unstoppable():
                said = _undo(folder, before, server)
            if isinstance(error, FatalError):
                raise FatalError(f"{error}\n  {said}", error.hint) from None
            say(f"Interrupted. {said}")
            raise
        with unstoppable():
            folder.tidy(before)


def _bring(server: Server) -> None:
    """Makes it read its files, and waits; a reload may take longer than an answer should."""
    late = ""
    try:
        server.reload()
    except UnreachableError as error:
        late = f"{error}; "
    try:
        settled(server.missing, server.within, server.name)
    except FatalError as error:
        raise FatalError(f"{late}{error}", error.hint) from None


def _undo(folder: Folder, before: str, server: Server) -> str:
    """Restores the files, then the server; says what came of it."""
    try:
        folder.point(before)
    except FatalError as error:
        there = f"led to {before}" if before else "was not there"
        return f"NOT restored: {error}. {folder.current} {there} before."
    files = "the files are what they were"
    try:
        server.reload()
    except FatalError as error:
        again = f"; {server.name} did not read them again ({error})"
    else:
        again = ""
    try:
        settled(server.undone, server.within, server.name)
    except FatalError as error:
        return f"Restored: {files}{again}, but it cannot be told what {server.name} runs: {error}"
    return f"Restored: {files}{again}, and {server.name} runs what it ran before."


def settled(missing: Callable[[], str], within: float, name: str) -> None:
    """Until nothing is missing. Raises FatalError with what is, after `within` seconds."""
    deadline, pause = time.monotonic() + within, FIRST_PAUSE
    while True:
        try:
            said = missing()
        except UnreachableError as error:
            said = str(error)
        except RefusedError as error:
            if error.status not in STARTING:
                raise
            said = str(error)
        if not said:
            return
        if time.monotonic() + pause > deadline:
            raise FatalError(f"{name} does not run it within {within:g} s: {said}")
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


@contextmanager
def unstoppable() -> Iterator[None]:
    """What is restored is restored to the end, also for somebody impatient."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def stoppable() -> Iterator[None]:
    """Whatever ends this run ends it as Ctrl-C does, so that what was begun is undone."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = {n: signal.signal(n, stop) for n in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
