"""What a browser measures on every kind of page: weight, shifts, life without a script; links."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
import yaml
from playwright.sync_api import Browser, Page

import pagekinds
from browsing import opened, served
from driftbook import names
from driftbook.emit import rules
from driftbook.model import STAGES
from sample import ROOT, compiled

KIB = 1024
LIMIT = 100 * KIB
"""Bytes over the wire until a page shows its content, before fonts and search."""
SEARCH = re.compile(r"/search/|/workers/|lunr")
SHIFTS = """
window.shifts = [];
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) {
    const moved = entry.sources.map(s => s.node && (s.node.outerHTML || s.node.textContent));
    window.shifts.push([entry.value, moved.map(text => String(text).slice(0, 120))]);
  }
}).observe({type: "layout-shift", buffered: true});
"""


@pytest.fixture(scope="module")
def address(reference: Path) -> Iterator[str]:
    with served(reference) as made:
        yield made


@pytest.mark.parametrize("path", ["index.html", "invariants/cart-replication-lag/index.html"])
def test_first_content_is_light(browser: Browser, address: str, path: str) -> None:
    with opened(browser) as page:
        sizes = transfers(page, address + path)
    assert any(url.endswith(".css") for url in sizes)
    assert any(url.endswith(".js") for url in sizes)
    first = {url: size for url, size in sizes.items() if not SEARCH.search(url)}
    assert sum(first.values()) < LIMIT, first


def transfers(page: Page, url: str) -> dict[str, int]:
    """Bytes of each response, head included, with nothing in the cache."""
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    asked: dict[str, str] = {}
    sizes: dict[str, int] = {}
    client.on(
        "Network.requestWillBeSent", lambda e: asked.update({e["requestId"]: e["request"]["url"]})
    )
    client.on(
        "Network.loadingFinished",
        lambda e: sizes.update({asked[e["requestId"]]: int(e["encodedDataLength"])}),
    )
    page.goto(url, wait_until="networkidle")
    return sizes


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_while_a_page_loads(
    browser: Browser, reference: Path, address: str, width: int, scheme: str
) -> None:
    """Long tables show when their last row has come. A busy machine may stumble, but not twice."""
    found: list[str] = []
    window = {"width": width, "height": 844}
    with opened(browser, viewport=window, color_scheme=scheme) as page:
        page.add_init_script(SHIFTS)
        for path in pagekinds.representatives(reference):
            moved = shifts(page, address + path) and shifts(page, address + path)
            found += [f"{path}: {moved}"] if moved else []
    assert found == []


def shifts(page: Page, url: str) -> list[object]:
    """What moved while a page was loaded, and by how much."""
    page.goto(url)
    page.wait_for_timeout(200)
    return list(page.evaluate("window.shifts"))


def test_without_scripts_nothing_is_missing(
    browser: Browser, reference: Path, address: str
) -> None:
    """Every text is shown somewhere, but for the controls that a script brings to life."""
    unseen = """() => {
      for (const e of document.querySelectorAll("details")) e.open = true;
      const all = document.querySelectorAll("article :is(h1, h2, h3, p, td, li, pre, img, a)");
      const parts = [...all].filter(e => !e.closest("[hidden], .headerlink"))
        .filter(e => e.textContent.trim());
      const isShown = e => e.checkVisibility({opacityProperty: true});
      const shown = new Set(parts.filter(isShown).map(e => e.textContent));
      return parts.filter(e => !isShown(e) && !shown.has(e.textContent))
        .map(e => e.outerHTML.slice(0, 120));
    }"""
    found: list[str] = []
    with opened(browser, java_script_enabled=False) as page:
        for path in pagekinds.representatives(reference):
            page.goto(address + path)
            assert page.locator("article h1").is_visible(), path
            assert page.evaluate("innerWidth >= document.documentElement.scrollWidth"), path
            found += [f"{path}: {e}" for e in page.evaluate(unseen)]
    assert found == []


def test_links_work_without_scripts(browser: Browser, address: str) -> None:
    with opened(browser, java_script_enabled=False) as page:
        page.goto(f"{address}alerts/CartReplicationLag/index.html")
        page.wait_for_url("**/invariants/cart-replication-lag/index.html")
        assert page.locator("h2#late").is_visible()
        page.set_viewport_size({"width": 1280, "height": 800})
        page.locator(".md-nav--primary").get_by_role("link", name="By service").click()
        page.wait_for_url("**/services/index.html")


class Links(HTMLParser):
    """Addresses that a page names, and anchors that it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: set[str] = set()
        self.anchors: set[str] = {""}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "xlink:href", "data", "action", "poster") and value:
                self.addresses.add(value)
            elif name == "srcset" and value:
                self.addresses |= {part.split()[0] for part in value.split(",")}
            elif value and (name == "id" or (tag == "a" and name == "name")):
                self.anchors.add(value)
            elif tag == "meta" and name == "content" and value and "url=" in value:
                self.addresses.add(value.split("url=", 1)[1])


def test_every_link_leads_somewhere(reference: Path) -> None:
    base = compiled(ROOT).site_url
    parsed = {
        path.relative_to(reference).as_posix(): Links(path.read_text(encoding="utf-8"))
        for path in sorted([*reference.rglob("*.html"), *reference.rglob("*.svg")])
    }
    assert len(parsed) > 300
    followed = 0
    broken: list[str] = []
    for path, page in parsed.items():
        for link in page.addresses:
            followed += 1
            if not leads(reference, parsed, urljoin(base + path, link), base):
                broken.append(f"{path}: {link}")
    assert followed > 10_000
    assert broken == []


def leads(html: Path, parsed: Mapping[str, Links], url: str, base: str) -> bool:
    """Whether an absolute address is of another site, or a page or file with the anchor."""
    if not url.startswith(base):
        return urlsplit(url).scheme in ("http", "https", "mailto", "data")
    split = urlsplit(url[len(base) :])
    path = unquote(split.path)
    if path.endswith("/") or not path:
        path += "index.html"
    if path in parsed:
        anchor = unquote(split.fragment)
        return anchor.startswith("__") or anchor in parsed[path].anchors
    return (html / path).is_file()


def alert_links() -> list[str]:
    """Every `runbook_url` in the compiled rules of the reference catalog."""
    found: set[str] = set()
    for artifact in rules.emit(compiled(ROOT)):
        for group in yaml.load(artifact.text, Loader=yaml.CSafeLoader)["groups"]:
            for rule in group["rules"]:
                if "runbook_url" in rule.get("annotations", {}):
                    found.add(rule["annotations"]["runbook_url"])
    return sorted(found)


def test_every_alert_leads_to_its_heading(browser: Browser, address: str) -> None:
    """The heading of the stage is in the window, below the header, and is the right one."""
    base = compiled(ROOT).site_url
    links = alert_links()
    assert len(links) > 150
    seen = """() => {
      const heading = document.getElementById(location.hash.slice(1));
      if (!heading) return null;
      const box = heading.getBoundingClientRect();
      const header = document.querySelector(".md-header").getBoundingClientRect().bottom;
      return [heading.tagName, heading.innerText, box.top >= header, box.bottom <= innerHeight];
    }"""
    wrong: list[str] = []
    with opened(browser) as page:
        for link in links:
            page.goto(link.replace(base, address))
            found = page.evaluate(seen)
            stage = urlsplit(link).fragment
            titled = found and (stage not in STAGES or stage in found[1].lower())
            if not found or found[0] != "H2" or not titled or not all(found[2:]):
                wrong.append(f"{link}: {found}")
    assert wrong == []


def test_every_alert_of_the_rules_has_a_redirect(reference: Path) -> None:
    for name in compiled(ROOT).invariants:
        page = reference / names.alert_page(names.alert(name)) / "index.html"
        assert pagekinds.REDIRECT in page.read_text()
