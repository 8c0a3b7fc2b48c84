"""Tables in a real browser: sorted and filtered by keyboard alone, and whole without a script."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import browsing
from browsing import PHONE, opened

DESK = {"width": 1280, "height": 900}
SHIFTS = """
window.shifted = 0;
new PerformanceObserver(list => list.getEntries().forEach(e => window.shifted += e.value))
  .observe({type: "layout-shift", buffered: true});
"""
STILL = 0.02
"""Of the layout: less than a line, as columns may find their width while their rows arrive."""
Open = Callable[..., Page]


@pytest.fixture
def at(reference: Path, browser: Browser) -> Iterator[Open]:
    """Opens a page of the reference catalog's site; fails as `browsing.opened` says."""
    entered = []

    def go(place: str, script: str = "", **settings: object) -> Page:
        context = opened(browser, **{"viewport": DESK, **settings})
        page = context.__enter__()
        entered.append(context)
        if script:
            page.add_init_script(script)
        page.goto(f"{reference.as_uri()}/{place}/index.html")
        return page

    yield go
    for context in entered:
        context.__exit__(None, None, None)


def _column(page: Page, title: str) -> list[str]:
    """The cells of a column of the first table, as they are shown."""
    heads = [text.strip() for text in page.locator("thead").first.locator("th").all_inner_texts()]
    cells = page.locator(f"tbody >> nth=0 >> tr:visible >> td:nth-child({heads.index(title) + 1})")
    return [text.strip() for text in cells.all_inner_texts()]


def _tab_to(page: Page, target: Locator) -> None:
    """Reaches a control as a keyboard does, from the link that skips the navigation."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if target.evaluate("e => e === document.activeElement"):
            return
    raise AssertionError("no way there by keyboard")


def _sorted_by(page: Page, title: str) -> Locator:
    return page.locator("th", has=page.get_by_role("button", name=title, exact=True)).first


def test_a_column_is_sorted_by_keyboard(at: Open) -> None:
    page = at("datasets")
    before = _column(page, "invariants")
    head = _sorted_by(page, "invariants")
    _tab_to(page, head.get_by_role("button"))
    assert head.get_attribute("aria-sort") is None
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    counts = [int(count) for count in _column(page, "invariants")]
    assert counts == sorted(map(int, before))
    assert counts != sorted(counts, key=str), "numbers, not texts"
    page.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "descending"
    assert [int(count) for count in _column(page, "invariants")] == counts[::-1]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") is None
    assert page.locator("th[aria-sort]").count() == 1


def test_durations_are_sorted_by_length(at: Open) -> None:
    page = at("receivers")
    _sorted_by(page, "again after").get_by_role("button").press("Enter")
    times = _column(page, "again after")
    assert list(dict.fromkeys(times)) == ["1 h", "8 h", "1 d"]
    _sorted_by(page, "stage").get_by_role("button").press("Enter")
    assert list(dict.fromkeys(_column(page, "stage"))) == ["early", "mid", "late"]


ODD = ["90s", "1m", "1h30m", "2 min", "", "over 10 s", "item 10", "item 2", "0.5 %", "1 d"]


def test_mixed_cells_have_a_stable_order(at: Open) -> None:
    """Numbers and times by size, then texts with numbers in them, what is empty last, both ways."""
    page = at("datasets")
    page.evaluate(
        """cells => document.querySelectorAll("tbody tr").forEach((row, i) => {
            row.cells[3].textContent = cells[i] ?? "z";
        })""",
        ODD,
    )
    button = _sorted_by(page, "store").get_by_role("button")
    button.press("Enter")
    up = _column(page, "store")
    assert up == [
        "0.5 %", "over 10 s", "1m", "90s", "2 min", "1h30m", "1 d", "item 2", "item 10", "z", "z",
        "",
    ]  # fmt: skip
    button.press("Enter")
    assert _column(page, "store") == [*up[:-1][::-1], ""]


def test_rows_are_filtered_by_keyboard_and_counted(at: Open) -> None:
    page = at("invariants")
    box = page.get_by_label("Filter", exact=True)
    count = page.locator(".db-filter [role=status]")
    total = len(_column(page, "invariant"))
    expect(count).to_have_text(f"{total} rows")
    _tab_to(page, box)
    page.keyboard.type("PAYMENTS  ledger")
    shown = _column(page, "invariant")
    assert 0 < len(shown) < total
    assert all("ledger" in title.lower() for title in shown)
    assert set(_column(page, "owner")) == {"Payments team"}
    expect(count).to_have_text(f"{len(shown)} of {total} rows")
    assert count.get_attribute("aria-live") == "polite"
    page.keyboard.press("Escape")
    expect(count).to_have_text(f"{total} rows")
    assert len(_column(page, "invariant")) == total


def test_what_is_filtered_stays_so_when_sorted(at: Open) -> None:
    page = at("invariants")
    page.get_by_label("Filter", exact=True).fill("cart")
    before = _column(page, "invariant")
    _sorted_by(page, "proof").get_by_role("button").press("Enter")
    assert sorted(_column(page, "invariant")) == sorted(before)


def test_small_tables_have_no_controls(at: Open) -> None:
    page = at("teams/payments")
    for table in page.locator("article table").all():
        many = table.locator("tbody tr").count() > 8
        assert (table.locator(".db-sort").count() > 0) == many


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("place", ["invariants", "coverage", "receivers"])
def test_nothing_moves_when_the_script_has_run(
    at: Open, place: str, viewport: dict[str, int]
) -> None:
    page = at(place, SHIFTS, viewport=viewport)
    expect(page.locator(".db-filter").first).to_be_visible()
    page.wait_for_timeout(300)
    assert page.evaluate("window.shifted") < STILL


class Slow(browsing.Handler):
    """Sends a page up to its fourth row, and the rest when a browser has long painted that."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.suffix != ".html":
            super().do_GET()
            return
        first, middle, rest = path.read_bytes().partition(b"<tbody>")
        rows = rest.split(b"</tr>", 4)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(first + middle + b"</tr>".join(rows[:4]) + b"</tr>")
        self.wfile.flush()
        time.sleep(1)
        self.wfile.write(rows[4])


def test_nothing_moves_down_while_a_page_arrives(reference: Path, browser: Browser) -> None:
    with browsing.served(reference, Slow) as address, opened(browser) as page:
        page.add_init_script(SHIFTS)
        page.goto(f"{address}receivers/index.html")
        expect(page.locator(".db-filter").first).to_be_visible()
        assert page.evaluate("window.shifted") < STILL


def test_without_a_script_tables_are_whole(at: Open) -> None:
    with_script, without = at("invariants"), at("invariants", java_script_enabled=False)
    rows = without.locator("article tbody tr")
    assert rows.count() == len(_column(with_script, "invariant"))
    assert without.locator(".db-filter, .db-sort").count() == 0
    gap = without.evaluate(
        """() => document.querySelector("article table").getBoundingClientRect().top
            - document.querySelector("article p").getBoundingClientRect().bottom"""
    )
    assert gap < 30, "no room is kept for controls that never come"


@pytest.mark.parametrize("width", [360, 390])
def test_a_wide_table_scrolls_by_keyboard(at: Open, width: int) -> None:
    page = at("coverage", viewport={"width": width, "height": 700})
    region = page.get_by_role("region", name="Table: Coverage")
    _tab_to(page, region)
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.activeElement.scrollLeft > 100")
    left = "e => Math.round(e.getBoundingClientRect().left)"
    title = page.locator("tbody td:first-child").first
    assert title.evaluate(left) == region.evaluate(left), "the dataset stays in view"
    sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(sideways) == 0


def test_the_titles_of_the_matrix_stay_in_view(at: Open) -> None:
    page = at("coverage", viewport={"width": 390, "height": 500})
    region = page.get_by_role("region", name="Table: Coverage")
    region.evaluate("e => { e.scrollTop = 200; }")
    top = "e => Math.round(e.getBoundingClientRect().top)"
    assert page.locator("thead th").first.evaluate(top) == region.evaluate(top)


def test_a_table_that_fits_is_no_stop_for_the_keyboard(at: Open) -> None:
    page = at("receivers/driftbook-cart-mid")
    assert page.locator(".md-typeset__scrollwrap[tabindex]").count() == 0


def test_on_paper_there_are_no_controls_and_every_row(at: Open) -> None:
    page = at("invariants")
    total = len(_column(page, "invariant"))
    page.get_by_label("Filter", exact=True).fill("cart")
    page.emulate_media(media="print")
    assert not page.locator(".db-filter").first.is_visible()
    assert len(_column(page, "invariant")) == total
