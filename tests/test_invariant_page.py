"""The page of an invariant in a real browser: the answer first, labels filled in, steps ticked."""

import re
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page

import browsing
from driftbook import names
from driftbook.checks.example import CATALOG, RUNBOOK
from driftbook.model import STAGES
from sample import FILES, compiled, write_files

RUNBOOK_TEXT = """\
kind: runbook
name: replica-behind
title: A replica region has fallen behind
meaning: |
  Writes of {{ invariant.dataset.title }} arrive late.
  {% if 'region' in invariant.signal.identity %}Look at {{ labels.region }}.{% endif %}
causes:
  - {name: Network congestion, confirm: {query: 'max by (link) (wan_loss_ratio) > 0.01'}}
stages:
  early: [{id: look, check: Is one link or every link behind?}]
  mid:
    - id: route-reads
      act: Send reads of {{ labels.cluster }} to the primary.
      run: shopctl reads --primary --for {{ labels.cluster }}
      verify: Stale reads fall below 0.1 % in 5 minutes.
      rollback: shopctl reads --local {{ labels.cluster }}
    - id: exact
      check: Is it this cluster alone?
      query: 'x{cluster="{{ labels.cluster }}"} or y{cluster=~"{{ labels.cluster }}|other"}'
  late: [{id: page-dba, escalate: Database on call, after: 10m}]
"""
EXTERNAL = (
    "  external_labels: [cluster]\n"
    "  external_url: https://prometheus.example.org/\n"
    "alertmanager:\n"
    "  external_url: https://alertmanager.example.org\n"
)
HOSTILE = [
    'a"b',
    "a\\b",
    "a\nrm -rf x",
    "$(reboot)",
    "`reboot`",
    "x; reboot",
    "-rf",
    "<script>window.owned=1</script>",
    "<img src=x onerror=window.owned=1>",
    "javascript:alert(1) ",
    "a'b",
    "x" * 5000,
    "\u202eevil",
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of `orders-lag` in the example catalog, with labels in its runbook."""
    files = dict(FILES)
    files[CATALOG] = files[CATALOG].replace(
        "  external_labels: [cluster]\nalertmanager:\n", EXTERNAL
    )
    files[RUNBOOK] = RUNBOOK_TEXT
    root = write_files(tmp_path_factory.mktemp("site"), files)
    html = browsing.built(root, compiled(root))
    return f"{html.as_uri()}/{names.page('orders-lag')}index.html"


def on_screen(page: Page, selector: str) -> bool:
    """Whether all of an element can be seen without scrolling."""
    box = page.locator(selector).first.bounding_box()
    size = page.viewport_size
    assert size
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= size["height"]


def block(page: Page, anchor: str, nth: int = 0) -> str:
    """A block of code of a step."""
    return page.locator(f"li:has(#{anchor}) pre code").nth(nth).inner_text().strip()


@pytest.mark.parametrize("stage", STAGES)
def test_the_answer_is_on_the_first_screen(address: str, page: Page, stage: str) -> None:
    page.goto(f"{address}?region=eu-west-2&cluster=shop-1#{stage}")
    first = f".db-step[id^={stage}-]"
    for selector in ("h1", ".db-ladder", f"h2#{stage}", f"h2#{stage} ~ .db-feel", first):
        assert on_screen(page, selector), selector
    lit = [page.locator(f".db-ladder .db-{s}").get_attribute("aria-current") for s in STAGES]
    assert lit == ["true" if s == stage else None for s in STAGES]
    shown = [page.locator(f"h2#{s}").is_visible() for s in STAGES]
    assert shown == [s == stage for s in STAGES]
    page.locator(".db-live a[href='#real']").click()
    assert page.locator(f"h2#{stage}").is_visible(), "the stage stays while one reads on"
    assert page.evaluate("scrollY") > 0


def test_without_a_stage_everything_is_there_and_impact_once(address: str, page: Page) -> None:
    page.goto(address)
    assert all(page.locator(f"h2#{s}").is_visible() for s in STAGES)
    assert sum(f.is_visible() for f in page.locator(".db-feel").all()) == 1
    page.locator(".db-ladder .db-late").click()
    assert not page.locator("h2#early").is_visible()
    page.go_back()
    page.goto(f"{address}#mid-exact")
    assert page.locator("#mid-exact").is_visible()


def test_without_scripts_nothing_but_filling_and_ticking_is_missing(
    address: str, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{address}#late")
    assert page.locator("h2#late").is_visible()
    assert not page.locator("h2#mid").is_visible()
    assert on_screen(page, ".db-step[id^=late-]")
    page.goto(f"{address}?cluster=shop-1#mid")
    assert block(page, "mid-route-reads") == "shopctl reads --primary --for <cluster>"
    summary = page.locator("summary").first
    assert not page.locator("details pre").first.is_visible()
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("details pre").first.is_visible()
    context.close()


def test_labels_are_filled_in_and_named(address: str, page: Page) -> None:
    page.goto(f"{address}?region=eu-west-2&cluster=shop-1&unknown=x&stage=late#mid")
    said = page.locator(".db-labels").inner_text()
    assert said == "Filled in from the alert: region eu-west-2, cluster shop-1. Clear"
    assert block(page, "mid-route-reads") == "shopctl reads --primary --for shop-1"
    assert block(page, "mid-route-reads", 1) == "shopctl reads --local shop-1"
    assert block(page, "mid-exact") == 'x{cluster="shop-1"} or y{cluster=~"shop-1|other"}'
    assert "Send reads of shop-1 to" in page.locator("li:has(#mid-route-reads)").inner_text()
    assert "Look at eu-west-2." in page.locator("h2#meaning + p").inner_text()
    assert page.locator("h2#real ~ * code").first.inner_text().strip() == (
        'drift:signal{invariant="orders-lag",region="eu-west-2"}'
    )
    assert "Where: region eu-west-2\n" in page.locator("h2#escalation ~ * code").first.inner_text()
    page.locator(".db-labels a").click()
    page.wait_for_url(f"{address}#mid")
    assert page.locator(".db-labels").count() == 0
    assert block(page, "mid-route-reads") == "shopctl reads --primary --for <cluster>"


def links(page: Page) -> dict[str, str]:
    """The links under the ladder by what they say."""
    found = page.locator(".db-live a").all()
    return {a.inner_text(): a.get_attribute("href") or "" for a in found}


def test_links_know_the_labels(address: str, page: Page) -> None:
    page.goto(address)
    plain = links(page)
    assert list(plain) == ["Graph", "Dashboard", "Alerts", "Silence", "Is it real?", "Escalate"]
    assert urlsplit(plain["Graph"])[:3] == ("https", "prometheus.example.org", "/graph")
    assert parse_qs(urlsplit(plain["Graph"]).query)["g0.expr"] == [
        'drift:signal{invariant="orders-lag"}'
    ]
    silence = "https://alertmanager.example.org/#/silences/new?filter="
    assert unquote(plain["Silence"]) == f'{silence}{{alertname="OrdersLag"}}'
    page.goto(f"{address}?region=eu-west-2&cluster=shop-1#mid")
    filled = links(page)
    assert parse_qs(urlsplit(filled["Graph"]).query)["g0.expr"] == [
        'drift:signal{invariant="orders-lag",region="eu-west-2"}'
    ], "series of Prometheus have no external labels"
    more = 'region="eu-west-2",cluster="shop-1"'
    assert unquote(filled["Silence"]) == f'{silence}{{alertname="OrdersLag",{more}}}'


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_labels_stay_text(address: str, page: Page, value: str) -> None:
    page.goto(f"{address}?cluster={quote(value)}&region={quote(value)}#mid")
    assert page.evaluate("window.owned") is None
    assert page.locator("article script, article img").count() == 0
    assert page.locator(".db-labels a").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for nth in (0, 1):
        assert block(page, "mid-route-reads", nth).endswith("<cluster>"), "a shell never sees it"
    assert page.locator("li:has(#mid-route-reads) .db-unfilled").count() == 2
    exact = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    assert f'x{{cluster="{exact}"}}' in page.locator("li:has(#mid-exact) code").text_content()
    address_of = links(page)
    asked = parse_qs(urlsplit(address_of["Graph"]).query)["g0.expr"]
    assert asked == [f'drift:signal{{invariant="orders-lag",region="{exact}"}}']
    assert address_of["Silence"].startswith("https://alertmanager.example.org/#/silences/new?")
    assert unquote(address_of["Silence"]).endswith(f',cluster="{exact}"}}')
    assert all(re.match(r"https://|#", a) for a in address_of.values())


def test_regular_expressions_are_matched_as_text(address: str, page: Page) -> None:
    page.goto(f"{address}?cluster=a.b|c#mid")
    shown = page.locator("li:has(#mid-exact) code").text_content()
    assert shown.strip() == r'x{cluster="a.b|c"} or y{cluster=~"a\\.b\\|c|other"}'


def test_ticks_are_remembered_for_place_and_stage(address: str, page: Page) -> None:
    here = f"{address}?cluster=shop-1#mid"
    page.goto(here)
    box = page.locator("li:has(#mid-route-reads) .db-tick")
    size = box.bounding_box()
    assert size
    assert min(size["width"], size["height"]) >= 24
    box.focus()
    page.keyboard.press("Space")
    assert "1 of 2 done" in page.locator(".db-tools:visible").inner_text()
    page.reload()
    assert box.is_checked()
    page.goto(f"{address}?cluster=shop-2#mid")
    page.reload()
    assert not box.is_checked(), "another place is another incident"
    page.goto(here)
    page.reload()
    page.locator(".db-tools:visible").get_by_role("button", name="Start over").click()
    assert not box.is_checked()
    page.reload()
    assert not box.is_checked()


def test_old_ticks_are_forgotten(address: str, page: Page) -> None:
    page.goto(f"{address}#mid")
    page.locator("li:has(#mid-route-reads) .db-tick").check()
    page.evaluate(
        "Object.keys(localStorage).filter(k => k.startsWith('driftbook:')).forEach(k => {"
        " const s = JSON.parse(localStorage[k]); s.at -= 31 * 864e5;"
        " localStorage[k] = JSON.stringify(s); })"
    )
    page.reload()
    assert not page.locator("li:has(#mid-route-reads) .db-tick").is_checked()


@pytest.mark.parametrize("allowed", [True, False])
def test_the_text_for_the_incident_channel(address: str, browser: Browser, allowed: bool) -> None:
    context = browser.new_context()
    if allowed:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    if not allowed:
        page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto(f"{address}?cluster=shop-1&nobody=x#mid")
    page.locator("li:has(#mid-route-reads) .db-tick").check()
    tools = page.locator(".db-tools:visible")
    tools.get_by_role("button", name="Copy for the incident channel").click()
    if allowed:
        tools.get_by_text("Copied.").wait_for()
        told = page.evaluate("navigator.clipboard.readText()")
    else:
        told = tools.locator("textarea").input_value()
    assert told.replace("\r\n", "\n") == (
        "OrdersLag (mid): Order replicas stay within 10 s of the primary\n"
        "cluster=shop-1\n"
        "[x] 1. Do: Send reads of shop-1 to the primary.\n"
        "[ ] 2. Check: Is it this cluster alone?\n"
        "https://runbooks.example.org/invariants/orders-lag/?cluster=shop-1#mid"
    )
    context.close()


def test_paper_has_everything(address: str, page: Page) -> None:
    page.goto(f"{address}?region=eu-west-2&cluster=shop-1#late")
    page.emulate_media(media="print")
    assert all(page.locator(f"h2#{s}").is_visible() for s in STAGES)
    assert page.locator("details pre").first.is_visible()
    for chrome in (".md-header", ".md-footer", ".db-tools", ".md-sidebar"):
        assert not page.locator(chrome).first.is_visible(), chrome
    assert block(page, "mid-route-reads") == "shopctl reads --primary --for shop-1"
    after = "e => getComputedStyle(e, '::after').content"
    assert "prometheus.example.org" in page.locator(".db-live a").first.evaluate(after)
    assert page.pdf()[:5] == b"%PDF-"


def test_filling_in_moves_little(address: str, page: Page) -> None:
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(l => l.getEntries().forEach("
        "e => { window.shift += e.value; })).observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(f"{address}?cluster=shop-1#late")
    page.wait_for_timeout(300)
    assert page.evaluate("window.shift") < 0.05


def test_the_style_sheet_costs_other_pages_nothing(address: str, page: Page) -> None:
    """A selector with `~` or `:has()` on what is common can take a long page half a minute."""
    long = address.replace("invariants/orders-lag/index.html", "guide/reference/diagnostics.html")
    loaded = "performance.getEntriesByType('navigation')[0].loadEventEnd"

    def seconds() -> float:
        page.goto(f"{long}#early", timeout=120_000)
        page.goto("about:blank")
        page.goto(f"{long}#early", timeout=120_000)
        return float(page.evaluate(loaded)) / 1000

    with_it = seconds()
    page.route("**/invariant.css", lambda route: route.abort())
    assert with_it < 4 * seconds() + 1
