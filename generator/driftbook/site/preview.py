"""The site while people edit: MkDocs as a library renders a page when somebody asks for it.

Nothing is built ahead and nothing lies half-built on a disk, so that a change costs the one page
that is looked at. `site/html` is left alone. A page is rendered again when its text, or anything
that all pages share, is another than it was.
"""

import hashlib
import mimetypes
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Timer
from typing import Any
from urllib.parse import urlsplit

from driftbook import names
from driftbook.emit.pages import landing
from driftbook.site.config import FILE, OVERRIDES
from driftbook.site.engine import Site, load, render

INDEX = "search/search_index.json"
SHARED = (FILE, OVERRIDES, f"{names.PAGES}/assets")
"""What every page depends on, but for the names of the alerts: a script reads them when asked."""
CALM = 1.5
"""Seconds after an edit in which the page that somebody looks at comes before the search."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server sends. body: bytes of a whole file. live: whether it is a page."""

    status: int
    kind: str
    body: bytes
    live: bool = False


@dataclass(slots=True)
class _Shown:
    """What is served. by_address: path below the site -> its file of MkDocs."""

    site: Site
    by_address: dict[str, Any]
    entries: dict[str, list[Any]] = field(default_factory=dict)
    rendered: dict[str, tuple[str, bytes]] = field(default_factory=dict)


class Preview:
    """The pages below a project's root. Its methods may be called by many threads."""

    def __init__(self, root: Path) -> None:
        self.address = ""
        """Where the site is served."""
        self._root = root
        self._lock = Lock()
        self._shown: _Shown | None = None
        self._shared = ""
        self._listed: frozenset[str] = frozenset()
        self._idle = Event()
        self._idle.set()
        self._rest = Timer(0, self._idle.set)

    def hurry(self) -> None:
        """The index of the search waits, because there is an edit to show."""
        self._rest.cancel()
        self._idle.clear()

    def rest(self) -> None:
        """The edit is told; the index goes on when those who look at it have had their pages."""
        self._rest = Timer(CALM, self._idle.set)
        self._rest.daemon = True
        self._rest.start()

    def refresh(self) -> None:
        """Takes note of pages that came or went, and of changes that all pages share.

        Raises what MkDocs raises about a configuration; the site is then as it was.
        """
        if not (self._root / FILE).is_file():
            return
        shared, listed = self._digest(), frozenset(self._pages())
        if (shared, listed) == (self._shared, self._listed):
            return
        with self._lock:
            made = _shown(self._root, self.address)
            if self._shown is not None and shared == self._shared:
                made.rendered = self._shown.rendered
                made.entries = self._shown.entries
            self._shown, self._shared, self._listed = made, shared, listed

    def state(self, address: str) -> str:
        """A digest of what a path shows now; "" for nothing."""
        file = self._file(address)
        if file is None or file.abs_src_path is None:
            return ""
        try:
            text = Path(file.abs_src_path).read_bytes()
        except OSError:
            return ""
        return hashlib.sha256(text + self._shared.encode()).hexdigest()[:16]

    def get(self, address: str) -> Answer | None:
        """What lies at a path below the site, "" for its root; None where nothing does."""
        if address == INDEX:
            return self._index()
        file = self._file(address)
        if file is None:
            return None
        if file.is_documentation_page():
            return Answer(200, "text/html; charset=utf-8", self._page(file), live=True)
        kind = mimetypes.guess_type(file.dest_uri)[0] or "application/octet-stream"
        try:
            return Answer(200, kind, bytes(file.content_bytes))
        except OSError:
            return None

    def lost(self) -> bytes:
        """The page for addresses that lead nowhere; b"" before there is any page."""
        if self._shown is None:
            return b""
        site = self._shown.site
        from mkdocs.commands.build import get_context

        with self._lock:
            base = urlsplit(self.address).path
            context = get_context(site.nav, site.documents, site.config, base_url=base)
            return bytes(site.env.get_template("404.html").render(context).encode())

    def _file(self, address: str) -> Any:
        return self._shown.by_address.get(address) if self._shown else None

    def _page(self, file: Any) -> bytes:
        """Rendered, or as it was rendered when it was the same."""
        shown, state = self._shown, self.state(file.dest_uri)
        assert shown is not None
        known = shown.rendered.get(file.src_uri)
        if known and known[0] == state:
            return known[1]
        with self._lock:
            html, shown.entries[file.src_uri] = render(shown.site, file)
            shown.rendered[file.src_uri] = (state, html)
        return html

    def _index(self) -> Answer | None:
        """What the search looks at: every page has to be rendered for it, the first time."""
        shown = self._shown
        if shown is None or shown.site.search is None:
            return None
        for file in shown.site.documents:
            self._idle.wait()
            self._page(file)
        with self._lock:
            index = shown.site.search.search_index
            index.entries = [entry for some in shown.entries.values() for entry in some]
            text = index.generate_search_index(None)
        return Answer(200, "application/json", text.encode())

    def _pages(self) -> Iterator[str]:
        for directory, _, files in os.walk(self._root / names.PAGES):
            yield from (os.path.join(directory, file) for file in files)

    def _digest(self) -> str:
        """Of everything that all pages share."""
        digest = hashlib.sha256()
        for name in SHARED:
            top = self._root / name
            for path in sorted([top, *top.rglob("*")]):
                if path.is_file() and path != self._root / landing.FILE:
                    digest.update(f"{path}\0".encode() + path.read_bytes())
        return digest.hexdigest()


def _shown(root: Path, address: str) -> _Shown:
    """The site as MkDocs sees it now."""
    folder = str(root / names.STATE / "html-served")
    site = load(root / FILE, site_url=address, site_dir=folder)
    found = {file.dest_uri: file for file in site.files}
    found |= {at.removesuffix("index.html"): f for at, f in found.items() if _is_index(at)}
    return _Shown(site, found)


def _is_index(address: str) -> bool:
    return address == "index.html" or address.endswith("/index.html")
