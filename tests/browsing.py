"""Building a site for a test, serving it, and watching what a browser does with it."""

import contextlib
import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page

from driftbook import names, site
from driftbook.model import Catalog

PARTS = ("invariants", "runbooks", "tests/scenarios", "tests/series")
LOCAL = ("file://", "data:", "blob:", "about:", "http://127.0.0.1:")


def copied(project: Path, root: Path) -> Path:
    """The input of a project, copied below a folder."""
    for name in PARTS:
        if (project / name).is_dir():
            shutil.copytree(project / name, root / name)
    return root


def built(root: Path, catalog: Catalog) -> Path:
    """The site of a catalog, built below a folder."""
    site.write_pages(root, catalog)
    assert site.build(root) == ()
    return root / names.SITE


@contextlib.contextmanager
def offline(opened: Page) -> Iterator[None]:
    """Fails where a page asks another host for something, or where a script of it fails."""
    asked: list[str] = []
    faults: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield
    assert [url for url in asked if not url.startswith(LOCAL)] == []
    assert faults == []


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """A plain web server on a free port."""
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Tells nobody what it serves."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""
