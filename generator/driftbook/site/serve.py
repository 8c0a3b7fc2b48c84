"""The site while people edit: MkDocs serves, every edit of the catalog rewrites changed pages.

A broken catalog stops nothing: what is wrong is printed, and the last good pages stay.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from driftbook import names
from driftbook.errors import FatalError
from driftbook.model import Catalog
from driftbook.site import complaints, environment
from driftbook.site.config import FILE

WATCHED = ("invariants", "runbooks", "tests", names.PROOF)
LOG = f"{names.STATE}/serve.log"
PAUSE = 0.5
"""Seconds between two looks at the catalog."""

Refresh = Callable[[], Catalog | None]
"""Compiles the catalog and writes its pages, or prints what is wrong and returns None."""


def serve(root: Path, host: str, port: int, refresh: Refresh, ready: Callable[[], None]) -> None:
    """Serves until interrupted. ready is called once. Raises FatalError where MkDocs ends."""
    server: subprocess.Popen[bytes] | None = None
    seen: object = None
    try:
        while True:
            now = state(root)
            if now != seen:
                seen = now
                catalog = refresh()
                if catalog is not None and server is None:
                    server = _start(root, host, port)
                    ready()
            if server is not None and server.poll() is not None:
                output = (root / LOG).read_text(encoding="utf-8", errors="replace")
                raise FatalError(f"cannot serve the site: {' '.join(complaints(output))}")
            time.sleep(PAUSE)
    finally:
        if server is not None:
            server.terminate()
            server.wait()


def _start(root: Path, host: str, port: int) -> "subprocess.Popen[bytes]":
    places = ("-f", str(root / FILE), "-a", f"{host}:{port}")
    (root / LOG).parent.mkdir(exist_ok=True)
    with (root / LOG).open("w", encoding="utf-8") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "serve", "--livereload", *places],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=root,
            env=environment(),
        )


def state(root: Path) -> tuple[tuple[str, int, int], ...]:
    """Paths, times and sizes of everything that a page depends on."""
    return tuple(sorted(_files(root)))


def _files(root: Path) -> Iterator[tuple[str, int, int]]:
    for name in WATCHED:
        top = root / name
        for path in (top, *top.rglob("*")):
            try:
                found = path.stat()
            except OSError:
                continue  # gone between listing and looking: the next look sees the change
            yield str(path), found.st_mtime_ns, found.st_size
