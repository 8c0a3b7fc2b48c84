"""The proof can fail: each fault seeded into clean output is caught, by the check that should."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from driftbook import names, pipeline, site
from driftbook.model import Catalog
from driftbook.prove import alertmanager, compiled, rule_alerts, rule_tests, syntax
from driftbook.prove.coverage import coverage
from driftbook.prove.drift import drift
from driftbook.prove.finding import CHECKS, Finding
from driftbook.prove.links import links
from driftbook.prove.workers import Workers
from proving import LAG_RULES, LAG_TESTS, STOCK_RULES, project, real_engines

Edit = Callable[[Path], None]
ROUTES = names.ALERTMANAGER


@dataclass(frozen=True)
class Fault:
    """check: the name of the check that has to catch it."""

    name: str
    check: str
    edit: Edit

    def __str__(self) -> str:
        return f"{self.check}: {self.name}"


def text(file: str, old: str, new: str, count: int = 1) -> Edit:
    """Replaces text that has to be there."""

    def edit(root: Path) -> None:
        path = root / file
        before = path.read_text(encoding="utf-8")
        assert old in before, f"{file} has no {old!r} to break"
        path.write_text(before.replace(old, new, count), encoding="utf-8")

    return edit


def data(file: str, change: Callable[[Any], None]) -> Edit:
    """Changes a YAML file as data."""

    def edit(root: Path) -> None:
        path = root / file
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(loaded)
        path.write_text(yaml.safe_dump(loaded, sort_keys=False), encoding="utf-8")

    return edit


def gone(path: str) -> Edit:
    """Removes a file."""
    return lambda root: (root / path).unlink()


def added(path: str, content: str) -> Edit:
    """Adds a file."""

    def edit(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")

    return edit


def rule(stage: str, condition: str, change: Callable[[Any, list[Any]], None]) -> Edit:
    """Changes the first alert of a stage and condition in the rules of orders-lag."""

    def inside(loaded: Any) -> None:
        rules = loaded["groups"][0]["rules"]
        wanted = {"stage": stage, "condition": condition}
        found = [r for r in rules if "alert" in r and wanted.items() <= r["labels"].items()]
        change(found[0], rules)

    return data(LAG_RULES, inside)


def ours(loaded: Any) -> list[Any]:
    """The routes of the catalog, one for each owner."""
    return [r for r in loaded["route"]["routes"] if 'invariant!=""' in r["matchers"]]


def owner(loaded: Any, name: str) -> Any:
    """The route of an owner."""
    return next(r for r in ours(loaded) if f'owner="{name}"' in r["matchers"])


def without(loaded: Any, routes: list[Any]) -> None:
    """Takes routes away."""
    loaded["route"]["routes"] = [r for r in loaded["route"]["routes"] if r not in routes]


def inhibition(*matchers: str) -> Callable[[Any], Any]:
    """Finds the inhibition rule whose source has these matchers."""

    def find(loaded: Any) -> Any:
        for found in loaded["inhibit_rules"]:
            if set(matchers) <= set(found["source_matchers"]):
                return found
        raise AssertionError(f"no inhibition has {matchers}")

    return find


LATE = inhibition('stage="late"', 'invariant!=""')
BREADTH = inhibition('condition="breadth"', 'invariant="orders-lag"')
STOCK_BREADTH = inhibition('condition="breadth"', 'invariant="stock-drift"')


def watchdog(change: Callable[[Any], None]) -> Edit:
    """Changes the rule of the heartbeat."""
    return data(names.WATCHDOG_RULES, lambda loaded: change(loaded["groups"][0]["rules"][0]))


IN_RULES = [
    Fault(
        "wrong threshold", "rule-tests", text(LAG_RULES, '"orders-lag"} > 5', '"orders-lag"} > 6')
    ),
    Fault("wrong comparison", "rule-tests", text(LAG_RULES, '"} > 5', '"} < 5')),
    Fault("comparison that includes the bound", "rule-tests", text(LAG_RULES, '"} > 5', '"} >= 5')),
    Fault("missing for", "rule-tests", rule("early", "above", lambda r, _: r.pop("for"))),
    Fault("longer for", "rule-tests", rule("early", "above", lambda r, _: r.update({"for": "2m"}))),
    Fault(
        "keep_firing_for dropped",
        "rule-tests",
        rule("late", "above", lambda r, _: r.pop("keep_firing_for")),
    ),
    Fault("share of the window halved", "rule-tests", text(LAG_RULES, ">= 0.9", ">= 0.45")),
    Fault("window of persists halved", "rule-tests", text(LAG_RULES, "[5m]", "[2m]", 99)),
    Fault("one place is breadth", "rule-tests", text(LAG_RULES, ">= 2\n", ">= 1\n")),
    Fault("wrong recorded bound", "rule-tests", text(LAG_RULES, "> bool 10", "> bool 20")),
    Fault("another metric", "rule-tests", text(LAG_RULES, "(orders_lag_seconds)", "(orders_lag)")),
    Fault("override elsewhere", "rule-tests", text(LAG_RULES, ',target="ap"}', ',target="eu"}')),
    Fault("general rule bites the override", "rule-tests", text(LAG_RULES, ',target!="ap"', "", 9)),
    Fault(
        "broken annotation",
        "rule-tests",
        text(LAG_RULES, "{{ $labels.target }} is", "{{ $labels.targt }} is", 99),
    ),
    Fault("test of no rules", "rule-tests", text(LAG_TESTS, "orders-lag.rules", "order-lag.rules")),
    Fault("lost label", "alerts", rule("late", "above", lambda r, _: r["labels"].pop("owner"))),
    Fault(
        "wrong severity",
        "alerts",
        rule("late", "above", lambda r, _: r["labels"].update(severity="info")),
    ),
    Fault(
        "a label besides", "alerts", rule("mid", "missing", lambda r, _: r["labels"].update(a="b"))
    ),
    Fault(
        "absence alert removed", "alerts", rule("mid", "missing", lambda r, all_: all_.remove(r))
    ),
    Fault("rules of an invariant removed", "alerts", gone(STOCK_RULES)),
    Fault("an alert of nobody", "alerts", text(STOCK_RULES, "alert: StockDrift", "alert: Stok")),
    Fault("no PromQL", "rules-syntax", text(LAG_RULES, "} > 5", "} >")),
    Fault("no YAML", "rules-syntax", text(LAG_RULES, "groups:", "groups: [")),
    Fault(
        "the same rule twice",
        "rules-syntax",
        rule("late", "breadth", lambda r, all_: all_.append(dict(r))),
    ),
    Fault("absent watchdog", "watchdog", watchdog(lambda r: r.update(alert="Other"))),
    Fault("watchdog that stops", "watchdog", watchdog(lambda r: r.update(expr="up == 0"))),
    Fault(
        "no test in which breadth fires",
        "coverage",
        data(
            LAG_TESTS,
            lambda loaded: loaded.update(
                tests=[t for t in loaded["tests"] if "of 8 places" not in t["name"]]
            ),
        ),
    ),
    Fault("no tests", "coverage", gone(LAG_TESTS)),
]
IN_ROUTES = [
    Fault(
        "wrong receiver",
        "routing",
        data(
            ROUTES, lambda c: owner(c, "shop")["routes"][-1].update(receiver="driftbook-depot-late")
        ),
    ),
    Fault(
        "a route before ours",
        "routing",
        data(
            ROUTES,
            lambda c: c["route"]["routes"].insert(
                0, {"receiver": "network", "matchers": ['severity=~"warning|critical"']}
            ),
        ),
    ),
    Fault(
        "the stage that swallows the others",
        "routing",
        data(ROUTES, lambda c: owner(c, "shop")["routes"][0].update(matchers=['stage=~".+"'])),
    ),
    Fault(
        "told twice",
        "routing",
        data(
            ROUTES,
            lambda c: owner(c, "shop")["routes"].insert(
                0, {"receiver": "triage", "matchers": ['stage="late"'], "continue": True}
            ),
        ),
    ),
    Fault(
        "a draft that wakes someone",
        "routing",
        data(ROUTES, lambda c: owner(c, "depot")["routes"].pop(0)),
    ),
    Fault(
        "an owner without a route",
        "routing",
        data(ROUTES, lambda c: without(c, [owner(c, "shop")])),
    ),
    Fault(
        "everything to the root receiver",
        "routing",
        data(ROUTES, lambda c: without(c, ours(c))),
    ),
    Fault(
        "alerts of others swallowed",
        "routing",
        data(ROUTES, lambda c: ours(c)[0].update(matchers=['alertname!=""'])),
    ),
    Fault(
        "alerts of others that carry an invariant",
        "routing",
        data(ROUTES, lambda c: ours(c)[-1].update(matchers=['invariant!=""'])),
    ),
    Fault(
        "a stage that nobody knows, told early",
        "routing",
        data(ROUTES, lambda c: owner(c, "shop").update(receiver="driftbook-shop-early")),
    ),
    Fault(
        "inhibition across identities",
        "inhibition",
        data(ROUTES, lambda c: LATE(c)["equal"].remove("target")),
    ),
    Fault(
        "inhibition across clusters",
        "inhibition",
        data(ROUTES, lambda c: LATE(c)["equal"].remove("cluster")),
    ),
    Fault(
        "inhibition across invariants",
        "inhibition",
        data(ROUTES, lambda c: LATE(c)["equal"].remove("invariant")),
    ),
    Fault(
        "inhibition upwards",
        "inhibition",
        data(ROUTES, lambda c: LATE(c).update(source_matchers=['stage="early"'])),
    ),
    Fault(
        "inhibition missing after breadth",
        "inhibition",
        data(ROUTES, lambda c: c["inhibit_rules"].remove(BREADTH(c))),
    ),
    Fault(
        "breadth that asks for labels it has not",
        "inhibition",
        data(ROUTES, lambda c: BREADTH(c)["equal"].append("source")),
    ),
    Fault(
        "breadth that hides a place it does not judge",
        "inhibition",
        data(ROUTES, lambda c: BREADTH(c)["target_matchers"].remove('target!="ap"')),
    ),
    Fault(
        "breadth that hides silence",
        "inhibition",
        data(ROUTES, lambda c: STOCK_BREADTH(c)["target_matchers"].pop()),
    ),
    Fault(
        "late that does not hide early",
        "inhibition",
        data(ROUTES, lambda c: LATE(c)["target_matchers"].__setitem__(0, 'stage="mid"')),
    ),
    Fault(
        "inhibition among alerts of others",
        "inhibition",
        data(
            ROUTES,
            lambda c: LATE(c).update(
                source_matchers=['stage="late"'], target_matchers=['stage=~"early|mid"']
            ),
        ),
    ),
    Fault(
        "watchdog to the root receiver",
        "watchdog",
        data(ROUTES, lambda c: c["route"]["routes"].pop(0)),
    ),
    Fault(
        "a receiver without a way",
        "delivery",
        data(
            ROUTES,
            lambda c: next(r for r in c["receivers"] if r["name"] == "driftbook-shop-late").pop(
                "pagerduty_configs"
            ),
        ),
    ),
    Fault(
        "unknown receiver",
        "config-syntax",
        text(ROUTES, "receiver: driftbook-shop-mid", "receiver: x"),
    ),
    Fault("no configuration", "config-syntax", gone(ROUTES)),
]
IN_LINKS = [
    Fault("dead anchor", "links", text(LAG_RULES, "orders-lag/#late", "orders-lag/#laet")),
    Fault("dead page", "links", text(LAG_RULES, "/orders-lag/#late", "/order-lag/#late")),
    Fault("another site", "links", text(LAG_RULES, "//runbooks.example.org", "//wiki.example.org")),
    Fault(
        "no link", "links", rule("mid", "missing", lambda r, _: r["annotations"].pop("runbook_url"))
    ),
    Fault("missing page", "links", gone("site/html/invariants/stock-drift/index.html")),
    Fault("missing redirect", "links", gone("site/html/alerts/StockDrift/index.html")),
    Fault("missing old name", "links", gone("site/html/invariants/order-delay/index.html")),
    Fault(
        "page without an anchor",
        "links",
        text("site/html/invariants/stock-drift/index.html", 'id="late"', 'id="lat"', 9),
    ),
    Fault(
        "redirect to another page",
        "links",
        text("site/html/alerts/StockDrift/index.html", "invariants/stock-drift", "invariants/x", 9),
    ),
]
ON_DISK = [
    Fault(
        "stale rule file",
        "drift",
        added(f"{names.RULES}/shop/old.rules.yaml", f"# {names.header('old.yaml')}\ngroups: []\n"),
    ),
    Fault("edited rule file", "drift", text(LAG_RULES, "for: 1m", "for: 5m")),
    Fault("lost test file", "drift", gone(LAG_TESTS)),
]
FAULTS = [*IN_RULES, *IN_ROUTES, *IN_LINKS, *ON_DISK]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Catalog]:
    """Clean output with its built site, whose unit tests have passed."""
    root = tmp_path_factory.mktemp("clean")
    catalog = project(root)
    site.write_pages(root, catalog)
    site.build(root)
    return root, catalog


def judge(root: Path, catalog: Catalog, check: str) -> Iterator[Finding]:
    """The part of the proof that holds a check; bytes are only compared for `drift`."""
    disk, engines = compiled.read(root), real_engines()
    subjects, found = rule_alerts.subjects(catalog, disk)
    with Workers() as workers:
        match check:
            case "drift":
                yield from drift(root, pipeline.compile_rules(catalog), pipeline.FOLDERS)
            case "links":
                yield from links(catalog, disk)
            case "rule-tests":
                yield from rule_tests.run(disk, engines, workers)
            case "rules-syntax" | "alerts" | "coverage":
                yield from [*found, *coverage(catalog, disk)[1]]
                yield from syntax.rules(disk, engines, workers)
            case _:
                refused = syntax.routes(disk, engines, workers)
                yield from [*refused, *rule_alerts.watchdog(disk)]
                if not refused:
                    yield from alertmanager.prove(catalog, subjects, disk, engines, workers)


@pytest.mark.parametrize("check", ["drift", "links", "rule-tests", "alerts", "routing"])
def test_without_a_fault_there_is_no_finding(clean: tuple[Path, Catalog], check: str) -> None:
    assert list(judge(*clean, check)) == []


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_fault_is_caught(clean: tuple[Path, Catalog], tmp_path: Path, fault: Fault) -> None:
    before, catalog = clean
    for part in ["rules", names.STATE, *(["site/html"] if fault.check == "links" else [])]:
        if (before / part).exists():
            skip = shutil.ignore_patterns("assets", "search")
            shutil.copytree(before / part, tmp_path / part, ignore=skip)
    fault.edit(tmp_path)

    found = list(judge(tmp_path, catalog, fault.check))

    assert fault.check in {finding.check for finding in found}, found


def test_every_check_is_seen_to_fail() -> None:
    assert {fault.check for fault in FAULTS} == set(CHECKS)
