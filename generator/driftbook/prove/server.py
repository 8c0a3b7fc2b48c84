"""A real Alertmanager on a free loopback port, for as long as a `with` block lasts."""

import os
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import requests
import yaml

from driftbook.errors import FatalError
from driftbook.prove.engines import SHARE_NAME, Engines, share
from driftbook.prove.workers import Workers

BATCH = 2000
"""Alerts in one request."""
TRIES = 5
"""Ports to try: a free one can be taken by someone else before Alertmanager has it."""
BOOT = 60.0
"""Seconds for Alertmanager to be ready, on a busy machine; usually 0.1."""
_BARRIER = "driftbook_barrier"

Labels = Mapping[str, str]


class Alertmanager:
    """A client of one running server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._alerts = f"{url}/api/v2/alerts"
        self._http = requests.Session()
        self._http.trust_env = False  # a proxy has no business on the loopback
        self._started = datetime.now(UTC)

    def post(self, alerts: Sequence[Labels]) -> None:
        """Raise alerts that last."""
        times = {
            "startsAt": self._started.isoformat(),
            "endsAt": (self._started + timedelta(hours=6)).isoformat(),
        }
        for start in range(0, len(alerts), BATCH):
            batch = [{"labels": dict(labels), **times} for labels in alerts[start : start + BATCH]]
            answer = self._http.post(self._alerts, json=batch, timeout=60)
            if answer.status_code != 200:
                raise FatalError(f"Alertmanager refuses alerts: {answer.text[:300]}")

    def get(self) -> list[dict[str, Any]]:
        """Every alert with its receivers and what inhibits it, once all that was posted counts.

        Inhibition is computed from a cache that follows the posts in their order; a pair of
        alerts of our own, the source posted last, shows when it has caught up.
        """
        self.post([{"alertname": _BARRIER, _BARRIER: "target"}])
        self.post([{"alertname": _BARRIER, _BARRIER: "source"}])
        deadline = time.monotonic() + BOOT
        while time.monotonic() < deadline:
            answer = self._http.get(
                self._alerts, params={"filter": f'{_BARRIER}="target"'}, timeout=60
            )
            if any(alert["status"]["inhibitedBy"] for alert in answer.json()):
                alerts: list[dict[str, Any]] = self._http.get(self._alerts, timeout=120).json()
                return [alert for alert in alerts if _BARRIER not in alert["labels"]]
            time.sleep(0.02)
        raise FatalError("Alertmanager does not take in the alerts that it was sent")


@contextmanager
def alertmanager(
    config: Mapping[str, Any],
    engines: Engines,
    workers: Workers,
    templates: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Alertmanager]:
    """A fresh server with this configuration; nothing of it is left behind.

    templates: the files that lie beside the configuration, by name.
    """
    token = f"driftbook_{secrets.token_hex(8)}"
    rules = [*(config.get("inhibit_rules") or []), _barrier_rule(token)]
    text = yaml.dump({**config, "inhibit_rules": rules}, Dumper=yaml.CSafeDumper, width=10**6)
    with tempfile.TemporaryDirectory(prefix="driftbook-alertmanager-") as name:
        folder = Path(name)
        for file, content in {"config.yaml": text, **templates}.items():
            (folder / file).write_text(content, encoding="utf-8")
        if files := share(engines.alertmanager):
            (folder / SHARE_NAME).symlink_to(files)
        for _ in range(TRIES):
            port = _free_port()
            with workers.serve(_command(engines, port), folder, _environment()) as process:
                if _ready(process, port, token):
                    yield Alertmanager(f"http://127.0.0.1:{port}")
                    return
        said = (folder / "log").read_text(encoding="utf-8", errors="replace").strip()
        raise FatalError(f"Alertmanager does not start: {said[-500:]}")


def _barrier_rule(token: str) -> dict[str, Any]:
    """See `Alertmanager.get`. The token, a label that nobody has, tells our server from others."""
    return {
        "equal": [token],
        "source_matchers": [f'{_BARRIER}="source"'],
        "target_matchers": [f'{_BARRIER}="target"'],
    }


def _command(engines: Engines, port: int) -> list[object]:
    return [
        engines.alertmanager.path,
        "--config.file=config.yaml",
        "--storage.path=data",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        "--log.level=warn",
    ]


def _environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _ready(process: subprocess.Popen[str], port: int, token: str) -> bool:
    """Whether it came up; it ends by itself when the port is taken or the configuration bad."""
    deadline = time.monotonic() + BOOT
    http = requests.Session()
    http.trust_env = False
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if token in http.get(f"http://127.0.0.1:{port}/api/v2/status", timeout=5).text:
                return True
        except requests.RequestException:
            pass
        time.sleep(0.02)
    return False
