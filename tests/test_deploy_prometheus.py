"""Deployments to a real Prometheus: what they change, what they leave, and what they undo."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from driftbook.errors import Exit, FatalError
from proving import LAG
from servers import (
    Live,
    Proxy,
    command,
    deployed,
    edit,
    free_port,
    project,
    prometheus,
    proxy,
    until,
)

OTHERS = {
    "groups": [
        {
            "name": "others",
            "rules": [
                {
                    "record": "orders_lag_seconds",
                    "expr": "vector(100)",
                    "labels": {"source": "us", "target": "eu"},
                },
                {"record": "unrelated", "expr": "vector(1)"},
            ],
        }
    ]
}
FILES = ["others.yaml", "rules/current/*.rules.yaml"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Live]:
    """A Prometheus with rules of others, on which orders are late everywhere."""
    folder = tmp_path / "prometheus"
    folder.mkdir()
    (folder / "rules").mkdir()
    (folder / "others.yaml").write_text(yaml.safe_dump(OTHERS))
    with prometheus(folder, FILES) as live:
        yield live


@pytest.fixture
def root(tmp_path: Path, server: Live) -> Path:
    """A compiled catalog whose target is that server."""
    return project(tmp_path / "catalog", target(server.url, server.folder / "rules"))


def target(url: str, directory: Path, more: str = "within: 4s, timeout: 2s") -> str:
    return f"here: {{prometheus: {{url: '{url}', directory: {directory}, {more}}}}}"


def through(root: Path, old: Live | Proxy, new: Live | Proxy) -> None:
    """The target is reached by another address."""
    edit(root, "invariants/catalog.yaml", old.url, new.url)


def stuck() -> tuple[int, str]:
    time.sleep(3)
    return 500, "killed by then"


def early(server: Live) -> None:
    """Until an alert of a place is pending."""
    until(
        lambda: [a for a in server.alerts("pending") if a.get("stage") == "early"],
        "an alert is pending",
    )


def texts(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "rules" / "current").iterdir()}


def test_first_deployment_runs_every_group_and_the_second_does_nothing(
    server: Live, root: Path
) -> None:
    status, said = deployed(root, plan=True)
    assert status == Exit.FINDINGS
    assert "+ group driftbook:orders-lag: 6 alerts, 7 recordings" in said, said
    assert "4 groups added" in said
    assert set(server.groups()) == {"others"}
    assert list((server.folder / "rules").iterdir()) == []

    assert deployed(root)[0] == Exit.OK
    assert {g for g in server.groups() if g.startswith("driftbook:")} == {
        "driftbook:orders-lag",
        "driftbook:stock-drift",
        "driftbook:stock-age",
        "driftbook:watchdog",
    }
    written = {p.name: p.read_bytes() for p in (root / "rules/prometheus").rglob("*.rules.yaml")}
    assert texts(server.folder) == written

    for plan in (True, False):
        status, said = deployed(root, plan=plan)
        assert (status, said) == (Exit.OK, "here: nothing to do\n")


def test_a_change_says_what_differs_and_whose_alerts_restart(server: Live, root: Path) -> None:
    deployed(root)
    early(server)
    assert "for: 2m" in LAG
    edit(
        root,
        "invariants/shop/orders-lag.yaml",
        "late:\n    - {above: 30s, for: 2m",
        "late:\n    - {above: 30s, for: 5m",
    )
    status, said = deployed(root, plan=True)
    assert status == Exit.FINDINGS
    assert "~ alert OrdersLag late above: for 2m -> 5m, annotation summary" in said
    assert "restarts" not in said
    assert "0 changed" not in said
    edit(root, "invariants/catalog.yaml", "severity: info", "severity: low")
    status, said = deployed(root, plan=True)
    assert "! OrdersLag {" in said
    assert (
        'stage="early", target="eu", tier="1"} is pending and restarts: '
        "the labels of its rule change" in said
    )
    before = server.alerts("pending")
    assert any(labels["severity"] == "info" for labels in before)
    assert deployed(root)[0] == Exit.OK
    assert not any(labels.get("severity") == "info" for labels in server.alerts("pending"))


def test_what_the_catalog_no_longer_has_stays_until_it_is_pruned(server: Live, root: Path) -> None:
    deployed(root)
    early(server)
    (root / "invariants/shop/orders-lag.yaml").unlink()
    (root / "tests/scenarios/eu-falls-behind.yaml").unlink()
    edit(root, "invariants/shop/stock-drift.yaml", "late:\n", "late: \n")
    status, said = deployed(root)
    assert "  orders-lag.rules.yaml stays; --prune removes it" in said
    assert "driftbook:orders-lag" in server.groups()
    status, said = deployed(root, plan=True, prune=True)
    assert status == Exit.FINDINGS
    assert "- group driftbook:orders-lag: 6 alerts" in said
    assert "pending and ends: its group is removed" in said
    assert deployed(root, prune=True)[0] == Exit.OK
    assert "driftbook:orders-lag" not in server.groups()
    assert "orders-lag.rules.yaml" not in texts(server.folder)
    assert deployed(root, prune=True)[1] == "here: nothing to do\n"


def test_files_of_others_are_kept_as_they_are(server: Live, root: Path) -> None:
    deployed(root)
    rules = server.folder / "rules"
    own = "groups: [{name: own, rules: [{record: own, expr: vector(2)}]}]\n"
    (rules / "own.rules.yaml").write_text(own)
    (rules / "current" / "own.rules.yaml").write_text(own)
    (rules / "current" / "README").write_text("ours\n")
    edit(root, "invariants/shop/stock-drift.yaml", "early: {above: 5,", "early: {above: 6,")
    assert deployed(root, prune=True)[0] == Exit.OK
    assert (rules / "own.rules.yaml").read_text() == own
    assert (rules / "current" / "own.rules.yaml").read_text() == own
    assert (rules / "current" / "README").read_text() == "ours\n"
    assert {"own", "others"} <= set(server.groups())


def test_old_versions_are_dropped_but_for_the_last(server: Live, root: Path) -> None:
    for bound in (5, 6, 7, 8):
        if bound > 5:
            edit(
                root,
                "invariants/shop/stock-drift.yaml",
                f"early: {{above: {bound - 1},",
                f"early: {{above: {bound},",
            )
        assert deployed(root)[0] == Exit.OK
    assert len(list((server.folder / "rules" / "versions").iterdir())) == 2


def test_rules_copied_by_hand_move_and_are_found_where_they_are_left(
    server: Live, root: Path
) -> None:
    rules = server.folder / "rules"
    for path in (root / "rules/prometheus").rglob("*.rules.yaml"):
        (rules / path.name).write_bytes(path.read_bytes())
    config = server.folder / "prometheus.yml"
    config.write_text(config.read_text().replace("rules/current/", "rules/"))
    server.reload()
    early(server)
    config.write_text(config.read_text().replace("rules/*", "rules/current/*"))
    status, said = deployed(root, plan=True)
    assert "~ group driftbook:orders-lag: runs from rules/orders-lag.rules.yaml, not from" in said
    assert "is pending and restarts: its file has another path" in said
    assert "! 4 rule files such as driftbook-watchdog.rules.yaml lie in" in said
    assert deployed(root)[0] == Exit.OK
    assert server.groups()["driftbook:orders-lag"]["file"] == "rules/current/orders-lag.rules.yaml"
    config.write_text(config.read_text() + "\n- rules/*.rules.yaml\n")
    server.reload()
    status, said = deployed(root, plan=True)
    assert status == Exit.OK
    assert "driftbook:orders-lag also runs from rules/orders-lag.rules.yaml" in said


def test_a_new_first_line_of_a_file_is_deployed_though_no_rule_differs(
    server: Live, root: Path
) -> None:
    deployed(root)
    old = server.folder / "rules" / "current" / "stock-drift.rules.yaml"
    old.write_text(old.read_text().replace("from invariants/", "from elsewhere/"))
    status, said = deployed(root)
    assert (status, said.split("\n")[0]) == (Exit.OK, "~ file stock-drift.rules.yaml")
    assert deployed(root)[1] == "here: nothing to do\n"


def test_a_run_that_was_killed_in_between_is_finished_by_the_next(server: Live, root: Path) -> None:
    deployed(root)
    edit(root, "invariants/shop/stock-drift.yaml", "early: {above: 5,", "early: {above: 6,")
    with proxy(server.url) as between:
        between.before = lambda method, path: stuck() if method == "POST" else None
        through(root, server, between)
        with subprocess.Popen(command(root)) as process:
            until(lambda: "POST /-/reload" in between.paths(), "it reloads")
            process.kill()
    through(root, between, server)
    status, said = deployed(root, plan=True)
    assert status == Exit.FINDINGS
    assert "~ alert StockDrift early above: query" in said
    assert deployed(root)[0] == Exit.OK
    assert deployed(root)[1] == "here: nothing to do\n"


def test_by_signal_where_requests_may_not_reload(tmp_path: Path) -> None:
    folder = tmp_path / "prometheus"
    folder.mkdir()
    (folder / "others.yaml").write_text(yaml.safe_dump(OTHERS))
    with prometheus(folder, FILES, lifecycle=False) as live:
        (folder / "rules").mkdir()
        more = f"pid_file: {folder}/pid, within: 20s"
        root = project(tmp_path / "catalog", target(live.url, folder / "rules", more))
        (folder / "pid").write_text("nobody\n")
        for plan in (True, False):
            with pytest.raises(FatalError, match="holds 'nobody', which is no process id"):
                deployed(root, plan=plan)
        assert not list((folder / "rules").iterdir())
        (folder / "pid").write_text(f"{live.process.pid}\n")
        assert deployed(root)[0] == Exit.OK
        assert "driftbook:orders-lag" in live.groups()


def test_json_for_programs(server: Live, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, said = deployed(root, plan=True, format_="json")
    assert (status, said) == (Exit.FINDINGS, "")
    told = json.loads(capsys.readouterr().out)
    assert {"how": "added", "what": "group", "name": "driftbook:watchdog"}.items() <= told[
        "changes"
    ][-1].items()
    assert {c["group"] for c in told["costs"]} == {c["name"] for c in told["changes"]}


def test_two_catalogs_share_a_server(server: Live, root: Path, tmp_path: Path) -> None:
    (server.folder / "second").mkdir()
    config = server.folder / "prometheus.yml"
    config.write_text(config.read_text() + "\n- second/current/*.rules.yaml\n")
    second = project(
        tmp_path / "second",
        target(server.url, server.folder / "second"),
        **{"orders-lag": "parcels-lag", "stock-": "depot-"},
    )
    assert deployed(root)[0] == Exit.OK
    said = deployed(second, plan=True)[1]
    assert "+ group driftbook:parcels-lag" in said
    assert "+ group driftbook:watchdog" in said
    assert "orders" not in said.partition("group   ")[0]
    assert deployed(second)[0] == Exit.OK
    for one in (root, second):
        for prune in (False, True):
            assert deployed(one, prune=prune) == (Exit.OK, "here: nothing to do\n")
    (second / "invariants/shop/stock-age.yaml").unlink()
    edit(second, "invariants/shop/stock-drift.yaml", "early: {above: 5,", "early: {above: 6,")
    assert deployed(second, prune=True)[0] == Exit.OK
    assert "driftbook:depot-age" not in server.groups()
    assert deployed(root) == (Exit.OK, "here: nothing to do\n")


def test_a_folder_that_is_mounted_elsewhere(server: Live, root: Path) -> None:
    """The server sees `rules/current`, relative to itself; here it is another path."""
    (server.folder / "mounted").symlink_to("rules")
    config = server.folder / "prometheus.yml"
    config.write_text(config.read_text().replace("rules/current", "mounted/current"))
    assert deployed(root)[0] == Exit.OK
    assert server.groups()["driftbook:orders-lag"]["file"].startswith("mounted/current/")
    assert deployed(root)[1] == "here: nothing to do\n"


def test_the_first_deployment_may_come_before_the_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, port = tmp_path / "prometheus", free_port()
    folder.mkdir()
    root = project(tmp_path / "catalog", target(f"http://127.0.0.1:{port}", folder / "rules"))
    status, said = deployed(root, plan=True)
    assert status == Exit.FINDINGS
    assert "! the first deployment: no Prometheus answers at http://127.0.0.1:" in said
    assert deployed(root)[0] == Exit.OK
    told = capsys.readouterr().err
    assert "nothing was read back" in told
    assert f"rule_files: [{folder}/rules/current/*.rules.yaml]" in told
    with prometheus(folder, ["rules/current/*.rules.yaml"], port=port):
        assert deployed(root) == (Exit.OK, "here: nothing to do\n")


@pytest.mark.parametrize("answer", [401, 404])
def test_a_server_that_refuses_is_no_first_deployment(
    server: Live, root: Path, answer: int
) -> None:
    with proxy(server.url) as between:
        through(root, server, between)
        between.before = lambda method, path: (answer, "")
        with pytest.raises(FatalError, match=f"answers {answer}"):
            deployed(root)
    assert not list((server.folder / "rules").iterdir())
