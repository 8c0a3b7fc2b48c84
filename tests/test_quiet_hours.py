"""What the pages of receivers say of the hours outside of which nothing is sent, by Alertmanager.

The hours begin by a reload of the configuration.
"""

import contextlib
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
import yaml

from driftbook.prove import server
from driftbook.prove.engines import SHARE_NAME, share
from driftbook.prove.workers import Workers
from proving import real_engines

ALL_DAY = {"times": [{"start_time": "00:00", "end_time": "24:00"}]}
NEVER = {"years": ["1999"]}
FLUSHES = 3.5
"""Seconds in which every group has been looked at several times."""


class Told:
    """A webhook: names of alerts with their state, as they come."""

    def __init__(self) -> None:
        told: list[tuple[str, str]] = []
        self.all = told

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                told.extend((a["labels"]["alertname"], a["status"]) for a in body["alerts"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self) -> list[tuple[str, str]]:
        """What came since the last time."""
        found, self.all[:] = sorted(self.all), []
        return found

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Duty:
    """An Alertmanager with one route that has hours."""

    def __init__(self, folder: Path, url: str, told: str) -> None:
        self._folder, self._url, self._told = folder, url, told
        self._http = requests.Session()
        self._http.trust_env = False

    def configure(self, hours: Mapping[str, object]) -> None:
        route = {"group_by": ["alertname"], "group_wait": "0s", "group_interval": "1s"}
        config = {
            "route": {
                "receiver": "webhook",
                "repeat_interval": "1h",
                **route,
                "routes": [{"matchers": ['a!=""'], "active_time_intervals": ["duty"]}],
            },
            "receivers": [{"name": "webhook", "webhook_configs": [{"url": self._told}]}],
            "time_intervals": [{"name": "duty", "time_intervals": [hours]}],
        }
        (self._folder / "config.yaml").write_text(yaml.safe_dump(config))

    def change(self, hours: Mapping[str, object]) -> None:
        self.configure(hours)
        self._http.post(f"{self._url}/-/reload", timeout=30).raise_for_status()

    def post(self, name: str, *, ends: bool = False) -> None:
        end = datetime.now(UTC) + (timedelta() if ends else timedelta(hours=1))
        alert = {"labels": {"alertname": name, "a": "b"}, "endsAt": end.isoformat()}
        self._http.post(f"{self._url}/api/v2/alerts", json=[alert], timeout=30).raise_for_status()

    def states(self) -> dict[str, str]:
        found = self._http.get(f"{self._url}/api/v2/alerts", timeout=30).json()
        return {a["labels"]["alertname"]: a["status"]["state"] for a in found}

    def ready(self) -> None:
        end = time.monotonic() + server.BOOT
        while time.monotonic() < end:
            with contextlib.suppress(requests.RequestException):
                if self._http.get(f"{self._url}/-/ready", timeout=5).ok:
                    return
            time.sleep(0.05)
        raise AssertionError("Alertmanager does not start")


@pytest.fixture
def told() -> Iterator[Told]:
    webhook = Told()
    yield webhook
    webhook.close()


@pytest.fixture
def duty(tmp_path: Path, told: Told) -> Iterator[Duty]:
    engines = real_engines()
    if files := share(engines.alertmanager):
        (tmp_path / SHARE_NAME).symlink_to(files)
    port = server._free_port()
    made = Duty(tmp_path, f"http://127.0.0.1:{port}", told.url)
    made.configure(NEVER)
    environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    with Workers() as workers, workers.serve(server._command(engines, port), tmp_path, environment):
        made.ready()
        yield made


def test_what_happens_outside_the_hours(duty: Duty, told: Told) -> None:
    for name in ("Lasts", "Ends"):
        duty.post(name)
    time.sleep(FLUSHES)
    assert told.take() == [], "outside the hours nothing is sent"
    assert set(duty.states().values()) == {"active"}, "the alerts are there all the same"
    duty.post("Ends", ends=True)
    time.sleep(FLUSHES)

    duty.change(ALL_DAY)
    time.sleep(FLUSHES)
    assert told.take() == [("Lasts", "firing")], "what ended is never told"
