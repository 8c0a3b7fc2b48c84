"""Building a site for a test, serving it, and watching what a browser does with it."""

import contextlib
import functools
import gzip
import http.server
import io
import json
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from playwright.sync_api import Browser, Page

from driftbook import names, site
from driftbook.model import Catalog
from driftbook.prove import timelines
from driftbook.prove.workers import Workers
from proving import real_engines
from sample import ROOT, compiled

PARTS = ("invariants", "runbooks", "tests/scenarios", "tests/series")
TEXTS = (".html", ".css", ".js", ".json", ".svg", ".xml")
INDEX = "search/search_index.json"
PHONE = {"width": 390, "height": 844}
LOCAL = ("file://", "data:", "blob:", "about:", "http://127.0.0.1:")


def copied(project: Path, root: Path) -> Path:
    """The input of a project, copied below a folder."""
    for name in PARTS:
        if (project / name).is_dir():
            shutil.copytree(project / name, root / name)
    return root


def built(root: Path, catalog: Catalog, pictures: site.Pictures | None = None) -> Path:
    """The site of a catalog, built below a folder."""
    site.write_pages(root, catalog, pictures=pictures)
    assert site.build(root) == ()
    return root / names.SITE


def reference(root: Path) -> Path:
    """The reference site, built below a folder, with its proof and one scenario's picture.

    Evaluating all scenarios would take minutes; one page of each kind is enough to look at.
    """
    copied(ROOT, root)
    (root / names.PROOF).parent.mkdir()
    shutil.copy(ROOT / names.PROOF, root / names.PROOF)
    catalog = compiled(root)
    scenario = catalog.scenarios["eu-west-2-falls-behind"]
    invariant = catalog.invariants["cart-replication-lag"]
    asked = timelines.asked(catalog, scenario, invariant)
    with Workers() as workers:
        drawn = timelines.answered(asked, real_engines(), workers)
    return built(root, catalog, {(scenario.name, invariant.name): drawn})


def unsearchable(html: Path, copy: Path) -> Path:
    """A copy of a site whose search finds nothing: a browser reads the index on every page."""
    shutil.copytree(html, copy, copy_function=os.link)
    index = json.loads((html / INDEX).read_text(encoding="utf-8"))
    text = json.dumps({**index, "docs": []})
    for name, made in ((INDEX, text), (INDEX.removesuffix("on"), f"var __index = {text}")):
        (copy / name).unlink()
        (copy / name).write_text(made, encoding="utf-8")
    return copy


def paste(page: Page, text: str) -> None:
    """As a person does: into the box of the front page, from the clipboard."""
    page.locator("#db-paged-input").focus()
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const event = new ClipboardEvent("paste",
                {clipboardData: data, bubbles: true, cancelable: true});
            document.activeElement.dispatchEvent(event);
        }""",
        text,
    )


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
def opened(browser: Browser, **settings: Any) -> Iterator[Page]:
    """A page in a context of its own, a phone's by default; fails as `offline` says.

    settings: of Playwright's `new_context`.
    """
    context = browser.new_context(**{"viewport": PHONE, **settings})
    page = context.new_page()
    with offline(page):
        yield page
    context.close()


@contextlib.contextmanager
def served(folder: Path, kind: "type[Handler] | None" = None) -> Iterator[str]:
    """A web server on a free port; gives its address."""
    handler = functools.partial(kind or Handler, directory=str(folder))
    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


class Server(http.server.ThreadingHTTPServer):
    """Says nothing of browsers that go before they have everything."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """What went wrong, unless the other side went."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(http.server.SimpleHTTPRequestHandler):
    """As web servers are set up: texts are compressed, what is not there is the 404 page."""

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        path = Path(self.translate_path(self.path))
        if path.is_dir() and self.path.split("?")[0].endswith("/"):
            path /= "index.html"
        missing = not path.exists() and (Path(self.directory) / "404.html").is_file()
        path = Path(self.directory) / "404.html" if missing else path
        if not path.is_file() or path.suffix not in TEXTS:
            return super().send_head()
        body = path.read_bytes()
        self.send_response(404 if missing else 200)
        self.send_header("Content-Type", self.guess_type(path))
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            self.send_header("Content-Encoding", "gzip")
            body = gzip.compress(body, mtime=0)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return io.BytesIO(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""
