"""The whole way: metrics, Prometheus with the compiled rules, Alertmanager with the routes, sink.

Here the real Prometheus loads every rule file at once and adds its external label.
"""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
import yaml
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from driftbook import names, pipeline, write
from driftbook.checks import example
from driftbook.prove import alertmanager, server
from driftbook.prove.sink import sink
from driftbook.prove.workers import Workers
from proving import LAG_RULES, files, real_engines
from sample import compiled, write_files

SOON = 90.0
"""Seconds for what happens within 10 on an idle machine."""


@contextmanager
def exporter(registry: CollectorRegistry) -> Iterator[str]:
    """Serves the metrics of a registry; yields host and port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(generate_latest(registry))

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{httpd.server_port}"
    finally:
        httpd.shutdown()
        httpd.server_close()


def quick(root: Path) -> None:
    """The small catalog, evaluated every second, compiled."""
    made = files()
    made[example.CATALOG] = (
        made[example.CATALOG]
        .replace("scrape_interval: 15s", "scrape_interval: 1s")
        .replace("evaluation_interval: 30s", "evaluation_interval: 1s")
    )
    lag = "invariants/shop/orders-lag.yaml"
    made[lag] = made[lag].replace("for: 2m, keep", "for: 3s, keep").replace("for: 1m", "for: 1s")
    catalog = compiled(write_files(root, made))
    write.write(root, pipeline.compile_rules(catalog), pipeline.FOLDERS)
    assert (root / LAG_RULES).is_file()


@contextmanager
def prometheus(root: Path, target: str, alertmanager_url: str, workers: Workers) -> Iterator[str]:
    """A real Prometheus with the compiled rules; yields its address.

    It takes no wildcard for a folder, so the rules of all services are copied into one, as the
    documentation says.
    """
    (root / "flat").mkdir()
    for path in (root / names.RULES).rglob("*.rules.yaml"):
        shutil.copy(path, root / "flat")
    port = server._free_port()
    config = {
        "global": {
            "scrape_interval": "1s",
            "evaluation_interval": "1s",
            "external_labels": {"cluster": "eu-1"},
        },
        "rule_files": [str(root / "flat" / "*.rules.yaml")],
        "scrape_configs": [{"job_name": "x", "static_configs": [{"targets": [target]}]}],
        "alerting": {
            "alertmanagers": [
                {"static_configs": [{"targets": [alertmanager_url.removeprefix("http://")]}]}
            ]
        },
    }
    folder = root / "prometheus"
    folder.mkdir()
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    command = [
        real_engines().prometheus.path,
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        f"--web.listen-address=127.0.0.1:{port}",
        "--rules.alert.resend-delay=1s",  # what fires before it knows its Alertmanager is lost
    ]
    with workers.serve(command, folder, {}):
        yield f"http://127.0.0.1:{port}"


def rules(url: str) -> list[dict[str, object]]:
    """What Prometheus says of its rules, once it has evaluated them all."""
    deadline = time.monotonic() + SOON
    while time.monotonic() < deadline:
        try:
            groups = requests.get(f"{url}/api/v1/rules", timeout=10).json()["data"]["groups"]
        except (requests.RequestException, ValueError):
            groups = []
        found = [rule for group in groups for rule in group["rules"]]
        if found and all(rule["health"] != "unknown" for rule in found):
            return found
        time.sleep(0.2)
    pytest.fail("Prometheus does not evaluate the rules")


def test_from_metric_to_receiver(tmp_path: Path) -> None:
    quick(tmp_path)
    registry = CollectorRegistry()
    lag = Gauge("orders_lag_seconds", "lag", ["source", "target"], registry=registry)
    lag.labels("us", "eu").set(45)
    lag.labels("us", "ap").set(45)
    routes = yaml.safe_load((tmp_path / names.ALERTMANAGER).read_text())
    engines = real_engines()
    with Workers() as workers, exporter(registry) as target, sink() as drill:
        loud = alertmanager._loud(routes, drill.url)
        loud["inhibit_rules"] = routes["inhibit_rules"]
        with (
            server.alertmanager(loud, engines, workers) as alerts,
            prometheus(tmp_path, target, alerts.url, workers) as prometheus_url,
        ):
            health = {rule["health"] for rule in rules(prometheus_url)}
            assert health == {"ok"}
            common = {"cluster": "eu-1"}
            heartbeat = {"alertname": names.WATCHDOG, "severity": "none", **common}
            late = {
                "alertname": "OrdersLag",
                "invariant": "orders-lag",
                "stage": "late",
                "condition": "above",
                "severity": "critical",
                "service": "shop",
                "dataset": "orders",
                "owner": "shop",
                "tier": "1",
                "source": "us",
                "target": "eu",
                **common,
            }
            wanted = {
                (names.WATCHDOG_RECEIVER, frozenset(heartbeat.items())),
                ("driftbook-shop-late", frozenset(late.items())),
            }
            assert drill.wait(wanted, SOON) == set()
            stages = {
                (a["labels"]["stage"], a["labels"].get("target")): bool(a["status"]["inhibitedBy"])
                for a in alerts.get()
                if a["labels"].get("invariant") == "orders-lag"
                and a["labels"]["condition"] == "above"
            }
    assert stages[("late", "eu")] is False
    assert stages[("early", "eu")] is True, "late hides early at the same place"
    assert stages[("early", "ap")] is False, "and not at another, whose bound is an override's"
    assert ("late", "ap") not in stages
