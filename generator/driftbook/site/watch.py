"""Noticing edits: the system says that something happened, a look at the files says what."""

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

from driftbook import names

CATALOG = ("invariants", "runbooks", "tests", names.PROOF)
"""What pages are made from."""
SITE = ("site/mkdocs.yml", "site/overrides", names.PAGES)
"""What the site is made from; a page may be the project's own."""
TOPS = ("invariants", "runbooks", "tests", "rules", "site")
SETTLED = 0.05
"""Seconds without an event after which an edit is over: an editor does several things to save."""
LONGEST = 1.0
"""Seconds after which an edit is looked at even if more is coming."""
STIRRING = ("created", "modified", "deleted", "moved")
State = tuple[tuple[str, int, int], ...]


class Watch(FileSystemEventHandler):
    """Watches a project while it is entered."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._stirred = Event()
        self._watched: list[Path] = []
        self._observer: BaseObserver = Observer()

    def __enter__(self) -> Self:
        try:
            self._schedule()
            self._observer.start()
        except OSError:  # the system has no watches left, or none at all
            self._observer = PollingObserver(timeout=0.5)
            self._watched = []
            self._schedule()
            self._observer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._observer.stop()
        self._observer.join()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Of the observer's own thread. Reading a file is an event too, and none of ours."""
        if event.event_type in STIRRING:
            self._stirred.set()

    def wait(self, seconds: float) -> None:
        """Returns soon after something happened, or after so many seconds without."""
        given_up = time.monotonic() + seconds
        while not self._stirred.wait(min(1.0, seconds)):  # so that Ctrl-C is noticed everywhere
            if time.monotonic() >= given_up:
                return
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            self._stirred.clear()
            if not self._stirred.wait(SETTLED):
                break
        self._stirred.clear()
        self._schedule()

    def _schedule(self) -> None:
        """Folders may come and go; the root tells of that, and is not looked into."""
        tops = [self._root / name for name in TOPS if (self._root / name).is_dir()]
        if self._watched == tops:
            return
        self._observer.unschedule_all()
        self._observer.schedule(self, str(self._root), recursive=False)
        for top in tops:
            self._observer.schedule(self, str(top), recursive=True)
        self._watched = tops


def state(root: Path, where: tuple[str, ...]) -> State:
    """Paths, times and sizes of files."""
    return tuple(sorted(_files(root, where)))


def _files(root: Path, where: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
    for name in where:
        top = root / name
        for path in (top, *top.rglob("*")):
            try:
                found = path.stat()
            except OSError:
                continue  # gone between listing and looking: the next look sees the change
            yield str(path), found.st_mtime_ns, found.st_size
