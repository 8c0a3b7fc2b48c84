"""Every link that a notification carried, opened in a real browser at the built site."""

import functools
import http.server
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

import chromium
from driftbook import names
from e2e.made import Made

WIDTH, HEIGHT = 390, 844
"""A phone: where such a link is opened at night."""


def opened(made: Made, links: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Link and verdict, for pairs of an invariant and the link that its alert carried.

    The name in the link is that of the catalog; the browser is told that it is served here.
    """
    program = chromium.find()
    assert program, "there is no Chromium: make browser"
    with _served(made.root / names.SITE) as port, sync_playwright() as playwright:
        host = urlsplit(made.catalog.site_url).hostname
        rules = f"--host-resolver-rules=MAP {host}:80 127.0.0.1:{port}"
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", rules, "--no-proxy-server"]
        )
        for invariant, link in links:
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            yield link, _verdict(page, link, made.catalog.invariants[invariant].title)
            page.close()
        browser.close()


def _verdict(page: Page, link: str, title: str) -> str:
    answer = page.goto(link, wait_until="load")
    if answer is None or answer.status != 200:
        return f"answers {answer.status if answer else 'nothing'}"
    if title not in page.inner_text("main"):
        return "is not the page of the invariant"
    anchor = page.locator(f"[id='{urlsplit(link).fragment}']")
    if anchor.count() != 1:
        return "has no such anchor"
    page.wait_for_timeout(300)
    box = anchor.bounding_box()
    inside = box is not None and -1 <= box["y"] < HEIGHT
    return "ok" if inside else "does not show the anchor"


@contextmanager
def _served(folder: Path) -> Iterator[int]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
