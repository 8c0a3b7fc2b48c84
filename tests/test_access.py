"""For everybody: WCAG 2.2 AA by axe-core on every kind of page, and use with the keyboard alone."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

import pagekinds
from browsing import opened, served

RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
}
NARROW, WIDE = 360, 1280
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (NARROW, WIDE)]
PAIRED = [("light", NARROW), ("dark", WIDE)]
"""Each scheme and each width once: no colour depends on the width, and no size on the scheme."""
OPEN_ALL = "document.querySelectorAll('details').forEach(e => { e.open = true })"
Look = Callable[..., Any]


@pytest.fixture(scope="module")
def address(reference: Path) -> Iterator[str]:
    with served(reference) as made:
        yield made


@pytest.fixture(scope="module")
def with_search(searchable: Path) -> Iterator[str]:
    with served(searchable) as made:
        yield made


def looking(browser: Browser, scheme: str = "light", width: int = WIDE, **more: Any) -> Any:
    """A page of a context with this look; nothing moves, so that nothing is caught half-way."""
    window = {"width": width, "height": 800}
    return opened(browser, color_scheme=scheme, viewport=window, reduced_motion="reduce", **more)


def violations(page: Page) -> list[str]:
    """What axe-core finds on what is shown now, one line each."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("async rules => (await axe.run(document, rules)).violations", RULES)
    return [
        f"{page.url}: {v['id']} {node['target']}: {node['failureSummary']}"
        for v in found
        for node in v["nodes"]
    ]


@pytest.mark.parametrize(("scheme", "width"), PAIRED)
def test_no_page_violates_wcag(
    browser: Browser, reference: Path, address: str, scheme: str, width: int
) -> None:
    pages = pagekinds.representatives(reference)
    assert len(pages) > 25
    found: list[str] = []
    with looking(browser, scheme, width) as page:
        for path in pages:
            page.goto(address + path)
            page.evaluate(OPEN_ALL)
            page.wait_for_timeout(50)  # tables that are shown now get their marks
            found += violations(page)
    assert found == []


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_open_menu_and_search_do_not_violate_wcag(
    browser: Browser, with_search: str, scheme: str, width: int
) -> None:
    with looking(browser, scheme, width) as page:
        page.goto(f"{with_search}invariants/cart-replication-lag/index.html")
        if width == NARROW:
            page.locator(".md-header label[for=__drawer]").click()
            page.locator(".md-nav--primary a").first.wait_for(state="visible")
            assert violations(page) == []
            page.locator(".md-overlay").click(position={"x": 340, "y": 400})
        search(page, width, "replication lag")
        page.locator(".md-search-result__more > summary").first.click()
        assert violations(page) == []


def search(page: Page, width: int, words: str) -> None:
    """Types words into the search, which is behind a switch where there is little room."""
    if width == NARROW:
        page.locator(".md-header label[for=__search]").first.click()
    page.locator(".md-search__input").press_sequentially(words)
    page.locator(".md-search-result__link").first.wait_for(state="visible")


def test_nothing_is_too_wide(browser: Browser, reference: Path, address: str) -> None:
    """At 360 pixels, and at 320, which is 1280 at a zoom of 400 %."""
    with looking(browser) as page:
        for path in pagekinds.representatives(reference):
            page.goto(address + path)
            page.evaluate(OPEN_ALL)
            for wide in (320, NARROW, 640):
                page.set_viewport_size({"width": wide, "height": 800})
                beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert beyond <= 0, (path, wide)


FOCUS = """() => {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return null;
  const label = focused.id && document.querySelector(`.md-header label[for="${focused.id}"]`);
  const shown = focused.matches(".md-option") ? focused.nextElementSibling
    : focused.matches(".md-toggle[data-md-toggle]") ? label : focused;
  const seen = [...shown.getClientRects()].some(box =>
    [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.2], [0.5, 0.8]].some(([x, y]) => {
      const [left, top] = [box.left + box.width * x, box.top + box.height * y];
      const there = document.elementFromPoint(left, top);
      return there && shown.contains(there);
    }));
  const style = getComputedStyle(shown);
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
  const box = shown.getBoundingClientRect();
  return {
    what: shown.outerHTML.replace(/\\s+/g, " ").slice(0, 120),
    kind: `${focused.tagName}.${focused.className}`,
    seen, ring,
    inside: Boolean(focused.closest("article")),
    id: focused.id,
    href: focused.getAttribute("href"),
    box: [box.left, box.top, box.width, box.height],
  };
}"""


def tour(page: Page, most: int = 400) -> list[dict[str, Any]]:
    """Every place that Tab leads to, in its order."""
    stops: list[dict[str, Any]] = []
    while len(stops) < most:
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop is None:
            break
        stops.append(stop)
    return stops


TOURED = ["index.html", "invariants/cart-replication-lag/index.html", "coverage/index.html"]


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("path", TOURED)
def test_focus_is_seen_wherever_tab_leads(
    browser: Browser, address: str, path: str, width: int
) -> None:
    with looking(browser, width=width) as page:
        page.goto(address + path)
        stops = tour(page)
        assert len(stops) > 10
        assert [s["what"] for s in stops if not s["seen"]] == []
        assert [s["what"] for s in stops if not s["ring"]] == []


def test_everything_on_an_invariant_is_reached(browser: Browser, address: str) -> None:
    with looking(browser) as page:
        page.goto(f"{address}invariants/cart-replication-lag/index.html")
        stops = tour(page)
        skip = stops[0 if "md-skip" in stops[0]["kind"] else 1]
        assert "md-skip" in skip["kind"]
        linked = {s["href"] for s in stops}
        assert {"#early", "#mid", "#late"} <= linked
        kinds = " ".join(s["kind"] for s in stops)
        for kind in ("md-search__input", "md-option", "SUMMARY", "md-code__button"):
            assert kind in kinds


def test_skip_link_leads_past_header_and_menu(browser: Browser, address: str) -> None:
    with looking(browser) as page:
        page.goto(f"{address}invariants/cart-replication-lag/index.html")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS)["inside"]


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_search_works_with_the_keyboard(browser: Browser, with_search: str, width: int) -> None:
    with looking(browser, width=width) as page:
        page.goto(f"{with_search}index.html")
        until(page, lambda stop: stop["id"] == "__search" or "md-search__input" in stop["kind"])
        if width == NARROW:
            page.keyboard.press("Space")
            page.wait_for_function("document.activeElement.matches('.md-search__input')")
        page.keyboard.type("CartReplicationLag")
        page.locator(".md-search-result__link").first.wait_for(state="visible")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/invariants/cart-replication-lag/**")


def test_menu_works_with_the_keyboard(browser: Browser, address: str) -> None:
    with looking(browser, width=NARROW) as page:
        page.goto(f"{address}index.html")
        until(page, lambda stop: stop["id"] == "__drawer")
        page.keyboard.press("Space")
        until(page, lambda stop: "md-nav__link" in stop["kind"] and stop["href"])
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.locator("h1").count() == 1


def test_colours_are_chosen_with_the_keyboard(browser: Browser, address: str) -> None:
    with looking(browser) as page:
        page.goto(f"{address}index.html")
        until(page, lambda stop: "md-option" in stop["kind"])
        scheme = "document.body.dataset.mdColorScheme"
        seen = {page.evaluate(scheme)}
        for _ in range(3):
            page.keyboard.press("ArrowRight")
            seen.add(page.evaluate(scheme))
        assert seen == {"default", "slate"}


def test_details_open_with_the_keyboard(browser: Browser, address: str) -> None:
    with looking(browser) as page:
        page.goto(f"{address}invariants/cart-replication-lag/index.html")
        until(page, lambda stop: stop["kind"].startswith("SUMMARY"))
        before = page.locator("details[open]").count()
        page.keyboard.press("Enter")
        assert page.locator("details[open]").count() == before + 1


def until(page: Page, wanted: Callable[[dict[str, Any]], object], most: int = 200) -> None:
    """Presses Tab until the focus is where it is wanted."""
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop and wanted(stop):
            return
    raise AssertionError("Tab does not lead there")


def test_wide_tables_scroll_with_the_keyboard(browser: Browser, address: str) -> None:
    with looking(browser, width=NARROW) as page:
        page.goto(f"{address}guide/reference/performance.html")
        area = page.locator(".md-typeset__scrollwrap[tabindex]").first
        area.focus()
        assert area.get_attribute("aria-label")
        page.keyboard.press("ArrowRight")
        page.wait_for_function("e => e.scrollLeft > 0", arg=area.element_handle(), polling=100)


def test_targets_are_large_enough_for_a_thumb(
    browser: Browser, reference: Path, address: str
) -> None:
    """24 pixels in both directions, but for links within a text, as WCAG 2.5.8 has it."""
    small = """() => [...document.querySelectorAll("a, button, summary, input, select")]
      .filter(e => e.checkVisibility({visibilityProperty: true, opacityProperty: true}))
      .filter(e => !e.matches("p a, li a, td a, th a, .headerlink, .md-option, .md-toggle"))
      .filter(e => !e.closest(".md-header, .db-unseen"))
      .filter(e => {
        e.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
        const box = e.getBoundingClientRect();
        if (!box.width || !box.height) return false;
        const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
        const hit = (dx, dy) => e.contains(document.elementFromPoint(x + dx, y + dy));
        return !(hit(-11.5, 0) && hit(11.5, 0) && hit(0, -11.5) && hit(0, 11.5));
      })
      .map(e => e.outerHTML.slice(0, 99))"""
    found: Sequence[str] = []
    with looking(browser, width=NARROW) as page:
        for path in pagekinds.representatives(reference):
            page.goto(address + path)
            found = [*found, *(f"{path}: {e}" for e in page.evaluate(small))]
    assert found == []


def test_forced_colours_leave_nothing_out(browser: Browser, address: str) -> None:
    """Icons that are masks over a background, and the stage that is lit, are still to be seen."""
    with looking(browser, forced_colors="active") as page:
        page.goto(f"{address}invariants/cart-replication-lag/index.html#mid")
        canvas = page.evaluate("getComputedStyle(document.body).backgroundColor")
        icon = page.locator(".md-code__button").first.evaluate(
            "e => getComputedStyle(e, '::after').backgroundColor"
        )
        assert icon != canvas
        looks = [
            page.locator(f"a.db-{stage}").first.evaluate(
                "e => { const s = getComputedStyle(e);"
                " return [s.borderStyle, s.borderWidth, s.outlineStyle, s.backgroundColor] }"
            )
            for stage in ("early", "mid", "late")
        ]
        assert looks[0] == looks[2] != looks[1]
