"""Indexes, receivers, routing, inhibition, coverage: they say what the rules and routes do."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from driftbook import names
from driftbook.alerts import alerts
from driftbook.emit import inhibition, pages, routes
from driftbook.emit.pages.governance import promises, weak
from driftbook.emit.pages.listing.bounds import brief
from driftbook.emit.pages.told import hours
from driftbook.history import Change, History
from driftbook.model import STAGES, Answer, Catalog, Invariant, TimeInterval
from proving import project
from sample import ROOT, compiled, example, site_pages

BERLIN = "Europe/Berlin"


@pytest.fixture(scope="module")
def reference() -> Catalog:
    return compiled(ROOT)


@pytest.fixture(scope="module")
def made(reference: Catalog) -> dict[str, str]:
    return _texts(reference)


@pytest.fixture
def small(tmp_path: Path) -> Catalog:
    return example(tmp_path)


@pytest.fixture
def two_owners(tmp_path: Path) -> Catalog:
    """With a draft, an override, an aggregated alert, an old name and routes of others."""
    return project(tmp_path)


def _texts(catalog: Catalog, evidence: pages.Evidence | None = None) -> dict[str, str]:
    if evidence is None:
        return {path: page.text for path, page in site_pages(catalog).items()}
    every = pages.emit(catalog, evidence)
    return {a.path.removeprefix("site/pages/"): a.text for a in every}


def _rows(text: str) -> list[list[str]]:
    """The cells of every line of a table below its head."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [line.strip("| ").split(" | ") for line in lines if not line.startswith("| ---")]


def _about(text: str, target: str) -> list[str]:
    """Lines of tables that link to a page."""
    link = re.compile(rf"[(/]{target.split('/')[-1]}/index\.md")
    return [line for line in text.splitlines() if link.search(line) and line.startswith("|")]


# --- Indexes -------------------------------------------------------------------------------------


def test_every_invariant_is_in_every_index(reference: Catalog, made: dict[str, str]) -> None:
    for invariant in reference.compiled():
        at = f"invariants/{invariant.name}"
        for page in ("invariants", "stores", "properties", f"services/{invariant.service}"):
            listed = made[f"{page}/index.md"].split("## Weak spots")[0]
            assert len(_about(listed, at)) == 1, (page, invariant.name)
        assert len(_about(made["stages/index.md"], at)) == len(invariant.stages)
        assert _about(made[f"teams/{invariant.owner.name}/index.md"], at)
        (line,) = _about(made["invariants/index.md"], at)
        assert all(brief(invariant, stage).split(" (")[0] in line for stage in invariant.stages)


def test_bounds_are_those_of_the_conditions(small: Catalog) -> None:
    lag = small.invariants["orders-lag"]
    assert [brief(lag, stage) for stage in STAGES] == [
        "over 10 s (growing)",
        "over 10 s (persists)",
        "over 30 s for 5 min; repeated; 1 override",
    ]
    silence = replace(lag, conditions=tuple(c for c in lag.conditions if c.kind == "missing"))
    assert brief(silence, "mid") == "missing"


def test_alerts_are_found_by_any_name_they_ever_had(two_owners: Catalog) -> None:
    old = replace(
        two_owners.invariants["stock-age"], name="count-age", lifecycle="retired",
        successor="stock-age",
    )  # fmt: skip
    catalog = replace(two_owners, invariants={**two_owners.invariants, "count-age": old})
    rows = {row[0].strip("`"): row for row in _rows(_texts(catalog)["alerts/index.md"])[1:]}
    assert list(rows) == sorted(rows)
    assert rows["OrderDelay"][1:] == [
        rows["OrdersLag"][1], "early, mid, late", "old name of `OrdersLag`"
    ]  # fmt: skip
    assert rows["CountAge"][3] == "retired for `StockAge`"
    assert rows["StockAge"][3] == "draft"
    compiled_names = {a.name for i in catalog.compiled() for a in alerts(catalog, i)}
    assert compiled_names == set(rows) - {"OrderDelay", "CountAge"}


def test_proof_states_are_shown(small: Catalog) -> None:
    entry = {"verdict": "failed", "rules": {"sha256": "x"}, "tests": {"cases": 1}, "stages": {}}
    proof = {"invariants": {"orders-lag": entry}, "checks": {}, "engines": {}}
    text = _texts(small, pages.Evidence({}, proof))["invariants/index.md"]
    assert _about(text, "invariants/orders-lag")[0].endswith("| failed |")
    assert _about(text, "invariants/orders-conflicts")[0].endswith("| no proof |")


def test_indexes_grow_no_faster_than_the_catalog(small: Catalog) -> None:
    def size(count: int) -> int:
        lag = small.invariants["orders-lag"]
        many = {f"lag-{n:04}": replace(lag, name=f"lag-{n:04}") for n in range(count)}
        catalog = replace(small, invariants=many, scenarios={}, scenarios_of={})
        texts = _texts(catalog, pages.Evidence())
        return sum(len(t) for p, t in texts.items() if not p.startswith(("guide", "assets")))

    few, twice = size(40), size(80)
    assert twice < 2.05 * few


# --- Who is told ---------------------------------------------------------------------------------


def _receiver(route: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """The receiver of an alert, by Alertmanager's way through the tree."""
    for child in route.get("routes", ()):
        if all(_matches(matcher, labels) for matcher in child.get("matchers", ())):
            return _receiver(child, labels)
    return str(route["receiver"])


def _matches(matcher: str, labels: Mapping[str, str]) -> bool:
    label, operator, value = re.fullmatch(r'(\w+)(=~|!=|=)"(.*)"', matcher).groups()  # type: ignore[union-attr]
    have = labels.get(label, "")
    if operator == "=~":
        return re.fullmatch(value, have) is not None
    return (have == value) == (operator == "=")


@pytest.mark.parametrize("which", ["reference", "two_owners"])
def test_a_receiver_lists_exactly_what_the_routes_send_it(
    which: str, request: pytest.FixtureRequest
) -> None:
    catalog: Catalog = request.getfixturevalue(which)
    texts = _texts(catalog)
    tree = routes.config(catalog)["route"]
    sent: dict[str, set[tuple[str, str]]] = {}
    for invariant in catalog.compiled():
        for alert in alerts(catalog, invariant):
            name = _receiver(tree, {"alertname": alert.name, **alert.labels})
            sent.setdefault(name, set()).add((invariant.name, alert.labels["stage"]))
            (line,) = _lines(texts, name, invariant.name, alert.labels["stage"])
            assert f"conditions/{alert.labels['condition']}.md" in line
    for path in (p for p in texts if re.fullmatch("receivers/[^/]+/index.md", p)):
        listed = re.findall(r"invariants/([^/]+)/index.md#(\w+)", texts[path])
        assert set(listed) == sent.get(path.split("/")[1], set()), path


def _lines(texts: dict[str, str], receiver: str, invariant: str, stage: str) -> list[str]:
    text = texts[f"receivers/{receiver}/index.md"]
    return [x for x in text.splitlines() if f"invariants/{invariant}/index.md#{stage})" in x]


def test_a_draft_reaches_the_early_receiver_only(two_owners: Catalog) -> None:
    texts = _texts(two_owners)
    early = texts["receivers/driftbook-depot-early/index.md"]
    assert "All stages of a draft come here" in early
    assert "stock-age/index.md#late) *draft* | late |" in early
    assert "stock-age" not in texts["receivers/driftbook-depot-late/index.md"]


def test_a_receiver_says_when_and_how(reference: Catalog, made: dict[str, str]) -> None:
    early = made["receivers/driftbook-payments-early/index.md"]
    assert "slack #payments-drift" in early
    assert "![Monday to Friday: 09:00 to 18:00; Saturday and Sunday: nobody is told." in early
    assert "Time zone America/New_York." in early
    late = made["receivers/driftbook-payments-late/index.md"]
    assert "at any time" in late
    assert "## Hours" not in late
    for path in re.findall(r"\]\(\.\./([\w-]+\.svg)\)", early):
        picture = ET.fromstring(made[f"receivers/{path}"].split("\n", 1)[1])
        filled = [e for e in picture.iter() if e.get("class") == "early-firing"]
        assert len(filled) == 5


def test_no_secret_of_a_receiver_gets_on_a_page(small: Catalog) -> None:
    team = small.teams["shop"]
    block = {"slack_configs": [{"channel": "#x", "api_url": "https://hooks.example/secret"}]}
    loud = replace(team, receivers={**team.receivers, "mid": block})
    texts = _texts(replace(small, teams={"shop": loud}))
    assert "slack #x" in texts["teams/shop/index.md"]
    assert [path for path, text in texts.items() if "hooks.example" in text] == []


@pytest.mark.parametrize(
    ("days", "times", "said"),
    [
        (["monday:friday"], ["09:00-18:00"], {"Monday to Friday": "09:00 to 18:00"}),
        (
            ["friday:saturday"],
            ["22:00-06:00"],
            {"Friday": "22:00 to 24:00", "Saturday": "00:00 to 06:00, 22:00 to 24:00",
             "Sunday": "00:00 to 06:00"},
        ),
        ([], ["08:00-12:00", "13:00-17:00"],
         {"Monday to Sunday": "08:00 to 12:00, 13:00 to 17:00"}),
        (["sunday", "saturday"], [], {"Saturday and Sunday": "all day"}),
        (["sunday"], ["23:00-01:00"], {"Monday": "00:00 to 01:00", "Sunday": "23:00 to 24:00"}),
    ],
)  # fmt: skip
def test_hours_are_those_that_alertmanager_gets(
    small: Catalog, days: list[str], times: list[str], said: dict[str, str]
) -> None:
    interval = TimeInterval("office", tuple(days), tuple(times), BERLIN)
    catalog = replace(small, time_intervals={"office": interval})
    told = hours.of(catalog, "office", "")
    assert told is not None
    assert {d: t for d, t in told.words() if t != "nobody is told"} == said
    assert told.location == BERLIN
    mine = hours.of(catalog, "office", "Asia/Tokyo")
    assert mine is not None
    assert (mine.location, mine.name) == ("Asia/Tokyo", "driftbook-office-Asia-Tokyo")


def test_the_routing_tree_is_the_whole_configuration(two_owners: Catalog) -> None:
    text = _texts(two_owners)["routing/index.md"]
    tree = routes.config(two_owners)["route"]
    listed = [line for line in text.splitlines() if line.lstrip().startswith("-   ")]
    every = list(_nested(tree, 0))
    assert [len(line) - len(line.lstrip()) for line in listed] == [4 * d for d, _ in every]
    for line, (_, route) in zip(listed, every, strict=True):
        assert route["receiver"] in line
        for key in ("group_wait", "group_interval", "repeat_interval"):
            assert key not in route or str(route[key]) in line
        for name in route.get("active_time_intervals", ()):
            assert name in line


def _nested(route: Mapping[str, Any], depth: int) -> Iterator[tuple[int, Mapping[str, Any]]]:
    yield depth, route
    for child in route.get("routes", ()):
        yield from _nested(child, depth + 1)


def test_inhibition_tells_every_rule_beyond_the_ladder(
    reference: Catalog, made: dict[str, str]
) -> None:
    text = made["inhibition/index.md"]
    detail = text.split("## By invariant")[1]
    own = [r for r in inhibition.rules(reference) if len(r["source_matchers"]) > 2]
    named = {re.search(r'invariant="([^"]+)"', str(r["source_matchers"]))[1] for r in own}  # type: ignore[index]
    assert named
    assert set(re.findall(r"invariants/([^/]+)/index.md", detail)) == named
    picture = ET.fromstring(made["inhibition/inhibition.svg"].split("\n", 1)[1])
    drawn = {e.text for e in picture.iter() if e.tag.endswith("}text")}
    assert {"any late", "any mid", "any early", "late breadth", "at all places"} <= drawn
    described = re.search(r"!\[(.+?)\]\(inhibition.svg\)", text)
    assert described
    assert "any late hides any mid, any early at the same place." in described[1]


def test_a_catalog_without_aggregates_shows_the_ladder_only(small: Catalog) -> None:
    lag = replace(small.invariants["orders-lag"], overrides=())
    text = _texts(replace(small, invariants={"orders-lag": lag}))["inhibition/index.md"]
    assert "## The ladder" in text
    assert "## By invariant" not in text


# --- Promises, coverage, weak spots --------------------------------------------------------------


def test_each_promise_says_what_watches_it(small: Catalog) -> None:
    text = _texts(small)["datasets/orders/index.md"]
    rows = {r[0]: r[1:] for r in _rows(text) if len(r) == 3}
    for question, name in (
        ("How old may data be that is read?", "orders-lag"),
        ("How are conflicting writes resolved?", "orders-conflicts"),
    ):
        assert rows[question][1].endswith("1 invariant")
        (_, told) = text.split(f"-   {question}\n")
        assert f"invariants/{name}/index.md" in told.split("\n-   ")[0]
    assert rows["Do reads never go back in time?"] == ["yes", "**nothing**"]
    assert rows["Which key follows a process through spans and logs?"][1] == "a fact, not a promise"


@pytest.mark.parametrize(
    ("answer", "state", "mark"),
    [
        (Answer(True), "gap", "**GAP**"),
        (Answer(False), "not promised", "n/a"),
        (Answer(not_applicable="Nobody reads twice."), "not applicable", "n/a"),
        (Answer(), "unknown", "?"),
    ],
)
def test_a_gap_is_told_from_what_is_not_promised(
    small: Catalog, answer: Answer, state: str, mark: str
) -> None:
    lag = small.invariants["orders-lag"]
    orders = replace(
        small.datasets["orders"],
        contract={**small.datasets["orders"].contract, "monotonic_reads": answer},
    )
    other = replace(orders, name="carts", title="Carts", tier=2)
    reads = replace(lag, name="reads", dataset=other, property="monotonic-reads")
    catalog = replace(
        small,
        datasets={"orders": orders, "carts": other},
        invariants={"orders-lag": replace(lag, dataset=orders), "reads": reads},
    )
    found = {p.question: p.state for p in promises.promises(orders, [lag])}
    assert found["monotonic_reads"] == state
    head, tier_1, tier_2 = _rows(_texts(catalog)["coverage/index.md"])[:3]
    column = next(i for i, cell in enumerate(head) if "monotonic-reads" in cell)
    assert tier_1[column] == mark
    assert tier_2[column].endswith("(../invariants/reads/index.md)")


def test_coverage_counts_what_the_contracts_promise(
    reference: Catalog, made: dict[str, str]
) -> None:
    watched = promises.watched(reference)
    gaps = [
        (dataset.tier, p)
        for name, dataset in reference.datasets.items()
        for p in promises.promises(dataset, watched[name])
        if p.state == "gap"
    ]
    matrix = made["coverage/index.md"].split("## Legend")[0]
    assert matrix.count("**GAP**") == sum(tier == 1 for tier, _ in gaps)
    assert len(re.findall(r"\| gap(?= \|)", matrix)) == sum(tier > 1 for tier, _ in gaps)
    marked = len(re.findall(r"\]\(\.\./(?:invariants|datasets)/[^)]+\) (?=\|)", matrix))
    pairs = {(i.dataset.name, i.property) for i in reference.compiled()}
    assert marked == len(pairs) + len(reference.datasets)


def _weak(catalog: Catalog, page: str, evidence: pages.Evidence | None = None) -> set[str]:
    found = weak.found(catalog, evidence or pages.Evidence())
    return {w.kind for w in found if w.page == page}


def _changed(small: Catalog, **changes: Any) -> Catalog:
    lag = replace(small.invariants["orders-lag"], **changes)
    return replace(small, invariants={**small.invariants, "orders-lag": lag})


def test_weak_spots_are_found(small: Catalog) -> None:
    lag: Invariant = small.invariants["orders-lag"]
    at = f"invariants/{lag.name}"
    assert _weak(small, at) == set()
    for stage in ("early", "late"):
        rest = tuple(c for c in lag.conditions if c.stage != stage)
        assert _weak(_changed(small, conditions=rest, overrides=()), at) == {stage}
    assert _weak(_changed(small, remediation=None), at) == {"remediation"}
    assert _weak(_changed(small, lifecycle="draft"), at) == {"draft"}
    bare = replace(lag.runbook, stages={**lag.runbook.stages, "mid": ()})
    assert _weak(_changed(small, runbook=bare), at) == {"steps"}
    assert _weak(replace(small, scenarios_of={}), at) == {"scenario"}
    assert _weak(small, at, pages.Evidence({}, {"invariants": {}})) == {"proof"}
    assert _weak(small, "datasets/orders") == {"promise"}
    assert _weak(replace(small, invariants={}), "datasets/orders") == {"unwatched"}


def test_weak_spots_are_on_the_pages_of_those_who_own_them(
    reference: Catalog, made: dict[str, str]
) -> None:
    found = weak.found(reference, pages.Evidence())
    assert found
    for w in found:
        for page in (f"teams/{w.owner.name}", f"services/{w.service}", "gaps"):
            text = made[f"{page}/index.md"].split("## Weak spots" if page != "gaps" else "## All")
            (line,) = _about(text[1], w.page)
            assert weak.KINDS[w.kind] in line


def test_lineage_goes_both_ways_and_ends(small: Catalog) -> None:
    base = small.datasets["orders"]
    links = {"a": (), "b": ("a",), "c": ("b",), "d": ("c", "a")}
    every = {n: replace(base, name=n, title=n, derived_from=up) for n, up in links.items()}
    texts = _texts(replace(small, datasets=every, invariants={}, scenarios={}))
    up = texts["datasets/d/index.md"].split("## Lineage")[1]
    assert [line.split("]")[0] for line in up.splitlines() if "-   [" in line] == [
        "-   [c", "    -   [b", "        -   [a", "-   [a"
    ]  # fmt: skip
    assert "-   [d](../d/index.md)" in texts["datasets/a/index.md"]


# --- What else leads on --------------------------------------------------------------------------


def test_packs_in_use_name_signals_and_versions(reference: Catalog, made: dict[str, str]) -> None:
    text = made["packs/index.md"]
    for invariant in reference.compiled():
        if invariant.signal.used:
            pack, signal = invariant.signal.used.split("/")
            (line,) = _about(text, f"invariants/{invariant.name}")
            assert f"guide/reference/packs/{pack}.md#{signal}" in line
            assert invariant.signal.exporter_version in line


def _history(**changes: Any) -> History:
    one = Change(0, "0123456789abcdef", "2026-11-02", "Ada", "Less noise", ("late: 25 s → 30 s",))
    return History({("invariant", "orders-lag"): (replace(one, **changes),),
                    ("dataset", "gone"): (replace(one, place=1, what=("removed",)),)})  # fmt: skip


def test_what_changed_is_shown_as_git_knows_it(small: Catalog) -> None:
    text = _texts(small, pages.Evidence(history=_history()))["changed/index.md"]
    first, second = _rows(text)[1:]
    assert first[0].endswith("026-11-02")
    assert "(../invariants/orders-lag/index.md)" in first[1]
    assert first[2].startswith("late: 25 s")
    assert first[3] == "Ada"
    assert first[4].startswith("Less noise")
    assert second[1] == "dataset `gone`"
    assert "no git repository" in _texts(small, pages.Evidence())["changed/index.md"]


def test_what_people_wrote_into_git_stays_text(small: Catalog) -> None:
    wild = "<img src=x onerror=alert(1)> | [x](javascript:alert(1)) `"
    history = _history(author=wild, why=wild, what=(wild,) * 9)
    text = _texts(small, pages.Evidence(history=history))["changed/index.md"]
    assert "<img" not in text
    assert "](javascript" not in text
    assert {len(row) for row in _rows(text)} == {5}
    assert "and 3 more" in text


def test_all_receivers_have_a_page(reference: Catalog, made: dict[str, str]) -> None:
    for team in reference.teams.values():
        for stage in STAGES:
            assert f"receivers/{names.receiver(team, stage)}/index.md" in made
