"""The search finds what people have in hand, and the page that they need comes first."""

import html
import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from driftbook import names
from driftbook.promql import facts
from sample import ROOT, compiled

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
        ("cart_region_pair_info", "invariants/cart-replication-lag/"),  # of an inventory
        ("target_region", "invariants/cart-replication-lag/"),  # a label
        ("cart-items", "datasets/cart-items/"),
        ("eu-west-2-falls-behind", "scenarios/eu-west-2-falls-behind/"),
        ("replica-behind", "runbooks/replica-behind/"),
        ("DB101", "guide/reference/diagnostics.html"),
        ("cassandra", ("invariants/", "runbooks/", "datasets/")),  # and not one of its packs
    ],
)
def test_the_page_that_is_meant_comes_first(
    searchable: Path, page: Page, words: str, first: str | tuple[str, ...]
) -> None:
    page.goto(f"{searchable.as_uri()}/proof/index.html")
    assert found(page, words)[0].startswith(first)


def test_the_index_is_small_and_has_what_people_have_in_hand(searchable: Path) -> None:
    """A phone loads all of it before it finds anything."""
    index = json.loads((searchable / "search/search_index.json").read_text())
    catalog = compiled(ROOT)
    texts: dict[str, str] = {}
    size = 0
    for at in index["docs"]:
        folder, _, rest = at["location"].partition("/")
        name = rest.partition("/")[0]
        if folder == "invariants" and name in catalog.invariants:
            texts[name] = texts.get(name, "") + at["title"] + at["text"] + " ".join(at["tags"])
            size += len(json.dumps(at, ensure_ascii=False).encode())
    assert size / len(texts) < 5_000
    for invariant in catalog.compiled():
        found = html.unescape(texts[invariant.name])
        assert names.alert(invariant.name) in found
        for said in (invariant.title, invariant.dataset.impact.strip(), invariant.impact.strip()):
            assert " ".join(said.split()) in " ".join(found.split())
        for word in (*invariant.signal.identity, *(c.name for c in invariant.runbook.causes)):
            assert word.split("{{")[0] in found, (invariant.name, word)
        for use in facts(invariant.signal.expr).uses:
            assert use.metric in found
        for override in invariant.overrides:
            assert all(value in found for value in override.match.values())


def test_what_other_pages_say_is_not_found_twice(searchable: Path) -> None:
    """The contract is on the page of the dataset, the policy on that of the remediation."""
    index = json.loads((searchable / "search/search_index.json").read_text())
    places = [at["location"].partition("#") for at in index["docs"]]
    parts = {anchor for page, _, anchor in places if page.startswith("invariants/")}
    assert {"early", "mid", "late", "causes", "evidence"} <= parts
    again = {"contract", "repair", "related", "who", "escalation", "thresholds", "scenarios"}
    assert parts.isdisjoint(again | {"meaning", "measured", "history"})
    shown = (searchable / "invariants/cart-replication-lag/index.html").read_text()
    assert 'id="contract"' in shown
