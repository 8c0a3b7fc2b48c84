"""The built site: strict, without any request to the outside, from a server and from files."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, Page
from rich.console import Console

from browsing import built, opened, served
from driftbook import names, site
from driftbook.commands import site as command
from driftbook.emit.pages import guide
from driftbook.errors import Exit, FatalError
from driftbook.model import STAGES
from driftbook.site import config
from driftbook.write import write
from sample import FILES, ROOT, compiled, hostile, site_pages, write_files

HOSTILE = "</title><script>window.owned=1</script><img src=x onerror=window.owned=1> `a|b` {{ '' }}"


def test_reference_catalog_builds_strictly(reference: Path) -> None:
    for name in compiled(ROOT).invariants:
        text = (reference / names.page(name) / "index.html").read_text()
        assert all(f'id="{stage}"' in text for stage in STAGES)
        assert (reference / names.alert_page(names.alert(name)) / "index.html").is_file()


def test_same_pages_same_html(small: Path, tmp_path: Path) -> None:
    again = write_files(tmp_path / "elsewhere", FILES)
    built(again, compiled(again))
    first, second = small / names.SITE, again / names.SITE
    files = sorted(p.relative_to(first) for p in first.rglob("*") if p.is_file())
    assert files == sorted(p.relative_to(second) for p in second.rglob("*") if p.is_file())
    different = [f for f in files if (first / f).read_bytes() != (second / f).read_bytes()]
    assert different == []


def test_unchanged_site_is_not_built_again(small: Path) -> None:
    assert not site.write_pages(small, compiled(small))
    before = (small / names.SITE).stat().st_ino
    assert site.build(small, only_if_changed=True) == ()
    assert (small / names.SITE).stat().st_ino == before


def of_the_catalog(html: Path) -> list[Path]:
    """Every page but those of the guide, which are the same in all sites."""
    return sorted(p for p in html.rglob("*.html") if html / "guide" not in p.parents)


@pytest.mark.parametrize("way", ["files", "server"])
def test_pages_need_nothing_from_outside(small: Path, page: Page, way: str) -> None:
    html = small / names.SITE
    with served(html) as address:
        base = address if way == "server" else f"{html.as_uri()}/"
        for made in of_the_catalog(html):
            page.goto(base + made.relative_to(html).as_posix())
            overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.evaluate(overflow) <= 0, made


@pytest.mark.parametrize("way", ["files", "server"])
def test_alert_redirects(small: Path, page: Page, way: str) -> None:
    html = small / names.SITE
    with served(html) as address:
        base = address if way == "server" else f"{html.as_uri()}/"
        end = "index.html" if way == "files" else ""
        page.goto(f"{base}alerts/OrdersLag/{end}?region=eu&a=b#late")
        page.wait_for_url(f"{base}invariants/orders-lag/{end}?region=eu&a=b#late")
        assert page.locator("#late").is_visible()


@pytest.mark.parametrize("way", ["files", "server"])
def test_links_can_be_followed(small: Path, page: Page, way: str) -> None:
    html = small / names.SITE
    with served(html) as address:
        page.goto(address if way == "server" else f"{html.as_uri()}/index.html")
        page.get_by_role("link", name=re.compile("[0-9]+ invariants?")).click()
        page.locator("td a[href*=orders-lag]").first.click()
        page.wait_for_selector("h2#late")
        assert page.url.endswith("invariants/orders-lag/index.html")


@pytest.mark.parametrize(
    "words", ["CartReplicationLag", "cart replication lag", "cart-replication-lag"]
)
def test_search_puts_invariants_first(searchable: Path, page: Page, words: str) -> None:
    page.goto(f"{searchable.as_uri()}/index.html")
    page.locator("label[for=__search]").first.click()
    page.locator(".md-search__input").type(words)
    page.wait_for_selector(".md-search-result__link")
    first = page.locator(".md-search-result__link").first.get_attribute("href") or ""
    assert "invariants/cart-replication-lag/" in first


@pytest.mark.parametrize("way", ["files", "server"])
def test_search_finds_an_alert(small: Path, page: Page, way: str) -> None:
    html = small / names.SITE
    with served(html) as address:
        page.goto(address if way == "server" else f"{html.as_uri()}/index.html")
        page.locator("label[for=__search]").first.click()
        page.locator(".md-search__input").type("OrdersLag")
        page.wait_for_selector(".md-search-result__link")
        first = page.locator(".md-search-result__link").first.get_attribute("href") or ""
        assert "invariants/orders-lag/" in first


def test_the_stage_of_the_address_is_lit(small: Path, page: Page) -> None:
    address = f"{(small / names.SITE).as_uri()}/invariants/orders-lag/index.html"
    page.goto(f"{address}#mid")
    background = "e => getComputedStyle(e).backgroundColor"
    lit = [page.locator(f"a.db-{stage}").evaluate(background) for stage in STAGES]
    assert lit[0] == lit[2] != lit[1]


def test_code_is_one_text_and_can_be_copied(small: Path, browser: Browser) -> None:
    with (
        served(small / names.SITE) as address,
        opened(browser, permissions=["clipboard-read", "clipboard-write"]) as page,
    ):
        page.goto(f"{address}invariants/orders-lag/index.html")
        code = page.locator("pre > code").first
        assert code.locator("span:not([data-label])").count() == 0
        page.locator("pre .md-code__button").first.click()
        page.wait_for_selector(".md-dialog--active")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.strip() == (code.text_content() or "").strip() != ""


def test_files_of_the_guide_have_their_names(small: Path) -> None:
    text = (small / names.SITE / "guide/tutorial.html").read_text()
    assert '<p class="db-file"><code>invariants/catalog.yaml</code></p>\n<pre' in text
    assert [p for p in (small / names.SITE).rglob("*.html") if "```" in p.read_text()] == []


def test_hostile_catalog_runs_nothing(tmp_path: Path, page: Page) -> None:
    root = write_files(tmp_path, FILES)
    catalog = hostile(compiled(root), HOSTILE)
    write(root, [*site_pages(catalog).values(), *config.emit(catalog)], (names.PAGES,))
    assert site.build(root) == ()
    html = root / names.SITE
    for made in of_the_catalog(html):
        page.goto(f"{made.as_uri()}?x=1#early")
        assert page.evaluate("window.owned") is None, made
        assert page.locator("img[src=x]").count() == 0, made
        assert page.locator("h1").count() <= 1 or made.name == "404.html"
    page.goto(f"{html.as_uri()}/index.html")
    page.locator("label[for=__search]").first.click()
    page.locator(".md-search__input").type("script owned")
    page.wait_for_selector(".md-search-result__link")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    assert page.evaluate("window.owned") is None


def test_own_configuration_wins(tmp_path: Path) -> None:
    root = write_files(tmp_path, FILES)
    catalog = compiled(root)
    own = config.configured(catalog).replace("Example catalog", "Our own")
    write_files(root, {config.FILE: own, "site/overrides/main.html": '{% extends "base.html" %}'})
    made = built(root, catalog)
    assert (root / config.FILE).read_text() == own
    assert sorted(p.name for p in (root / "site/overrides").iterdir()) == ["main.html"]
    assert "<title>Home - Our own</title>" in (made / "index.html").read_text()


def test_committed_configuration_is_up_to_date() -> None:
    for artifact in config.emit(compiled(ROOT)):
        assert (ROOT / artifact.path).read_text() == artifact.text


def test_a_full_disk_is_one_line(small: Path, tmp_path: Path) -> None:
    root = shutil.copytree(small, tmp_path / "copy")
    limit = "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (9999, 9999))"
    build = (
        f"from driftbook import site; print(site.build(__import__('pathlib').Path({str(root)!r})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{limit}; {build}"], capture_output=True, text=True, check=True
    )
    (said,) = ast.literal_eval(done.stdout)
    assert said.startswith("OSError: [Errno 27] File too large")


def test_complaints_leave_the_old_site(small: Path, tmp_path: Path) -> None:
    root = shutil.copytree(small, tmp_path / "copy")
    (root / names.SITE / "old.txt").write_text("old")
    write_files(
        root, {f"{names.PAGES}/own.md": "# Own\n\n[lost](nowhere.md) [x](index.md#nothing)\n"}
    )
    told = site.build(root)
    assert any("nowhere.md" in line for line in told)
    assert any("#nothing" in line for line in told)
    assert (root / names.SITE / "old.txt").exists()
    assert not list((root / names.STATE).glob("html-*"))


def test_hand_written_pages_are_not_overwritten(tmp_path: Path) -> None:
    root = write_files(tmp_path, {**FILES, f"{names.PAGES}/coverage/index.md": "# Mine\n"})
    with pytest.raises(FatalError, match="coverage"):
        site.write_pages(root, compiled(root))


def test_pages_of_removed_invariants_go(tmp_path: Path) -> None:
    root = write_files(tmp_path, FILES)
    catalog = compiled(root)
    gone = f"{names.PAGES}/invariants/gone/index.md"
    write_files(root, {gone: f"---\n# {names.header('x')}\ntitle: x\n---\n"})
    assert gone in site.write_pages(root, catalog).removed
    assert not (root / gone).parent.exists()


def test_guide_is_in_the_navigation() -> None:
    base = yaml.safe_load((ROOT / "generator/driftbook/site/mkdocs.yml").read_text())
    listed = str(base["nav"])
    # Reached from an index, so that the navigation stays small.
    of_an_index = ("reference/packs/", "reference/conditions/", "reference/catalog/")
    for path, _ in guide.documentation():
        if path.endswith("/index.md") or not path.startswith(of_an_index):
            assert f"guide/{path}" in listed


def test_command_builds_quietly(tmp_path: Path) -> None:
    root = write_files(tmp_path, FILES)
    console = Console(record=True, force_terminal=False)
    assert command.run(root, console) == Exit.OK
    assert console.export_text() == ""
    assert (root / names.SITE / "index.html").is_file()


def test_command_reports_a_broken_catalog(tmp_path: Path) -> None:
    broken = {**FILES, "invariants/shop/orders.yaml": "kind: dataset\nname: [\n"}
    console = Console(record=True, force_terminal=False, width=200)
    assert command.run(write_files(tmp_path, broken), console) == Exit.FINDINGS
    assert "orders.yaml" in console.export_text()
    assert not (tmp_path / names.SITE).exists()
