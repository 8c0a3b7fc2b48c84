"""A real Alertmanager is asked the right questions, and its answers are read rightly."""

import os
from pathlib import Path
from typing import Any

import pytest

from driftbook import names
from driftbook.errors import FatalError
from driftbook.model import STAGES, Catalog
from driftbook.prove import alertmanager, compiled, rule_alerts, server
from driftbook.prove.scenes import Raised, Subject, first, hides, rounds
from driftbook.prove.workers import Workers
from proving import project, real_engines

CONFIG: dict[str, Any] = {
    "route": {"receiver": "a", "routes": [{"receiver": "b", "matchers": ['n=~"1.*"']}]},
    "receivers": [{"name": "a"}, {"name": "b"}],
    "inhibit_rules": [
        {"source_matchers": ['s="late"'], "target_matchers": ['s="mid"'], "equal": ["n"]}
    ],
}


@pytest.fixture(scope="module")
def proved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Catalog, list[Subject]]:
    """A catalog with the labels of its rules on disk."""
    root = tmp_path_factory.mktemp("catalog")
    catalog = project(root)
    subjects, found = rule_alerts.subjects(catalog, compiled.read(root))
    assert found == []
    return catalog, subjects


def scenes(catalog: Catalog, subjects: list[Subject], name: str) -> list[list[Raised]]:
    """The rounds of one invariant alone."""
    return list(rounds(catalog, [s for s in subjects if s.invariant.name == name]))


def test_every_alert_is_shown_and_no_two_are_the_same(
    proved: tuple[Catalog, list[Subject]],
) -> None:
    catalog, subjects = proved
    shown = [raised for together in rounds(catalog, subjects) for raised in together]
    assert {id(r.alert) for r in shown} == {id(a) for s in subjects for a, _ in s.alerts}
    for together in rounds(catalog, subjects):
        assert len({r.key for r in together}) == len(together)


def test_each_target_of_a_scene_has_one_source_at_most(
    proved: tuple[Catalog, list[Subject]],
) -> None:
    catalog, subjects = proved
    for scene in scenes(catalog, subjects, "orders-lag"):
        for target in scene:
            assert sum(hides(source, target) for source in scene) <= 1


def test_every_pair_of_source_and_target_alerts_meets(
    proved: tuple[Catalog, list[Subject]],
) -> None:
    catalog, subjects = proved
    met = {
        (s.alert.condition.kind, s.alert.condition.stage, t.alert.condition.kind, hides(s, t))
        for scene in scenes(catalog, subjects, "orders-lag")
        for s in scene
        for t in scene
        if s.rank > t.rank
    }
    assert {m[:3] for m in met if m[3]} >= {
        ("above", "late", "above"),
        ("above", "late", "persists"),
        ("breadth", "late", "above"),
        ("breadth", "late", "persists"),
        ("breadth", "late", "missing"),
        ("persists", "mid", "above"),
    }
    assert ("above", "late", "above", False) in met, "another place has to be shown as well"
    # Without an inventory the absence has no place, so a place that is late does not explain it.
    assert ("above", "late", "missing", True) not in met


def test_places_differ_in_one_label_at_a_time(proved: tuple[Catalog, list[Subject]]) -> None:
    catalog, subjects = proved
    early = [
        dict(r.varying)
        for r in scenes(catalog, subjects, "stock-drift")[0]
        if r.alert.condition.kind == "above"
    ]
    base = early[0]
    assert set(base) == {"source", "target", "cluster"}
    differing = [{k for k in base if other[k] != base[k]} for other in early[1:]]
    assert differing == [{"source"}, {"target"}, {"cluster"}]


def test_the_absence_of_everything_is_shown_too(
    proved: tuple[Catalog, list[Subject]],
) -> None:
    catalog, subjects = proved
    shown = [r for scene in scenes(catalog, subjects, "stock-drift") for r in scene]
    absent = {frozenset(dict(r.varying)) for r in shown if r.alert.condition.kind == "missing"}
    assert absent == {frozenset(["source", "target", "cluster"]), frozenset(["cluster"])}


def test_overrides_are_only_raised_where_they_apply(
    proved: tuple[Catalog, list[Subject]],
) -> None:
    catalog, subjects = proved
    for scene in scenes(catalog, subjects, "orders-lag"):
        for raised in scene:
            late = raised.alert.condition.stage == "late"
            if late and raised.alert.condition.kind == "above":
                assert (raised.labels["target"] == "ap") is bool(raised.alert.scope.match)


def test_meant_receivers(proved: tuple[Catalog, list[Subject]]) -> None:
    catalog, subjects = proved
    meant = {
        (r.alert.invariant, r.alert.condition.stage): r.receiver
        for subject in subjects
        for r in first(catalog, subject)
    }
    assert meant == {
        **{("orders-lag", stage): f"driftbook-shop-{stage}" for stage in STAGES},
        **{("stock-drift", stage): f"driftbook-depot-{stage}" for stage in STAGES},
        ("stock-age", "late"): "driftbook-depot-early",
    }


def test_nothing_of_the_organisations_is_needed() -> None:
    config = {
        **CONFIG,
        "global": {"smtp_auth_password_file": "/nowhere"},
        "templates": ["/nowhere/*.tmpl"],
        "receivers": [{"name": "a", "slack_configs": [{"api_url_file": "/nowhere"}]}],
    }
    assert set(alertmanager.quiet(config)) == {"route", "receivers", "inhibit_rules"}
    assert alertmanager.quiet(config)["receivers"] == [{"name": "a"}]


def test_thousands_of_alerts() -> None:
    alerts = [{"alertname": "A", "n": str(n), "s": s} for n in range(3000) for s in ("late", "mid")]
    with Workers() as workers, server.alertmanager(CONFIG, real_engines(), workers) as running:
        running.post(alerts)
        got = running.get()
    assert len(got) == len(alerts)
    for alert in got:
        labels = alert["labels"]
        assert [r["name"] for r in alert["receivers"]] == ["b" if labels["n"][0] == "1" else "a"]
        assert bool(alert["status"]["inhibitedBy"]) is (labels["s"] == "mid")


def test_a_proxy_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Workers() as workers, server.alertmanager(CONFIG, real_engines(), workers) as running:
        running.post([{"alertname": "A"}])
        assert len(running.get()) == 1


def test_a_port_of_another_server_is_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        Workers() as workers,
        server.alertmanager(CONFIG, real_engines(), workers) as other,
    ):
        other.post([{"alertname": "OfTheOther"}])
        ports = iter([int(other.url.rpartition(":")[2]), server._free_port()])
        monkeypatch.setattr(server, "_free_port", lambda: next(ports))
        with server.alertmanager(CONFIG, real_engines(), workers) as running:
            assert running.get() == []


def test_what_it_says_when_it_does_not_start() -> None:
    broken = {**CONFIG, "receivers": []}
    with Workers() as workers, pytest.raises(FatalError, match="undefined receiver"):  # noqa: SIM117
        with server.alertmanager(broken, real_engines(), workers):
            pass


def test_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Workers() as workers, server.alertmanager(CONFIG, real_engines(), workers):
        assert os.listdir(tmp_path)
    assert os.listdir(tmp_path) == []


def test_the_heartbeat_is_delivered_and_looked_for_by_its_labels_on_disk(
    proved: tuple[Catalog, list[Subject]], tmp_path: Path
) -> None:
    catalog = project(tmp_path)
    (path := tmp_path / names.WATCHDOG_RULES).write_text(
        path.read_text().replace("severity: none", "severity: none\n          alertname2: x")
    )
    disk = compiled.read(tmp_path)
    subjects, _ = rule_alerts.subjects(catalog, disk)
    with Workers() as workers:
        assert alertmanager.prove(catalog, subjects, disk, real_engines(), workers) == []
