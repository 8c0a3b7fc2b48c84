"""The front page, the page for lost addresses, tombstones: every way to the page of an alert."""

import contextlib
import gzip
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import built, opened, paste, served
from driftbook.checks.example import FILES
from driftbook.emit.pages import landing
from driftbook.model import STAGES, Catalog
from sample import compiled, hostile, site_pages, write_files

LAG = "invariants/shop/orders-lag.yaml"
WHY = "retired: {since: 2026-03-31, reason: Nobody looked at a | b & c.}\n"
ALERT = {
    "alertname": "OrdersLag",
    "invariant": "orders-lag",
    "stage": "mid",
    "severity": "warning",
    "region": "eu & <west>",
    "cluster": "c1",
}
OTHER = {**ALERT, "region": "us"}
SLACK = """\
[FIRING:2] OrdersLag (orders-lag late above critical shop orders shop 1)
*Alert:* Order replicas stay within 10 s of the primary
*Details:*
  • *alertname:* `OrdersLag`
  • *stage:* `late`
  • *region:* `eu`
"""
MAIL = (
    "2 alerts for alertname=OrdersLag\nLabels\nalertname = OrdersLag\nregion = eu\nstage = late\n"
)
PAGERDUTY = "Labels:\n - alertname = OrdersLag\n - region = eu\n - stage = late\nAnnotations:\n"
AMTOOL = "OrdersLag  2026-03-02 10:00:00 UTC  eu is 40s behind.  active"
EXTENDED = 'alertname="OrdersLag" region="eu" stage="late"  summary="late" 2026-03-02 10:00:00 UTC'
LINK = "see https://runbooks.example/base/alerts/OrdersLag/?region=eu&amp;x=1#late, please"


def old(name: str, heir: str) -> str:
    """A retired invariant."""
    lines = f"name: {name}\nlifecycle: retired" + (f"\nsuccessor: {heir}" if heir else "")
    return FILES[LAG].replace("name: orders-lag", lines)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with an old name and three retired invariants, published under a sub-path."""
    root = tmp_path_factory.mktemp("shop")
    lag = FILES[LAG].replace("runbook:", "renamed_from: [order-delay]\nrunbook:", 1)
    catalog = FILES["invariants/catalog.yaml"]
    site_url = re.search(r"^site_url: .*$", catalog, re.MULTILINE)
    assert site_url
    catalog = catalog.replace(site_url[0], "site_url: https://org.example/consistency/")
    more = {
        LAG: lag,
        "invariants/catalog.yaml": catalog,
        "invariants/shop/first.yaml": old("first-lag", "second-lag") + WHY,
        "invariants/shop/second.yaml": old("second-lag", "orders-lag"),
        "invariants/shop/alone.yaml": old("backlog", ""),
    }
    made = built(root, compiled(write_files(root, {**FILES, **more})))
    (root / "www").mkdir()
    shutil.copytree(made, root / "www" / "consistency")
    # As a host does that knows one page for everything that is missing.
    shutil.copy(made / "404.html", root / "www" / "404.html")
    return root / "www"


@pytest.fixture
def site(shop: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of the front page, from a server or from files."""
    if getattr(request, "param", "server") == "files":
        yield (shop / "consistency" / "index.html").as_uri()
    else:
        with served(shop) as address:
            yield f"{address}consistency/"


both_ways = pytest.mark.parametrize("site", ["server", "files"], indirect=True)


def arrived(page: Page, name: str, stage: str = "", **labels: str) -> None:
    """Waits for the page of an invariant; its labels and stage must be in the address."""
    page.wait_for_url(f"**/invariants/{name}/**")
    url = urlsplit(page.url)
    assert url.path.endswith((f"/invariants/{name}/", f"/invariants/{name}/index.html"))
    assert {key: values[0] for key, values in parse_qs(url.query).items()} == labels
    assert url.fragment == stage
    expect(page.locator(f"h2#{stage}" if stage else "h1")).to_be_visible()


@both_ways
def test_a_name_opens_its_page(site: str, page: Page) -> None:
    page.goto(site)
    paste(page, "OrdersLag")
    arrived(page, "orders-lag")


@pytest.mark.parametrize(
    ("text", "stage", "labels"),
    [
        ("orderslag", "", {}),
        ("orders-lag", "", {}),
        (SLACK, "late", {"region": "eu"}),
        (MAIL, "late", {"region": "eu"}),
        (PAGERDUTY, "late", {"region": "eu"}),
        (AMTOOL, "", {}),
        (EXTENDED, "late", {"region": "eu"}),
        (LINK, "late", {"region": "eu"}),
        ("https://org.example/consistency/invariants/orders-lag/#early", "early", {}),
        ('{alertname="OrdersLag", region="eu", stage="late"}', "late", {"region": "eu"}),
        ('ALERTS{alertname="OrdersLag",alertstate="firing",region="e\\"u",stage="mid"} 1', "mid",
         {"region": 'e"u'}),
        ('drift:signal{invariant="orders-lag", region="eu"} 12', "", {"region": "eu"}),
        (json.dumps([{"labels": ALERT, "annotations": {}}]), "mid",
         {"region": "eu & <west>", "cluster": "c1"}),
        (json.dumps(ALERT), "mid", {"region": "eu & <west>", "cluster": "c1"}),
        # What the alerts of a group do not share is left open.
        (json.dumps({"groupLabels": {"alertname": "OrdersLag"},
                     "alerts": [{"labels": ALERT}, {"labels": OTHER}]}), "mid", {"cluster": "c1"}),
        # The latest stage of a group is the one to look at.
        (json.dumps([{"labels": ALERT}, {"labels": {**OTHER, "stage": "late"}}]), "late",
         {"region": "us", "cluster": "c1"}),
    ],
)  # fmt: skip
def test_a_pasted_alert_opens_its_page(
    site: str, page: Page, text: str, stage: str, labels: dict[str, str]
) -> None:
    page.goto(site)
    paste(page, text)
    arrived(page, "orders-lag", stage, **labels)


@pytest.mark.parametrize(
    ("text", "name"), [("OrderDelay", "orders-lag"), ("alertname=FirstLag", "first-lag")]
)
def test_old_and_retired_names_are_known(site: str, page: Page, text: str, name: str) -> None:
    page.goto(site)
    paste(page, text)
    arrived(page, name)


def test_several_alerts_are_offered(site: str, page: Page) -> None:
    """With what was read of each."""
    page.goto(site)
    paste(page, json.dumps([{"labels": ALERT}, {"labels": {"alertname": "OrdersConflicts"}}]))
    options = page.get_by_role("option")
    expect(options).to_have_count(2)
    expect(page.get_by_role("status")).to_have_text("2 alerts to choose from")
    options.first.click()
    arrived(page, "orders-lag", "mid", region="eu & <west>", cluster="c1")


@both_ways
def test_names_are_found_while_typing(site: str, page: Page) -> None:
    """By the keyboard alone, as the combobox pattern of ARIA says."""
    page.goto(site)
    box = page.get_by_role("combobox", name="Paste the alert, or type its name")
    box.press_sequentially("confl")
    options = page.get_by_role("option")
    expect(options).to_have_count(1)
    expect(box).to_have_attribute("aria-expanded", "true")
    box.fill("orders")
    expect(options).not_to_have_count(1)
    first, second = options.nth(0).inner_text(), options.nth(1).inner_text()
    assert {text.split()[0] for text in (first, second)} == {"OrdersLag", "OrdersConflicts"}
    box.press("ArrowDown")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == options.nth(0).get_attribute("id")
    box.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") is None
    box.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    box.press("Escape")
    expect(options).to_have_count(0)
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("orders")
    box.fill("orders con")
    expect(options.first).to_contain_text("OrdersConflicts")
    box.press("ArrowDown")
    box.press("Enter")
    arrived(page, "orders-conflicts")


@pytest.mark.parametrize("typed", ["OrderLagg", "ordres-lag", "replicas primary", "order-delay"])
def test_the_nearest_name_comes_first(site: str, page: Page, typed: str) -> None:
    page.goto(site)
    page.locator("#db-paged-input").fill(typed)
    expect(page.get_by_role("option").first).to_contain_text("OrdersLag")


def test_what_no_alert_is_like(site: str, page: Page) -> None:
    page.goto(site)
    box = page.locator("#db-paged-input")
    box.fill("zzzzqqqq")
    box.press("Enter")
    expect(page.get_by_role("status")).to_have_text("No alert is like this.")
    expect(box).to_be_focused()
    expect(page.get_by_role("option")).to_have_count(0)


def test_nothing_is_loaded_before_someone_asks(site: str, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site)
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "alert-names" in url or "alert-reading" in url]
    with page.expect_response("**/alert-names.js"):
        page.locator("#db-paged-input").focus()


def test_the_box_moves_nothing(shop: Path, browser: Browser) -> None:
    """Its room is kept until its script has run."""
    for width in (320, 390, 1280):
        with (
            served(shop) as address,
            opened(browser, viewport={"width": width, "height": 844}) as page,
        ):
            page.add_init_script(
                "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach("
                "e => window.shift += e.value)).observe({type: 'layout-shift', buffered: true})"
            )
            page.route("**/paged.js", lambda route: (page.wait_for_timeout(300), route.continue_()))
            page.goto(f"{address}consistency/")
            page.wait_for_timeout(500)
            assert page.locator("#db-paged-input").is_visible()
            assert page.evaluate("window.shift") < 0.01, width
            room = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert room, width


def test_links_serve_without_javascript(shop: Path, browser: Browser) -> None:
    with served(shop) as address, opened(browser, java_script_enabled=False) as page:
        page.goto(f"{address}consistency/")
        page.get_by_role("link", name="among all by name").click()
        expect(page.locator("a[href*='orders-lag']").first).to_be_visible()
        page.goto(f"{address}consistency/alerts/Nowhere/")
        page.get_by_role("link", name="among all by name").click()
        expect(page.locator("a[href*='orders-lag']").first).to_be_visible()


@pytest.mark.parametrize(
    ("lost", "name"),
    [
        ("alerts/OrdrsLag/?region=eu#late", "orders-lag"),
        ("invariants/order-lags/index.html?region=eu#late", "orders-lag"),
        ("alerts/ORDERSLAG?region=eu#late", "orders-lag"),
        ("a/b/c/d/OrdersLag?region=eu#late", "orders-lag"),
        ("invariants/first-lags/?region=eu#late", "first-lag"),
    ],
)
def test_lost_addresses_offer_the_nearest(site: str, page: Page, lost: str, name: str) -> None:
    """From any depth, with what the address said."""
    with contextlib.suppress(AssertionError):
        assert page.goto(f"{site}{lost}").status == 404  # type: ignore[union-attr]
    expect(page.locator("h1")).to_have_text("There is no such page")
    page.locator(".db-lost a").first.click()
    arrived(page, name, "late", region="eu")


def test_lost_pages_are_pages_of_the_site(site: str, page: Page) -> None:
    page.goto(f"{site}x/y/z?a=1")
    assert page.evaluate("getComputedStyle(document.querySelector('.db-paged-form')).margin")
    page.get_by_role("link", name="front page").click()
    assert page.url.startswith(f"{site}")
    page.goto(f"{site}x/y/z")
    page.locator("#db-paged-input").fill("orders-lag")
    page.locator("#db-paged-input").press("Enter")
    arrived(page, "orders-lag")


def test_lost_pages_do_not_repeat_markup(site: str, page: Page) -> None:
    page.goto(f"{site}alerts/%3Cimg%20src=x%20onerror=window.owned=1%3EOrdersLag/")
    page.wait_for_timeout(300)
    assert page.evaluate("window.owned") is None
    assert page.locator("img[src=x]").count() == 0


def test_tombstones_name_who_watches_now(shop: Path, page: Page) -> None:
    base = (shop / "consistency").as_uri()
    page.goto(f"{base}/alerts/FirstLag/index.html?region=eu#mid")
    page.wait_for_url("**/invariants/first-lag/index.html?region=eu#mid")
    text = page.locator("article").inner_text()
    assert "Retired since 2026-03-31." in text
    assert "Nobody looked at a | b & c." in text
    assert "is retired as well" in text
    for stage in STAGES:
        assert page.locator(f"h2#{stage} + p a").get_attribute("href") == (
            f"../orders-lag/index.html#{stage}"
        )
    page.locator("h2#mid + p a").click()
    page.wait_for_url("**/invariants/orders-lag/index.html#mid")
    page.goto(f"{base}/invariants/backlog/index.html")
    expect(page.locator("article")).to_contain_text("Nothing took over.")


def test_the_living_end_of_successors(tmp_path: Path) -> None:
    """Also where a chain turns round, which a check refuses."""
    catalog = compiled(write_files(tmp_path, FILES))
    lag = catalog.invariants["orders-lag"]

    def retired(name: str, heir: str) -> Catalog:
        old = replace(lag, name=name, lifecycle="retired", successor=heir)
        return replace(catalog, invariants={**catalog.invariants, name: old})

    for heir, found in (("orders-lag", "orders-lag"), ("a", None), ("gone", None), ("", None)):
        turned = retired("a", heir)
        end = landing.living(turned, turned.invariants["a"])
        assert (end.name if end else None) == found


def test_known_alerts_are_a_script_of_ascii(tmp_path: Path) -> None:
    """Whatever a title says; and small."""
    catalog = hostile(compiled(write_files(tmp_path, FILES)), "</script>\u2028*/ é")
    text = site_pages(catalog)["assets/alert-names.js"].text
    body = text.split("window.driftbookAlerts = ")[1].rstrip().removesuffix(";")
    assert body.isascii()
    alerts = json.loads(body)["alerts"]
    assert [row[0] for row in alerts] == sorted(catalog.invariants)
    assert all(row[2] == 7 or row[0] == "orders-conflicts" for row in alerts)


def test_two_thousand_alerts_are_few_bytes(tmp_path: Path) -> None:
    catalog = compiled(write_files(tmp_path, FILES))
    lag = catalog.invariants["orders-lag"]
    titles = [f"Replicas of dataset {n * 7919 % 2003} stay within {n} s" for n in range(2000)]
    many = {
        f"lag-{n}-of-{n * 7919 % 2003}": replace(lag, name=f"lag-{n}", title=title)
        for n, title in enumerate(titles)
    }
    text = landing.known_alerts(replace(catalog, invariants=many)).text
    assert len(gzip.compress(text.encode())) < 50 * 1024


def test_what_fires_now_is_linked(tmp_path: Path) -> None:
    """Only where the catalog says where these are."""
    home = site_pages(compiled(write_files(tmp_path / "a", FILES)))["index.md"].text
    assert "Firing now" not in home
    catalog = FILES["invariants/catalog.yaml"]
    for name in ("alertmanager", "prometheus"):
        url = f"{name}:\n  external_url: https://{name}.example/at/"
        catalog = re.sub(rf"^{name}:$", url, catalog, flags=re.MULTILINE)
    more = {**FILES, "invariants/catalog.yaml": catalog}
    home = unquote(site_pages(compiled(write_files(tmp_path / "b", more)))["index.md"].text)
    assert '(https://alertmanager.example/at/#/alerts?filter={invariant!=""})' in home
    query = 'ALERTS{alertstate="firing",invariant!=""}'
    assert f"(https://prometheus.example/at/graph?g0.expr={query}&g0.tab=1)" in home
