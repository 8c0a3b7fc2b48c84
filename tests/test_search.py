"""The search finds what people have in hand, and the page that they need comes first."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

TIMEOUT = 30_000


def found(page: Page, words: str) -> list[str]:
    """Addresses of the first results, below the site."""
    page.locator("label[for=__search]").first.click()
    # Whole, as it is pasted: every key would be a search of its own.
    page.locator(".md-search__input").fill(words)
    page.locator(".md-search__input").press("End")
    first = page.locator(".md-search-result__item > a").first
    expect(first).to_be_visible(timeout=TIMEOUT)
    links = page.locator(".md-search-result__item > a")
    hrefs: list[str] = links.evaluate_all("all => all.slice(0, 5).map(a => a.href)")
    return [href.split("/html/")[1].split("?")[0] for href in hrefs]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("CartReplicationLag", "invariants/cart-replication-lag/"),
        ("CartReplic", "invariants/cart-replication-lag/"),
        ("cart-replication-lag", "invariants/cart-replication-lag/"),
        ("cart replication lag", "invariants/cart-replication-lag/"),
        ("CartCrossRegionLag", "invariants/cart-replication-lag/"),  # an old name
        ("SearchIndexHourlyDiff", "invariants/search-index-hourly-diff/"),  # a retired one
        ("replication_lag_seconds_p99", "invariants/cart-"),  # a metric
        ("target_region", "invariants/cart-replication-lag/"),  # a label
        ("cart-items", "datasets/cart-items/"),
        ("eu-west-2-falls-behind", "scenarios/eu-west-2-falls-behind/"),
        ("replica-behind", "runbooks/replica-behind/"),
        ("DB101", "guide/reference/diagnostics.html"),
        ("cassandra", ("invariants/", "runbooks/", "datasets/")),  # and not one of its packs
    ],
)
def test_the_page_that_is_meant_comes_first(
    reference: Path, page: Page, words: str, first: str | tuple[str, ...]
) -> None:
    page.goto(f"{reference.as_uri()}/proof/index.html")
    assert found(page, words)[0].startswith(first)


def test_what_other_pages_say_is_not_found_twice(reference: Path) -> None:
    """The contract is on the page of the dataset, the policy on that of the remediation."""
    index = json.loads((reference / "search/search_index.json").read_text())
    places = [at["location"].partition("#") for at in index["docs"]]
    parts = {anchor for page, _, anchor in places if page.startswith("invariants/")}
    assert {"early", "mid", "late", "causes", "evidence"} <= parts
    assert parts.isdisjoint({"contract", "repair", "related", "who", "escalation"})
    shown = (reference / "invariants/cart-replication-lag/index.html").read_text()
    assert 'id="contract"' in shown
