"""A real Prometheus and a real Alertmanager, as they should be, and with one thing wrong."""

import contextlib
import json
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from click import UsageError
from rich.console import Console

from driftbook import doctor as checks
from driftbook import names, pipeline, write
from driftbook.commands import doctor
from driftbook.errors import Exit, FatalError
from proving import real_engines
from sample import compiled
from servers import Live, alertmanager, edit, free_port, project, started, until

TARGET = "files: {kubernetes: {directory: k8s, namespace: monitoring}}"
METRICS = """\
orders_lag_seconds{source="us",target="eu"} 1
orders_lag_seconds{source="us",target="ap"} 1
stock_difference{source="us",target="eu"} 0
stock_age_seconds 5
"""


class Exporter(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = METRICS.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@dataclass(frozen=True)
class System:
    """root: of the project that both run."""

    root: Path
    prometheus: Live
    alertmanager: Live


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Everything as it should be: scraped every 2 s, evaluated every second."""
    base = tmp_path_factory.mktemp("doctor")
    changes = {"scrape_interval: 15s": "scrape_interval: 2s"}
    root = project(base / "project", TARGET, **changes)
    exporter = ThreadingHTTPServer(("127.0.0.1", 0), Exporter)
    threading.Thread(target=exporter.serve_forever, daemon=True).start()
    try:
        folder = base / "alertmanager"
        shutil.copytree(root / "rules/alertmanager", folder)
        with alertmanager(folder, "alertmanager.yaml") as router:
            config = {
                "global": {
                    "scrape_interval": "2s",
                    "evaluation_interval": "1s",
                    "external_labels": {"cluster": "test"},
                },
                "rule_files": [
                    f"{root}/rules/prometheus/shop/*.yaml",
                    f"{root}/rules/prometheus/*.yaml",
                ],
                "alerting": _targets("alertmanagers", router.url.removeprefix("http://")),
                "scrape_configs": [
                    {"job_name": "shop", **_targets("", f"127.0.0.1:{exporter.server_port}")}
                ],
            }
            with _prometheus(base / "prometheus", config) as ruler:
                made = System(root, ruler, router)
                with contextlib.suppress(AssertionError):
                    until(lambda: examined(made) == [], "nothing is wrong", 120)
                assert examined(made) == []
                yield made
    finally:
        exporter.shutdown()
        exporter.server_close()


def _targets(key: str, address: str) -> dict[str, Any]:
    static = {"static_configs": [{"targets": [address]}]}
    return {key: [static]} if key else static


def _prometheus(folder: Path, config: dict[str, Any]) -> Any:
    folder.mkdir()
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    port = free_port()
    command = [
        real_engines().prometheus.path,
        "--config.file=prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    ]
    return started(command, folder, port, "/-/ready", {})


def said(system: System, **options: Any) -> tuple[int, str]:
    """Status and text of `driftbook doctor`."""
    out = StringIO()
    console = Console(file=out, soft_wrap=True, highlight=False, width=200)
    given = {"url": system.prometheus.url, "alertmanager": system.alertmanager.url, **options}
    return doctor.run(system.root, console, **given), out.getvalue()


def examined(system: System, capsys: Any = None) -> list[str]:
    """`about: message` of every finding."""
    text = said(system)[1]
    return [line.rpartition(" [")[0] for line in text.splitlines() if line.endswith("]")]


@pytest.fixture
def edited(system: System, tmp_path: Path) -> System:
    """The same servers, and a copy of the project that a test may change."""
    return replace(system, root=shutil.copytree(system.root, tmp_path / "project"))


def test_a_system_as_it_should_be(system: System) -> None:
    status, text = said(system)
    assert status == Exit.OK
    assert text.endswith("Nothing is wrong.\n")
    assert "driftbook:orders-lag" in text


def test_rules_that_drifted(edited: System) -> None:
    edit(edited.root, "invariants/shop/orders-lag.yaml", "above: 30s", "above: 40s")
    assert any(
        "driftbook:orders-lag: it runs another alert: OrdersLag late above" in line
        for line in examined(edited)
    )


def test_rules_that_are_not_loaded(edited: System) -> None:
    path = edited.root / "invariants/shop/stock-drift.yaml"
    text = path.read_text().replace("name: stock-drift", "name: stock-apart")
    (path.parent / "stock-apart.yaml").write_text(text)
    path.unlink()
    write.write(edited.root, pipeline.compile_rules(compiled(edited.root)), pipeline.FOLDERS)
    found = examined(edited)
    assert "error driftbook:stock-apart: Prometheus does not load this group" in found
    told = "Prometheus runs this group, which the catalog no longer has"
    assert f"warning driftbook:stock-drift: {told}" in found


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("(orders_lag_seconds)", "(orders_delay_seconds)", "no series of orders_delay_seconds"),
        (
            "(orders_lag_seconds)",
            '(orders_lag_seconds{job="other"})',
            'no series of orders_lag_seconds{job="other"}, though orders_lag_seconds has others',
        ),
        (
            "(orders_lag_seconds)",
            "(orders_lag_seconds * on (source) group_left () (stock_age_seconds))",
            "the signal has no series, though all that it reads is there",
        ),
    ],
)
def test_signals_that_are_not_there(edited: System, old: str, new: str, told: str) -> None:
    """Asked under a new name, because the rules that run still record the old one."""
    path = edited.root / "invariants/shop/orders-lag.yaml"
    text = path.read_text().replace(old, new).replace("name: orders-lag", "name: orders-behind")
    path.write_text(text)
    _without_scenarios(edited.root)
    assert f"error orders-behind: {told}" in examined(edited)


def _without_scenarios(root: Path) -> None:
    shutil.rmtree(root / "tests")


def test_windows_that_hold_too_few_samples(edited: System) -> None:
    """A window that is narrower than the time between two scrapes."""
    old, new = "(stock_age_seconds)", "(max_over_time(stock_age_seconds[1s]))"
    edit(edited.root, "invariants/shop/stock-age.yaml", old, new)
    found = [line for line in examined(edited) if "stock-age: stock_age_seconds has" in line]
    assert len(found) == 1
    assert "too few for a window of 1 s" in found[0]


def test_series_that_come_slower_than_stated(edited: System) -> None:
    edit(edited.root, "invariants/catalog.yaml", "scrape_interval: 2s", "scrape_interval: 1s")
    assert any("the catalog states" in line for line in examined(edited))


def test_external_labels(edited: System) -> None:
    old, new = "external_labels: [cluster]", "external_labels: [replica]"
    edit(edited.root, "invariants/catalog.yaml", old, new)
    found = examined(edited)
    told = 'Prometheus has no external label "replica", which the catalog states'
    assert f"error replica: {told}" in found
    told = 'the external label "cluster" is not stated in the catalog'
    assert f"warning cluster: {told}" in found


def test_older_servers(edited: System) -> None:
    edit(edited.root, "invariants/catalog.yaml", '"2.42"', '"9.1"')
    edit(edited.root, "invariants/catalog.yaml", '"0.25"', '"9.2"')
    found = examined(edited)
    assert any("the catalog is compiled for 9.1" in line for line in found)
    assert any("the catalog is compiled for 9.2" in line for line in found)


def test_routes_that_drifted(edited: System) -> None:
    path = edited.root / "invariants/teams/shop.yaml"
    path.write_text(path.read_text().replace("name: shop", "name: store", 1))
    for file in (edited.root / "invariants").rglob("*.yaml"):
        file.write_text(file.read_text().replace("owner: shop", "owner: store"))
    write.write(edited.root, pipeline.compile_rules(compiled(edited.root)), pipeline.FOLDERS)
    assert any("receiver driftbook-store-late" in line for line in examined(edited))


def test_a_silenced_watchdog(system: System) -> None:
    silence = {
        "matchers": [{"name": "alertname", "value": names.WATCHDOG, "isRegex": False}],
        "startsAt": "2020-01-01T00:00:00Z",
        "endsAt": "2099-01-01T00:00:00Z",
        "createdBy": "test",
        "comment": "test",
    }
    url = f"{system.alertmanager.url}/api/v2"
    made = requests.post(f"{url}/silences", json=silence, timeout=30).json()["silenceID"]
    try:
        until(lambda: any("is silenced by" in line for line in examined(system)), "silenced")
    finally:
        requests.delete(f"{url}/silence/{made}", timeout=30)
    until(lambda: examined(system) == [], "not silenced any more")


def test_as_json(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    said(system, format_="json")
    data = json.loads(capsys.readouterr().out)
    assert data["findings"] == []
    lag = next(g for g in data["groups"] if g["group"] == "driftbook:orders-lag")
    assert lag["series"] > lag["rules"] / 2


def test_targets_bring_their_connection(edited: System) -> None:
    block = (
        f"  rules: {{prometheus: {{url: {edited.prometheus.url}, directory: /srv/a}}}}\n"
        f"  routes: {{alertmanager: {{url: {edited.alertmanager.url}, directory: /srv/b}}}}\n"
    )
    path = edited.root / "invariants/catalog.yaml"
    path.write_text(path.read_text() + block)
    options = {"url": "", "alertmanager": "", "target": ("rules", "routes")}
    assert said(edited, **options)[0] == Exit.OK
    with pytest.raises(UsageError, match='no target "nowhere"'):
        said(edited, url="", target=("nowhere",))


def test_nobody_answers(system: System) -> None:
    with pytest.raises(FatalError, match="cannot reach"):
        said(system, url=f"http://127.0.0.1:{free_port()}")


def test_something_else_answers(system: System) -> None:
    with pytest.raises(FatalError):
        said(system, url=system.alertmanager.url)


@pytest.fixture
def started_lately(edited: System, tmp_path: Path) -> Iterator[tuple[System, Path]]:
    """A second Prometheus for the same Alertmanager, of which a test writes the configuration."""
    folder = tmp_path / "lately"
    config = {"global": {"evaluation_interval": "1s", "external_labels": {"cluster": "test"}}}
    with _prometheus(folder, config) as ruler:
        yield replace(edited, prometheus=ruler), folder / "prometheus.yml"


def test_what_a_start_leaves_missing_for_a_while(started_lately: tuple[System, Path]) -> None:
    system, path = started_lately
    found: list[str] = []
    looks = threading.Thread(target=lambda: found.extend(examined(system)))
    looks.start()
    time.sleep(1.5)
    config = yaml.safe_load(path.read_text())
    config["rule_files"] = [f"{system.root}/rules/prometheus/*.yaml"]
    address = system.alertmanager.url.removeprefix("http://")
    config["alerting"] = _targets("alertmanagers", address)
    path.write_text(yaml.safe_dump(config))
    system.prometheus.process.send_signal(signal.SIGHUP)
    looks.join()
    assert not any("sends its alerts to no" in line for line in found)
    assert not any("watchdog does not" in line for line in found)


def test_a_server_that_started_lately_is_told(
    started_lately: tuple[System, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    system, _ = started_lately
    edit(system.root, "invariants/catalog.yaml", "tion_interval: 1s", "tion_interval: 30s")
    monkeypatch.setattr(checks.examine, "__defaults__", (lambda name: None, 0.0))
    told = "(Prometheus started "
    found = [line for line in examined(system) if told in line]
    assert any("sends its alerts to no Alertmanager" in line for line in found)
    assert any("the watchdog does not fire in Prometheus" in line for line in found)
    assert all("s ago and evaluates every 30 s" in line for line in found)
