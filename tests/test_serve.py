"""Serving while people edit: an edit shows soon, a broken catalog shows too, and nothing dies."""

import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import copied
from driftbook import names
from driftbook.checks.example import FILES
from driftbook.errors import Exit
from sample import ROOT, write_files
from serving import Served, serving

SOON = 20_000
"""Milliseconds in which an edit must show, on a machine that does other things as well. The real
figure, about a second, is measured by `bench/edits.py`."""
ORDERS = "invariants/shop/orders.yaml"


@pytest.fixture
def small_served(tmp_path: Path) -> Iterator[Served]:
    with serving(write_files(tmp_path, FILES)) as served:
        yield served


def heading(page: Page, text: str) -> None:
    """Waits for the title of a page, without its permalink."""
    expect(page.locator("h1").first).to_have_text(
        re.compile(rf"^{re.escape(text)}¶?$"), timeout=SOON
    )


def test_an_edit_shows_without_a_touch(tmp_path: Path, page: Page) -> None:
    """In the reference catalog, at the page that is open, and without any trace in site/html."""
    root = copied(ROOT, tmp_path)
    with serving(root) as served:
        page.goto(f"{served.address}invariants/cart-replication-lag/")
        old = page.locator("h1").first.inner_text().rstrip("¶")
        file = "invariants/cart/cart-replication-lag.yaml"
        served.edit(file, f"title: {old}", "title: Replicas of the cart keep up")
        heading(page, "Replicas of the cart keep up")
        # Another page that names it is fresh as well, though nobody had asked for it.
        page.goto(f"{served.address}invariants/")
        expect(page.get_by_role("link", name="Replicas of the cart keep up")).to_be_visible()
        assert not (root / names.SITE).exists()


def test_only_the_page_that_changed_reloads(
    small_served: Served, browser: Browser, page: Page
) -> None:
    page.goto(f"{small_served.address}guide/concepts.html")
    page.evaluate("window.untouched = true")
    small_served.edit(ORDERS, "title: Orders", "title: All orders")
    other = browser.new_page()
    other.goto(f"{small_served.address}datasets/orders/")
    heading(other, "All orders")
    small_served.edit(ORDERS, "impact: ", "impact: Grave. ")
    expect(other.locator("article")).to_contain_text("Grave.", timeout=SOON)
    assert page.evaluate("window.untouched") is True
    other.close()


def test_a_broken_catalog_is_shown_on_the_page(small_served: Served, page: Page) -> None:
    page.goto(f"{small_served.address}datasets/orders/")
    panel = page.locator("#driftbook-live aside")
    expect(panel).to_be_hidden()
    small_served.edit(ORDERS, "store: ", "stoer: ")
    expect(panel).to_be_visible(timeout=SOON)
    expect(panel.get_by_role("alert")).to_contain_text("error")
    expect(panel).to_contain_text(f"{ORDERS}:")
    expect(panel).to_contain_text("stoer")
    link = panel.get_by_role("link").first
    assert re.fullmatch(r"DB[0-9]{3}", link.inner_text())
    heading(page, "Orders")
    assert any("stoer" in line for line in small_served.said)
    link.click()
    expect(page.locator("h2:target")).to_have_text(re.compile("DB[0-9]{3}"), timeout=SOON)
    expect(panel).to_be_visible(timeout=SOON)
    small_served.edit(ORDERS, "stoer: ", "store: ")
    expect(panel).to_be_hidden(timeout=SOON)


def test_what_is_wrong_is_text(small_served: Served, page: Page) -> None:
    page.goto(f"{small_served.address}datasets/orders/")
    hostile = "<img src=x onerror=window.owned=1>"
    small_served.edit(ORDERS, "owner: shop", f"owner: '{hostile}'")
    panel = page.locator("#driftbook-live aside")
    expect(panel).to_contain_text(hostile, timeout=SOON)
    assert page.evaluate("window.owned") is None
    assert panel.locator("img").count() == 0


def test_pages_come_and_go(small_served: Served, page: Page) -> None:
    """Also the page itself, and the address at which there was none."""
    root = small_served.root
    lag = "invariants/shop/orders-lag.yaml"
    page.goto(f"{small_served.address}invariants/second-lag/#mid")
    expect(page.locator("h1")).to_contain_text("There is no such page")
    second = (root / lag).read_text().replace("name: orders-lag", "name: second-lag")
    (root / "invariants/shop/second-lag.yaml").write_text(second)
    expect(page.locator("h2#mid")).to_be_visible(timeout=SOON)
    page.goto(f"{small_served.address}alerts/SecondLag/?region=eu#late")
    page.wait_for_url("**/invariants/second-lag/?region=eu#late")
    (root / "invariants/shop/second-lag.yaml").unlink()
    expect(page.locator("h1")).to_contain_text("There is no such page", timeout=SOON)


def test_search_follows_edits(small_served: Served, page: Page) -> None:
    small_served.edit(ORDERS, "title: Orders", "title: Purchases")
    page.goto(f"{small_served.address}datasets/orders/")
    heading(page, "Purchases")
    page.locator("label[for=__search]").first.click()
    page.locator(".md-search__input").type("purchases")
    # Every page has to be rendered for the search, which waits for whoever looks at a page.
    expect(page.locator(".md-search-result__link").first).to_be_visible(timeout=4 * SOON)
    hrefs = page.locator(".md-search-result__link").evaluate_all("all => all.map(a => a.href)")
    assert any("datasets/orders/" in href for href in hrefs)


def test_it_starts_with_a_broken_catalog(tmp_path: Path, page: Page) -> None:
    """And with none of its folders but one."""
    root = write_files(tmp_path, {"invariants/catalog.yaml": "kind: [\n"})
    with serving(root) as served:
        page.goto(served.address)
        expect(page.locator("#driftbook-live aside")).to_contain_text("catalog.yaml", timeout=SOON)
        write_files(root, FILES)
        heading(page, "Example catalog")


def test_a_broken_configuration_is_shown(small_served: Served, page: Page) -> None:
    page.goto(f"{small_served.address}datasets/orders/")
    path = small_served.root / "site/mkdocs.yml"
    whole = path.read_text()
    path.write_text(whole.split("\n", 1)[1].replace("name: material", "name: nowhere"))
    panel = page.locator("#driftbook-live aside")
    expect(panel).to_contain_text("nowhere", timeout=SOON)
    path.write_text(whole)
    expect(panel).to_be_hidden(timeout=SOON)


def test_addresses_stay_inside(small_served: Served) -> None:
    """Files of the project that are no part of the site cannot be read."""
    for path in ("../../invariants/catalog.yaml", "%2e%2e/%2e%2e/invariants/catalog.yaml"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{small_served.address}{path}")
        assert refused.value.code == 404
    with urllib.request.urlopen(f"{small_served.address}assets/theme.css") as found:
        assert found.headers["Content-Type"] == "text/css"
    with urllib.request.urlopen(f"{small_served.address}teams/shop?a=b") as moved:
        assert moved.url == f"{small_served.address}teams/shop/?a=b"
    request = urllib.request.Request(f"{small_served.address}teams/shop/", method="HEAD")
    with urllib.request.urlopen(request) as head:
        assert int(head.headers["Content-Length"]) > 1000
        assert head.read() == b""


def test_control_c_ends_it(small_served: Served, page: Page) -> None:
    """With a page open, whose stream of events would never end by itself."""
    page.goto(small_served.address)
    page.wait_for_function(
        "performance.getEntriesByType('resource').some(e => e.name.includes('live.js'))"
    )
    assert small_served.end() == Exit.INTERRUPTED
    assert [line for line in small_served.said if "Traceback" in line] == []


def test_a_busy_port_is_told(tmp_path: Path) -> None:
    root = write_files(tmp_path, FILES)
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "driftbook",
                "-C",
                str(root),
                "site",
                "--serve",
                f"--port={port}",
            ],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == Exit.ENVIRONMENT
    assert f"cannot serve on port {port} of 127.0.0.1: something else uses it" in done.stderr
    assert "--port" in done.stderr


def test_edits_one_after_the_other_are_all_shown(small_served: Served, page: Page) -> None:
    """The second comes before the pages are written that nobody looks at."""
    lag = "invariants/shop/orders-lag.yaml"
    page.goto(f"{small_served.address}invariants/orders-lag/")
    old = re.search(r"^title: (.*)$", (small_served.root / lag).read_text(), re.MULTILINE)
    assert old
    small_served.edit(lag, f"title: {old[1]}", "title: Once")
    heading(page, "Once")
    small_served.edit(lag, "title: Once", "title: Twice")
    small_served.edit(ORDERS, "title: Orders", "title: Purchases")
    heading(page, "Twice")
    expect(page.get_by_role("link", name="Purchases").first).to_be_visible(timeout=SOON)
    page.goto(f"{small_served.address}invariants/")
    expect(page.get_by_role("link", name="Twice")).to_be_visible(timeout=SOON)


def test_a_link_to_a_page_that_came_with_the_edit_leads_there(
    small_served: Served, page: Page
) -> None:
    lag = "invariants/shop/orders-lag.yaml"
    named = re.search(r"^runbook: (.*)$", (small_served.root / lag).read_text(), re.MULTILINE)
    assert named
    book = small_served.root / f"runbooks/{named[1]}.yaml"
    page.goto(f"{small_served.address}invariants/orders-lag/")
    second = book.read_text().replace(f"name: {named[1]}", "name: second")
    book.with_name("second.yaml").write_text(second)
    small_served.edit(lag, named[0], "runbook: second")
    link = page.locator("main a[href*='runbooks/second/']").first
    expect(link).to_be_attached(timeout=SOON)
    expect(link).to_have_attribute("href", re.compile("index.html$"))
    page.goto(str(link.evaluate("element => element.href")))
    expect(page.locator("h1")).not_to_contain_text("There is no such page")
