"""Point 4 of the proof: every runbook link leads to a page and an anchor of the built site."""

from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

from driftbook import names
from driftbook.model import STAGES, Catalog, Invariant
from driftbook.prove.compiled import Compiled, alert_rules
from driftbook.prove.finding import Finding
from driftbook.prove.syntax import invariant_of


def links(catalog: Catalog, compiled: Compiled) -> list[Finding]:
    """Links in the rules on disk, pages of every invariant, and redirects from alert names."""
    site = compiled.root / names.SITE
    if not (site / "index.html").is_file():
        return [Finding("links", "the site is not built", names.SITE)]
    _page.cache_clear()
    found: dict[Finding, None] = {}
    for file in compiled.rules:
        for link in _runbook_links(compiled, file):
            message = _broken(site, catalog.site_url, link)
            if message:
                found[Finding("links", message, file, invariant_of(file))] = None
    for _, invariant in sorted(catalog.invariants.items()):
        for message in _pages(site, invariant):
            found[Finding("links", message, names.SITE, invariant.name)] = None
    return list(found)


def _runbook_links(compiled: Compiled, file: str) -> Iterator[str]:
    if file == names.WATCHDOG_RULES:
        return
    for rule in alert_rules(compiled.rules[file]):
        yield str((rule.get("annotations") or {}).get("runbook_url") or "")


def _broken(site: Path, site_url: str, link: str) -> str:
    """Why a link of an alert leads nowhere, or ""."""
    if not link:
        return "an alert has no runbook_url"
    base = site_url.rstrip("/") + "/"
    if not link.startswith(base):
        return f"{link} is not a page of this site, {base}"
    address, anchor = urldefrag(link)
    path = unquote(urlsplit(address).path)[len(urlsplit(base).path) :]
    ids = _page(site / path / "index.html")
    if ids is None:
        return f"{link}: there is no such page"
    if not anchor:
        return f"{link} names no stage"
    return "" if unquote(anchor) in ids[0] else f'{link}: the page has no anchor "{anchor}"'


def _pages(site: Path, invariant: Invariant) -> Iterator[str]:
    """Faults of an invariant's page, with an anchor for every stage, and of what leads there."""
    path = names.page(invariant.name)
    ids = _page(site / path / "index.html")
    if ids is None:
        yield f"{path} does not exist"
    elif invariant.lifecycle != "retired":
        yield from (f'{path} has no anchor "{stage}"' for stage in STAGES if stage not in ids[0])
    stubs = [names.alert_page(names.alert(invariant.name))]
    for old in invariant.renamed_from:
        stubs += [names.alert_page(names.alert(old)), names.page(old)]
    for stub in stubs:
        page = _page(site / stub / "index.html")
        if page is None:
            yield f"{stub} does not exist"
        elif not any(_leads_to(site, stub, href, path) for href in page[1]):
            yield f"{stub} does not lead to {path}"


def _leads_to(site: Path, stub: str, href: str, path: str) -> bool:
    target = (site / stub / urlsplit(href).path).resolve()
    wanted = (site / path).resolve()
    return target in (wanted, wanted / "index.html")


class _Reader(HTMLParser):
    """Collects what can be linked to, and what is linked."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.hrefs: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and (name == "id" or (name == "name" and tag == "a")):
                self.ids.add(value)
            elif value and name == "href" and tag == "a":
                self.hrefs.add(value)


@cache
def _page(file: Path) -> tuple[frozenset[str], frozenset[str]] | None:
    """Anchors and link targets of a page; None where there is none."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    reader = _Reader()
    reader.feed(text)
    return frozenset(reader.ids), frozenset(reader.hrefs)
