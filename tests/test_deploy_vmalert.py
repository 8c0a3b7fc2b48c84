"""Deployments to Debian's vmalert, which is older than `keep_firing_for`, with VictoriaMetrics."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from driftbook.errors import Exit, FatalError
from servers import Live, deployed, edit, free_port, project, proxy, started, until
from stores import environment, need

STOCK = "invariants/shop/stock-drift.yaml"
LATE = 'orders_lag_seconds{source="us",target="eu"} 100\n'


@contextmanager
def vmalert(folder: Path, without: str = "-") -> Iterator[Live]:
    """With a VictoriaMetrics on which orders are late everywhere. without: an option."""
    store, program = need("victoria-metrics"), need("vmalert")
    port, own = free_port(), free_port()
    (folder / "store").mkdir()
    command: list[object] = [store, f"-storageDataPath={folder}/store/data"]
    command += [f"-httpListenAddr=127.0.0.1:{port}", "-search.latencyOffset=0s"]
    with started(command, folder / "store", port, "/health", environment(store)) as data:
        command = [
            program,
            "-rule=rules/current/*.rules.yaml",
            f"-datasource.url={data.url}",
            "-remoteWrite.flushInterval=200ms",
            f"-remoteWrite.url={data.url}",
            f"-notifier.url={data.url}",
            f"-httpListenAddr=127.0.0.1:{own}",
        ]
        command = [part for part in command if not str(part).startswith(f"{without}=")]
        with (
            started(command, folder, own, "/health", environment(program)) as live,
            fed(f"{data.url}/api/v1/import/prometheus"),
        ):
            yield live


@contextmanager
def fed(url: str) -> Iterator[None]:
    """A sample each half second, as a scrape would bring it."""
    over = threading.Event()

    def feed() -> None:
        while not over.wait(0.5):
            assert requests.post(url, data=LATE, timeout=9).status_code == 204

    thread = threading.Thread(target=feed)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Live]:
    folder = tmp_path / "vmalert"
    (folder / "rules" / "versions").mkdir(parents=True)
    with vmalert(folder) as live:
        yield live


def target(url: str, directory: Path, more: str = "") -> str:
    return f"here: {{vmalert: {{url: '{url}', directory: {directory}, within: 6s{more}}}}}"


@pytest.fixture
def root(tmp_path: Path, server: Live) -> Path:
    """It drops what this vmalert does not know."""
    more = ", keep_firing_for: drop"
    return project(tmp_path / "catalog", target(server.url, server.folder / "rules", more))


def test_alerts_that_it_would_refuse_are_named_and_nothing_is_done(
    tmp_path: Path, server: Live
) -> None:
    root = project(tmp_path / "catalog", target(server.url, server.folder / "rules"))
    with pytest.raises(FatalError) as caught:
        deployed(root)
    said = "does not know keep_firing_for, which OrdersLag late above have"
    assert said in str(caught.value)
    assert "keep_firing_for: drop" in caught.value.hint
    assert not (server.folder / "rules" / "current").exists()


def test_without_what_it_refuses_every_group_runs(server: Live, root: Path) -> None:
    status, said = deployed(root)
    assert status == Exit.OK
    assert "which OrdersLag late above have: they are deployed without" in said
    assert len(server.groups()) == 4
    text = (server.folder / "rules/current/orders-lag.rules.yaml").read_text()
    whole = (root / "rules/prometheus/shop/orders-lag.rules.yaml").read_text()
    lines = [line for line in whole.split("\n") if "keep_firing_for:" not in line]
    assert text.split("\n") == lines
    assert deployed(root)[1].endswith("here: nothing to do\n")


def test_a_new_query_restarts_an_alert_and_a_new_text_does_not(server: Live, root: Path) -> None:
    deployed(root)
    until(
        lambda: [a for a in server.alerts("pending") if a.get("stage") == "early"],
        "an alert is pending",
    )
    edit(root, "invariants/shop/orders-lag.yaml", "is {{ $value", "is now {{ $value")
    said = deployed(root, plan=True)[1]
    assert "~ alert OrdersLag early above: annotation description" in said
    assert "restarts" not in said
    edit(root, "invariants/shop/orders-lag.yaml", "early: {above: 5s", "early: {above: 6s")
    said = deployed(root, plan=True)[1]
    assert "pending and restarts: the query of its rule changes" in said
    assert deployed(root)[0] == Exit.OK


def test_what_it_refuses_is_undone(server: Live, root: Path) -> None:
    deployed(root)
    before = {p.name: p.read_bytes() for p in (server.folder / "rules/current").iterdir()}
    path = root / "invariants/catalog.yaml"
    path.write_text(path.read_text().replace(", keep_firing_for: drop", ""))
    edit(root, STOCK, "early: {above: 5,", "early: {above: 6,")
    with proxy(server.url) as between:  # nobody can tell what it knows, so it is tried
        between.before = lambda method, path: (403, "") if path == "/flags" else None
        edit(root, "invariants/catalog.yaml", server.url, between.url)
        with pytest.raises(FatalError) as caught:
            deployed(root)
    assert "vmalert refuses the files: its last reload failed" in str(caught.value)
    assert "vmalert runs what it ran before" in str(caught.value)
    assert {p.name: p.read_bytes() for p in (server.folder / "rules/current").iterdir()} == before


@pytest.mark.parametrize("option", ["-remoteWrite.url", "-notifier.url"])
def test_a_server_that_lacks_what_rules_need(tmp_path: Path, option: str) -> None:
    folder = tmp_path / "vmalert"
    (folder / "rules" / "versions").mkdir(parents=True)
    with vmalert(folder, without=option) as server:
        more = ", keep_firing_for: drop"
        root = project(tmp_path / "catalog", target(server.url, folder / "rules", more))
        with pytest.raises(FatalError, match="vmalert refuses the files") as caught:
            deployed(root)
    assert option in caught.value.hint


@pytest.mark.parametrize("keeps", [True, False])
def test_the_first_deployment_may_come_before_the_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], keeps: bool
) -> None:
    more = "" if keeps else ", keep_firing_for: drop"
    url = f"http://127.0.0.1:{free_port()}"
    root = project(tmp_path / "catalog", target(url, tmp_path / "rules", more))
    status, said = deployed(root)
    assert status == Exit.OK
    assert "! the first deployment: no vmalert answers" in said
    assert "vmalert before 1.92 does not know keep_firing_for, which OrdersLag late" in said
    assert "-remoteWrite.url=" in capsys.readouterr().err
    text = (tmp_path / "rules/current/orders-lag.rules.yaml").read_text()
    assert ("keep_firing_for:" in text) is keeps
