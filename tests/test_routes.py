"""The Alertmanager configuration: what is the organisation's stays, what is ours is grafted on.

That alerts reach whom they should and hide what they should is proved with a real Alertmanager;
here is what the file looks like.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from driftbook import pipeline
from driftbook.checks import example
from driftbook.emit import routes
from driftbook.units import seconds
from sample import compiled, write_files

BASE = """\
global: {resolve_timeout: 5m}
route:
  receiver: triage
  group_by: [alertname]
  routes:
    - {matchers: ['severity="critical"'], receiver: everyone}
receivers: [{name: triage}, {name: everyone}]
inhibit_rules:
  - {source_matchers: ['alertname="Down"'], target_matchers: ['severity="info"'], equal: [cluster]}
time_intervals:
  - {name: holidays, time_intervals: [{months: [december], days_of_month: ['25:26']}]}
mute_time_intervals: []
"""


@pytest.fixture
def config(tmp_path: Path) -> dict[str, Any]:
    files = dict(example.FILES)
    files[example.CATALOG] = files[example.CATALOG].replace(
        "alertmanager:\n", "alertmanager:\n  base: base.yaml\n"
    )
    files["invariants/base.yaml"] = BASE
    files[example.INVARIANT] += "lifecycle: draft\n"
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    checked = pipeline.check(tmp_path)
    assert checked.ok, checked.diagnostics
    assert checked.catalog
    artifact, _ = routes.emit(checked.catalog)
    assert "invariants/catalog.yaml and base.yaml" in artifact.text.splitlines()[0]
    found: dict[str, Any] = yaml.safe_load(artifact.text)
    return found


def test_the_organisations_own_is_kept(config: dict[str, Any]) -> None:
    base = yaml.safe_load(BASE)
    assert config["global"] == base["global"]
    assert config["route"]["receiver"] == "triage"
    assert config["route"]["routes"][2:] == base["route"]["routes"]
    for kept in ("receivers", "inhibit_rules", "time_intervals"):
        assert config[kept][: len(base[kept])] == base[kept]
    assert config["mute_time_intervals"] == []


def test_ours_comes_first_by_owner_and_stage(config: dict[str, Any]) -> None:
    watchdog, ours = config["route"]["routes"][:2]
    assert watchdog["receiver"] == "driftbook-watchdog"
    assert ours["matchers"] == ['invariant!=""', 'owner="shop"']
    assert ours["group_by"] == ["invariant", "stage", "cluster"]
    assert [r["matchers"][0] for r in ours["routes"]] == [
        'invariant=~"orders-lag"',
        'stage="early"',
        'stage="mid"',
        'stage="late"',
    ]


def test_a_stage_that_nobody_knows_wakes_its_owner(config: dict[str, Any]) -> None:
    ours = config["route"]["routes"][1]
    assert ours["receiver"] == "driftbook-shop-late"


def test_another_team_changes_no_route_of_a_team(tmp_path: Path) -> None:
    before = compiled(write_files(tmp_path / "before", dict(example.FILES)))
    files = dict(example.FILES)
    for kind, name in ((example.TEAM, "depot"), (example.DATASET, "stock")):
        text = (
            files[kind].replace("name: shop", "name: depot").replace("owner: shop", "owner: depot")
        )
        files[f"invariants/depot/{name}.yaml"] = text.replace("name: orders", "name: stock")
    invariant = files[example.INVARIANT].replace("dataset: orders", "dataset: stock")
    files["invariants/depot/stock-lag.yaml"] = invariant.replace("orders-lag", "stock-lag")
    after = compiled(write_files(tmp_path / "after", files))
    ways = [_ways(routes.config(catalog)["route"]) for catalog in (before, after)]
    assert len(ways[1]) > len(ways[0])
    assert set(ways[0]) < set(ways[1])


def _ways(route: dict[str, Any], way: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """By what Alertmanager remembers what was told: the matchers on the way to each route."""
    here = (*way, *route.get("matchers", ()))
    inside = [found for child in route.get("routes", ()) for found in _ways(child, here)]
    return [here, *inside]


def test_the_watchdog_is_told_every_minute(config: dict[str, Any]) -> None:
    """The first turn of the group that is more than `repeat_interval` behind the last."""
    route = config["route"]["routes"][0]
    turn, repeat = seconds(route["group_interval"]), seconds(route["repeat_interval"])
    delivery = 0.01
    turns = next(n for n in range(1, 99) if n * turn - delivery > repeat)
    assert turns * turn == 60


def test_without_owners_there_is_no_route_for_them(tmp_path: Path) -> None:
    catalog = compiled(write_files(tmp_path, dict(example.FILES)))
    made = routes.config(replace(catalog, invariants={}))
    assert [r["receiver"] for r in made["route"]["routes"]] == ["driftbook-watchdog"]


def test_a_draft_goes_to_the_early_receiver(config: dict[str, Any]) -> None:
    draft = config["route"]["routes"][1]["routes"][0]
    assert draft["receiver"] == "driftbook-shop-early"


def test_late_does_not_wait_for_what_inhibits_it(config: dict[str, Any]) -> None:
    early, mid, late = config["route"]["routes"][1]["routes"][1:]
    assert (early["group_wait"], mid["group_wait"], late["group_wait"]) == ("1m15s", "1m15s", "15s")
    assert early["active_time_intervals"] == ["driftbook-business-hours"]
    assert "active_time_intervals" not in late


def test_one_rule_per_stage_hides_alerts_with_the_same_labels(config: dict[str, Any]) -> None:
    late, mid, *aggregated = config["inhibit_rules"][1:]
    assert late == {
        "source_matchers": ['stage="late"', 'invariant!=""'],
        "target_matchers": ['stage=~"early|mid"', 'invariant!=""'],
        "equal": ["invariant", "region", "shard", "cluster"],
    }
    assert mid["target_matchers"] == ['stage=~"early"', 'invariant!=""']
    # failed repairs that nobody can assign to a place hide nothing
    assert all('condition="breadth"' in rule["source_matchers"] for rule in aggregated)
