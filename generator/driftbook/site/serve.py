"""The site while people edit: every edit shows within a second or two, a broken catalog as well.

What is wrong is printed and shown on the page, and the last good pages stay.
"""

import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from math import inf
from pathlib import Path

from driftbook.site import ENVIRONMENT
from driftbook.site.preview import Preview
from driftbook.site.server import Board, Finding, Server, fault
from driftbook.site.watch import CATALOG, SITE, State, Watch, state

Refresh = Callable[[Set[str]], Iterator[Sequence[Finding]]]
"""Compiles the catalog and writes its pages, or says what is wrong, as `report/json` does.

It is given the names of invariants whose pages are looked at; it may write those and say so before
it goes on with all others.
"""
Tell = Callable[[str], None]
CALM = 0.5
"""Seconds without another edit after which pages are written that nobody looks at."""
_INVARIANT = re.compile(r"invariants/([^/]+)/(?:index\.html)?")


def serve(root: Path, host: str, port: int, refresh: Refresh, tell: Tell) -> None:
    """Serves until interrupted. tell: is given lines for people. Raises FatalError."""
    os.environ.update({"SOURCE_DATE_EPOCH": "0", **os.environ, **ENVIRONMENT})
    shown = f"[{host}]" if ":" in host else host
    board, preview = Board(), Preview(root)
    server = Server(host, port, preview, board)
    preview.address = f"http://{shown}:{server.server_port}/"
    said = _Said(tell)
    logging.getLogger("mkdocs").addHandler(said)
    try:
        with Watch(root) as watch:
            turns = _Turns(root, preview, board, refresh, said)
            turns.take()
            server.start()
            tell(f"serving on {preview.address}")
            while True:
                watch.wait(max(0.0, turns.due - time.monotonic()))
                turns.take()
                if time.monotonic() >= turns.due:
                    turns.finish()
    finally:
        logging.getLogger("mkdocs").removeHandler(said)
        server.stop()


class _Turns:
    """What is done after something happened to the files."""

    def __init__(
        self, root: Path, preview: Preview, board: Board, refresh: Refresh, said: "_Said"
    ) -> None:
        self._root, self._preview, self._board = root, preview, board
        self._refresh, self._said = refresh, said
        self._catalog: State | None = None
        self._site: State | None = None
        self._findings: Sequence[Finding] = ()
        self._work: Iterator[Sequence[Finding]] = iter(())
        self.due = inf
        """When pages are to be written that nobody looks at; never while there are none."""

    def take(self) -> None:
        """Compiles where the catalog is another, and tells every open page."""
        catalog = state(self._root, CATALOG)
        if catalog == self._catalog and state(self._root, SITE) == self._site:
            return
        with self._hurried():
            if catalog != self._catalog:
                self._catalog = catalog
                self._work = self._refresh(self._looked_at())
                self._findings = next(self._work)
                self.due = time.monotonic() + CALM
            self._tell()

    def finish(self) -> None:
        """Writes what is left of the last turn, now that no other edit has come."""
        with self._hurried():
            for findings in self._work:
                self._findings = findings
                self._tell()
            self.due = inf

    def _looked_at(self) -> Set[str]:
        found = (_INVARIANT.fullmatch(address) for address in self._board.watched)
        return {match[1] for match in found if match}

    @contextmanager
    def _hurried(self) -> Iterator[None]:
        self._preview.hurry()
        try:
            yield
        finally:
            self._preview.rest()

    def _tell(self) -> None:
        found = [*self._findings, *self._look()]
        self._site = state(self._root, SITE)
        self._board.post(found)

    def _look(self) -> Sequence[Finding]:
        self._said.lines.clear()
        try:
            self._preview.refresh()
        except (Exception, SystemExit) as wrong:  # MkDocs' Abort is a SystemExit
            why = "\n".join(self._said.lines) or str(wrong)
            return [fault(f"MkDocs cannot read its configuration: {why}")]
        return ()


class _Said(logging.Handler):
    """What MkDocs complains about; lines: since they were cleared."""

    def __init__(self, tell: Tell) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """One line each."""
        self.lines.append(record.getMessage())
        self._tell(self.lines[-1])
