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
from threading import Event, Lock
from typing import Any
from urllib.parse import urlsplit

from driftbook import names
from driftbook.site.config import FILE, OVERRIDES

INDEX = "search/search_index.json"
SHARED = (FILE, OVERRIDES, f"{names.PAGES}/assets")
"""What every page depends on."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server sends. body: bytes of a whole file. live: whether it is a page."""

    status: int
    kind: str
    body: bytes
    live: bool = False


@dataclass(slots=True)
class _Site:
    """MkDocs' own picture of the site. by_address: path below the site -> its file."""

    config: Any
    files: Any
    nav: Any
    env: Any
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
        self._site: _Site | None = None
        self._shared = ""
        self._listed: frozenset[str] = frozenset()
        self.idle = Event()
        """Cleared while there is more urgent work than the index of the search."""
        self.idle.set()

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
            made = _load(self._root, self.address)
            if self._site is not None and shared == self._shared:
                made.rendered = self._site.rendered
                made.entries = self._site.entries
            self._site, self._shared, self._listed = made, shared, listed

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
        site = self._site
        if site is None:
            return b""
        from mkdocs.commands.build import get_context

        with self._lock:
            base = urlsplit(self.address).path
            context = get_context(site.nav, site.files, site.config, base_url=base)
            return bytes(site.env.get_template("404.html").render(context).encode())

    def _file(self, address: str) -> Any:
        site = self._site
        return site.by_address.get(address) if site else None

    def _page(self, file: Any) -> bytes:
        """Rendered, or as it was rendered when it was the same."""
        site, state = self._site, self.state(file.dest_uri)
        assert site is not None
        known = site.rendered.get(file.src_uri)
        if known and known[0] == state:
            return known[1]
        with self._lock:
            html = _render(site, file)
            site.rendered[file.src_uri] = (state, html)
        return html

    def _index(self) -> Answer | None:
        """What the search looks at: every page has to be rendered for it, the first time."""
        site = self._site
        plugin = _search(site.config) if site else None
        if site is None or plugin is None:
            return None
        for file in site.files.documentation_pages():
            self.idle.wait()
            self._page(file)
        with self._lock:
            plugin.search_index.entries = [e for some in site.entries.values() for e in some]
            text = plugin.search_index.generate_search_index(None)
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
                if path.is_file():
                    digest.update(f"{path}\0".encode() + path.read_bytes())
        return digest.hexdigest()


def _load(root: Path, address: str) -> _Site:
    """As MkDocs does before it renders; all pages of the navigation have their titles then."""
    from mkdocs.config import load_config
    from mkdocs.structure.files import get_files, set_exclusions
    from mkdocs.structure.nav import get_navigation
    from mkdocs.structure.pages import Page

    config = load_config(
        str(root / FILE), site_url=address, site_dir=str(root / names.STATE / "html-served")
    )
    config = config.plugins.on_config(config)
    config.plugins.on_pre_build(config=config)
    env = config.theme.get_env()
    files = get_files(config)
    files.add_files_from_theme(env, config)
    files = config.plugins.on_files(files, config=config)
    set_exclusions(files, config)
    nav = config.plugins.on_nav(get_navigation(files, config), config=config, files=files)
    for file in files.documentation_pages():
        if file.page is None:
            Page(None, file, config)
    for page in nav.pages:
        page.read_source(config)
    env = config.plugins.on_env(env, config=config, files=files) or env
    found = {file.dest_uri: file for file in files}
    found |= {at.removesuffix("index.html"): f for at, f in found.items() if _is_index(at)}
    return _Site(config, files, nav, env, found)


def _is_index(address: str) -> bool:
    return address == "index.html" or address.endswith("/index.html")


def _render(site: _Site, file: Any) -> bytes:
    """One page, through the same events of plugins as in a build."""
    from mkdocs.commands.build import get_context

    config, files, page = site.config, site.files, file.page
    search = _search(config)
    if search:
        search.search_index.entries = []
    page = config.plugins.on_pre_page(page, config=config, files=files)
    page.read_source(config)
    page.markdown = config.plugins.on_page_markdown(
        page.markdown, page=page, config=config, files=files
    )
    page.render(config, files)
    page.content = config.plugins.on_page_content(
        page.content, page=page, config=config, files=files
    )
    page.active = True
    try:
        context = get_context(site.nav, files, config, page)
        template = site.env.get_template(page.meta.get("template", "main.html"))
        context = config.plugins.on_page_context(context, page=page, config=config, nav=site.nav)
        html = config.plugins.on_post_page(template.render(context), page=page, config=config)
    finally:
        page.active = False
    if search:
        site.entries[file.src_uri] = search.search_index.entries
    return bytes(html.encode("utf-8", errors="xmlcharrefreplace"))


def _search(config: Any) -> Any:
    """The plugin of Material that makes the index, or None."""
    return config.plugins.get("material/search")
