"""What alerts say of their surroundings, expanded by the real promtool.

`cases/context/` holds the annotations of the catalog below. Set DRIFTBOOK_UPDATE=1 to write them
anew.
"""

import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from driftbook import context, gotemplate, names, pipeline, write
from driftbook.alerts import alerts
from driftbook.checks import example
from driftbook.commands import explain
from driftbook.context import CHANGES, UPSTREAM
from driftbook.emit import context_tests
from driftbook.model import Catalog, Change
from driftbook.prove import engines
from sample import compiled, site_pages, write_files

ROOT = Path(__file__).parents[1]
CASE = Path(__file__).parent / "cases" / "context"
CATALOG = """\
changes:
  - {metric: 'change_event_timestamp_seconds{kind="deploy"}', what: deploy, ref_label: version}
  - metric: change_event_timestamp_seconds{kind="migration"}  # Flyway's
    what: schema migration
    within: 2h
  - {metric: app_build_info, what: release, ref_label: version, time: start, service_label: app}
  - {metric: flag_changed_timestamp_seconds, what: flag change, services: [accounts]}
"""
DEPLOY = Change("deployed_seconds", "deploy", "service", "version", "value", 3600.0)
BUILD = Change("app_build_info", "deploy", "service", "version", "start", 3600.0)


def _dataset(name: str, service: str, *upstream: str) -> str:
    text = example.FILES[example.DATASET]
    for old, new in (
        ("name: orders", f"name: {name}"),
        ("title: Orders", f"title: {name.capitalize()}"),
        ("service: shop", f"service: {service}"),
        ("derived_from: []", f"derived_from: [{', '.join(upstream)}]"),
    ):
        text = text.replace(old, new)
    return text


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """Orders come from carts and prices, and carts from users; deploys and migrations are known."""
    files = {
        **example.FILES,
        example.CATALOG: example.FILES[example.CATALOG] + CATALOG,
        example.DATASET: _dataset("orders", "shop", "carts", "prices"),
        "invariants/shop/carts.yaml": _dataset("carts", "shop", "users", "prices"),
        "invariants/shop/prices.yaml": _dataset("prices", "shop"),
        "invariants/shop/users.yaml": _dataset("users", "accounts"),
    }
    return compiled(write_files(tmp_path, files))


def _promtool(*tests: Path) -> None:
    promtool = engines.require(ROOT).promtool.path
    run = subprocess.run([promtool, "test", "rules", *tests], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_annotations_are_readable(catalog: Catalog) -> None:
    (alert, *_) = alerts(catalog, catalog.invariants["orders-lag"])
    said = "".join(f"# {name}\n{alert.annotations[name]}\n" for name in (CHANGES, UPSTREAM))
    golden = CASE / "annotations.txt"
    if os.environ.get("DRIFTBOOK_UPDATE"):
        golden.write_text(said)
    assert said == golden.read_text()


def test_every_generated_test_passes(catalog: Catalog, tmp_path: Path) -> None:
    write.write(tmp_path, pipeline.compile_rules(catalog), pipeline.FOLDERS)
    assert all((tmp_path / file).is_file() for file in names.COMMON_TESTS)
    _promtool(*(tmp_path / "rules/tests").rglob("*.test.yaml"))


def test_a_catalog_without_changes_and_lineage_has_no_such_annotation(tmp_path: Path) -> None:
    plain = compiled(write_files(tmp_path, example.FILES))
    assert list(context_tests.emit(plain)) == []
    for invariant in plain.compiled():
        for alert in alerts(plain, invariant):
            assert {CHANGES, UPSTREAM}.isdisjoint(alert.annotations)
            assert alert.quiet == {}


def test_labels_are_the_same_with_and_without_surroundings(
    catalog: Catalog, tmp_path: Path
) -> None:
    plain = compiled(write_files(tmp_path / "plain", example.FILES))
    for name in ("orders-lag", "orders-conflicts"):
        one, other = (alerts(c, c.invariants[name]) for c in (plain, catalog))
        assert [a.labels for a in one] == [a.labels for a in other]
        assert [a.expr for a in one] == [a.expr for a in other]


def test_upstream_is_transitive_the_nearest_first(catalog: Catalog) -> None:
    assert context.upstream(catalog, "orders") == (("carts", "prices"), ("users",))
    assert context.upstream(catalog, "users") == ()


def test_pages_and_explain_say_what_alerts_look_at(catalog: Catalog) -> None:
    page = site_pages(catalog)["invariants/orders-lag/index.md"].text
    assert "every deploy or release of shop within 1 h, every schema migration of shop" in page
    assert "[Carts](../../datasets/carts/index.md), [Prices](" in page
    said = "\n".join(explain.invariant(catalog, catalog.invariants["orders-lag"]))
    assert "upstream   carts, prices, then users" in said
    assert "changes    every deploy or release of shop within 1 h" in said


def _expanded(folder: Path, change: Change, cases: dict[str, Any], at: str) -> None:
    """An alert of the service cart, at some time, in each case: name -> series, what it says."""
    change_catalog: Any = type("Changes", (), {"changes": (change,), "datasets": {}})
    subject: Any = type("Subject", (), {"service": "cart", "dataset": type("D", (), {"name": ""})})
    template = context.annotations(change_catalog, subject)[CHANGES].template
    rule = {"alert": "A", "expr": "vector(1)", "annotations": {"changes": template}}
    tests = [
        {
            "name": name,
            "interval": "1m",
            "input_series": [{"series": s, "values": v} for s, v in series.items()],
            "alert_rule_test": [
                {
                    "eval_time": at,
                    "alertname": "A",
                    "exp_alerts": [{"exp_annotations": {"changes": said}}],
                }
            ],
        }
        for name, (series, said) in cases.items()
    ]
    body = {"rule_files": ["r.yaml"], "evaluation_interval": "1m", "tests": tests}
    (folder / "r.yaml").write_text(yaml.safe_dump({"groups": [{"name": "g", "rules": [rule]}]}))
    (folder / "t.yaml").write_text(yaml.safe_dump(body))
    _promtool(folder / "t.yaml")


NONE = "No deploy of cart within 1 h."


def _deployed(version: str, pod: str = "a") -> str:
    return f'deployed_seconds{{service="cart",version="{version}",pod="{pod}"}}'


def _build(version: str, pod: str = "a") -> str:
    return f'app_build_info{{service="cart",version="{version}",pod="{pod}"}}'


def test_times_as_values(tmp_path: Path) -> None:
    several = "; ".join(f"deploy of cart {n}, {20 - n}m 0s ago" for n in range(7, 2, -1))
    cases = {
        "nothing is known": ({}, NONE),
        "long ago": ({_deployed("1"): "0x300"}, NONE),
        "in the future": ({_deployed("1"): "99999x300"}, NONE),
        "in milliseconds": ({_deployed("1"): "7200000x300"}, NONE),
        "not a number": ({_deployed("1"): " ".join(["NaN"] * 130)}, NONE),
        "of another service": ({'deployed_seconds{service="stock"}': "6600x300"}, NONE),
        "the last pod counts": (
            {_deployed("1", "a"): "6600x300", _deployed("1", "b"): "6900x300"},
            "deploy of cart 1, 5m 0s ago.",
        ),
        "the pod that told of it is gone": (
            {_deployed("1"): "_x100 6000x5 stale", _deployed("2"): "_x115 6900x20"},
            "deploy of cart 2, 5m 0s ago; deploy of cart 1, 20m 0s ago.",
        ),
        "five at most": (
            {_deployed(str(n)): f"{6000 + 60 * n}x300" for n in range(8)},
            f"{several}.",
        ),
        "without a version": (
            {'deployed_seconds{service="cart"}': "6900x300"},
            "deploy of cart, 5m 0s ago.",
        ),
        "a hostile version is text": (
            {_deployed("{{ $value }} <b> | `x` 'é'"): "6900x300"},
            "deploy of cart {{ $value }} <b> | `x` 'é', 5m 0s ago.",
        ),
    }
    _expanded(tmp_path, DEPLOY, cases, "2h")


@pytest.mark.parametrize("written", ['"a`{}"', '"a\\x60{}"', "'a`{}'"])
def test_a_backtick_in_a_matcher_does_not_end_the_query(written: str, tmp_path: Path) -> None:
    change = replace(DEPLOY, selector=f"deployed_seconds{{kind={written}}}")
    series = {'deployed_seconds{service="cart",version="1",kind="a`{}"}': "6900x300"}
    cases = {"found": (series, "deploy of cart 1, 5m 0s ago."), "none": ({}, NONE)}
    _expanded(tmp_path, change, cases, "2h")


def test_starts_of_series(tmp_path: Path) -> None:
    cases = {
        "steady": ({_build("1"): "1x600"}, NONE),
        "two versions run": (
            {_build("1"): "1x600", _build("2", "b"): "_x170 1x60"},
            "deploy of cart 2, 10m 0s ago.",
        ),
        "tried and rolled back": (
            {_build("1"): "1x600", _build("2", "b"): "_x150 1x5 stale"},
            "deploy of cart 2, 30m 0s ago.",
        ),
        "rolled back after hours": (
            {_build("1"): "1x30 _x140 1x60", _build("2", "b"): "1x170 stale"},
            "deploy of cart 1, 9m 0s ago.",
        ),
        "a gap when the time began": ({_build("1"): "1x100 _x15 1x100"}, NONE),
        "one pod more is no deploy": (
            {_build("1", p): "_x170 1x60" if p == "c" else "1x600" for p in "abc"},
            NONE,
        ),
    }
    _expanded(tmp_path, BUILD, cases, "3h")


def test_a_day_is_looked_through_in_sixty_steps(tmp_path: Path) -> None:
    day = Change("app_build_info", "deploy", "service", "version", "start", 86400.0)
    assert context.age(day, "cart").count("[1d:24m]") == 1
    series = {_build("1"): "1x3600", _build("2", "b"): "_x2400 1x600"}
    _expanded(tmp_path, day, {"a day": (series, "deploy of cart 2, 8h 0m 0s ago.")}, "48h")


def test_people_still_may_not_query() -> None:
    with pytest.raises(gotemplate.GoTemplateFault):
        gotemplate.parse("{{ range query `up` }}{{ .Value }}{{ end }}")
