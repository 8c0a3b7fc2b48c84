"""The history of datasets, teams and services on their pages."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from driftbook.emit import pages
from driftbook.emit.pages import changes
from driftbook.history import Change, History
from driftbook.model import Catalog
from sample import example

ONE = Change(0, "0123456789abcdef", "2026-11-02", "Ada", "Less noise", ("late: 25 s → 30 s",))


@pytest.fixture
def small(tmp_path: Path) -> Catalog:
    return example(tmp_path)


def _texts(catalog: Catalog, evidence: pages.Evidence) -> dict[str, str]:
    every = pages.emit(catalog, evidence)
    return {a.path.removeprefix("site/pages/"): a.text for a in every}


def _rows(text: str) -> list[list[str]]:
    """The cells of every line of a table."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [line.strip("| ").split(" | ") for line in lines if not line.startswith("| ---")]


def _section(text: str, anchor: str) -> str:
    """From a heading to the next."""
    return text.split(f"{{ #{anchor}", 1)[1].split("\n## ", 1)[0]


def _of_three(**changes: Any) -> pages.Evidence:
    one = replace(ONE, **changes)
    added = replace(one, place=4, what=("added",), why="Nobody noticed", date="2026-01-05")
    moved = replace(one, place=2, what=("receivers late changed", "contact: a → b"))
    found = {
        ("invariant", "orders-lag"): (one, added),
        ("dataset", "orders"): (replace(one, place=1, what=("tier: 2 → 1",)),),
        ("team", "shop"): (moved,),
        ("team", "other"): (replace(moved, what=("added",)),),
    }
    return pages.Evidence(history=History(found))


def test_a_dataset_tells_its_history_and_since_when_it_is_watched(small: Catalog) -> None:
    text = _texts(small, _of_three())["datasets/orders/index.md"]
    assert "tier: 2 → 1" in _section(text, "history")
    watched, unknown = sorted(_rows(_section(text, "since"))[1:], key=lambda row: row[1])
    assert watched[1].startswith("[2026-01-05]")
    assert watched[2].endswith("Nobody noticed")
    assert unknown[1:] == ["not committed yet", "this working copy"]


def test_a_dataset_says_since_when_retired_invariants_watch_it_no_more(small: Catalog) -> None:
    was = replace(small.invariants["orders-lag"], lifecycle="retired")
    catalog = replace(small, invariants={**small.invariants, "orders-lag": was})
    evidence = _of_three(what=("lifecycle: active → retired",), date="2026-11-30")
    last = _rows(_section(_texts(catalog, evidence)["datasets/orders/index.md"], "since"))[-1]
    assert ", retired" in last[0]
    assert "026-11-30" in last[1]


def test_teams_and_services_list_the_latest_changes_of_what_is_theirs(small: Catalog) -> None:
    made = _texts(small, _of_three())
    team = made["teams/shop/index.md"]
    assert "receivers late changed<br>contact: a → b" in _section(team, "history")
    for text in (team, made["services/shop/index.md"]):
        rows = _rows(_section(text, "changed"))[1:]
        assert [row[1].split(" ")[0] for row in rows] == ["invariant", "dataset", "invariant"]
        assert "(../../datasets/orders/index.md)" in rows[1][1]
        assert "(../../changed/index.md)" in _section(text, "changed")


def test_lists_of_latest_changes_are_short(small: Catalog) -> None:
    many = tuple(replace(ONE, place=n, why=f"number {n}", what=("x",) * 9) for n in range(30))
    evidence = pages.Evidence(history=History({("invariant", "orders-lag"): many}))
    rows = _rows(_section(_texts(small, evidence)["teams/shop/index.md"], "changed"))[1:]
    assert [row[2].split()[-1] for row in rows] == [str(n) for n in range(changes.LATELY)]
    assert all(row[1].endswith("and 3 more") for row in rows)


@pytest.mark.parametrize(
    ("history", "said"),
    [
        (History(lacking="git is not installed"), "Nothing is known of it: git is not installed."),
        (History(begins="2026-03-02"), "No commit since 2026-03-02 has changed"),
        (History(), "No commit has changed"),
    ],
)
def test_pages_without_a_history_say_why(small: Catalog, history: History, said: str) -> None:
    made = _texts(small, pages.Evidence(history=history))
    for place in ("datasets/orders", "teams/shop"):
        assert said in _section(made[f"{place}/index.md"], "history")
    for place in ("teams/shop", "services/shop"):
        assert said in _section(made[f"{place}/index.md"], "changed")
    assert ("{ #since" in made["datasets/orders/index.md"]) is bool(history.begins)


def test_a_shallow_clone_knows_only_that_it_was_before(small: Catalog) -> None:
    history = History({("team", "shop"): (ONE,)}, begins="2026-03-02")
    text = _texts(small, pages.Evidence(history=history))["datasets/orders/index.md"]
    assert "| before 2026-03-02 | not known here |" in text


def test_what_people_wrote_into_git_stays_text_on_every_page(small: Catalog) -> None:
    wild = "<img src=x onerror=alert(1)> | [x](javascript:alert(1)) `"
    made = _texts(small, _of_three(author=wild, why=wild, what=(f"added {wild}",)))
    for place, anchor in [("datasets/orders", "since"), ("datasets/orders", "history"),
                          ("teams/shop", "changed"), ("services/shop", "changed")]:  # fmt: skip
        text = _section(made[f"{place}/index.md"], anchor)
        assert "<img" not in text
        assert "](javascript" not in text
        assert {len(row) for row in _rows(text)} == {3}
