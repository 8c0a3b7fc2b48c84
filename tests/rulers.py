"""A ruler as Mimir documents its API, held by promtool and amtool to what a real one refuses.

It knows tenants, namespaces and limits; what is stored is evaluated a moment later, as in a
cluster. `DRIFTBOOK_MIMIR_URL` names a real one, which then takes its place.
"""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml

from driftbook.units import seconds
from proving import real_engines

REAL = os.environ.get("DRIFTBOOK_MIMIR_URL", "")
CONFIG, ALERTS, RUNNING = (
    "/prometheus/config/v1/rules",
    "/api/v1/alerts",
    "/prometheus/api/v1/rules",
)
FORBIDDEN = "_file"
Answer = tuple[int, str]


@dataclass(slots=True)
class Tenant:
    """stored: namespace -> group name -> group. runs: the same, as the rulers have loaded it."""

    stored: dict[str, dict[str, Any]] = field(default_factory=dict)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    alertmanager: dict[str, Any] | None = None


@dataclass(slots=True)
class Mimir:
    """delay: seconds until what is stored is evaluated. before: may answer in its place.

    most_rules: limit of rules in a group. seen: `METHOD /path` of every request.
    """

    url: str = ""
    delay: float = 0.2
    most_rules: int = 20
    before: Callable[[str, str], Answer | None] = lambda method, path: None
    tenants: dict[str, Tenant] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, tenant: str, kind: str, body: bytes) -> Answer:
        self.seen.append(f"{method} {path}")
        if said := self.before(method, path):
            return said
        if not tenant:
            return 401, "no org id"
        own = self.tenants.setdefault(tenant, Tenant())
        if path == ALERTS:
            return self._alertmanager(own, method, body)
        if path == RUNNING:
            return 200, _as_prometheus(own.runs)
        if not path.startswith(f"{CONFIG}/"):
            return 404, "404 page not found"
        parts = [unquote(part) for part in path.removeprefix(f"{CONFIG}/").split("/")]
        if kind != "application/yaml" and method == "POST":
            return 400, "not YAML"
        return self._rules(own, method, parts, body)

    def _rules(self, own: Tenant, method: str, parts: list[str], body: bytes) -> Answer:
        namespace, group = parts[0], parts[1] if len(parts) == 2 else ""
        there = own.stored.setdefault(namespace, {})
        if method == "GET" and not group:
            return 200, yaml.safe_dump({namespace: list(there.values())} if there else {})
        if method == "DELETE" and group:
            if group not in there:
                return 404, "group does not exist"
            del there[group]
        elif method == "POST" and not group:
            if said := self._unfit(body):
                return 400, said
            data = yaml.safe_load(body)
            there[data["name"]] = data
        else:
            return 405, ""
        self._load(own)
        return 202, '{"status":"success","data":null,"errorType":"","error":""}'

    def _load(self, own: Tenant) -> None:
        def load() -> None:
            time.sleep(self.delay)
            own.runs = {name: dict(groups) for name, groups in own.stored.items()}

        threading.Thread(target=load, daemon=True).start()

    def _unfit(self, body: bytes) -> str:
        """Why a ruler does not take a group, or ""."""
        group = yaml.safe_load(body)
        if not isinstance(group, dict) or not {"name", "rules"} <= group.keys():
            return "unable to decode rule group"
        if len(group["rules"]) > self.most_rules:
            return (
                f"per-user rules per rule group limit (limit: {self.most_rules} "
                f"actual: {len(group['rules'])}) exceeded"
            )
        return _refused([real_engines().promtool.path, "check", "rules"], {"groups": [group]})

    def _alertmanager(self, own: Tenant, method: str, body: bytes) -> Answer:
        if method == "GET":
            if own.alertmanager is None:
                return 404, "alertmanager storage object not found"
            return 200, yaml.safe_dump(own.alertmanager)
        if method == "DELETE":
            own.alertmanager = None
            return 200, ""
        given = yaml.safe_load(body)
        if given.keys() != {"alertmanager_config", "template_files"}:
            return 400, "error unmarshalling the YAML"
        config = yaml.safe_load(given["alertmanager_config"])
        if named := [key for key in _keys(config) if key.endswith(FORBIDDEN)]:
            return 400, f"error validating Alertmanager config: setting {named[0]} is not allowed"
        files = given["template_files"]
        said = _refused([real_engines().amtool.path, "check-config"], config, files)
        if said:
            return 400, f"error validating Alertmanager config: {said}"
        own.alertmanager = given
        return 201, ""


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def _refused(command: list[Any], data: Any, files: dict[str, str] | None = None) -> str:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (files or {}).items():
            Path(folder, name).write_text(text)
        path = Path(folder, "given.yaml")
        path.write_text(yaml.safe_dump(data))
        done = subprocess.run([*command, path], capture_output=True, text=True)
        return "" if done.returncode == 0 else done.stdout + done.stderr


def _as_prometheus(namespaces: dict[str, dict[str, Any]]) -> str:
    import json

    groups = [
        {
            "name": group["name"],
            "file": namespace,
            "interval": seconds(group["interval"]),
            "evaluationTime": 0.001,
            "rules": [_rule(rule) for rule in group["rules"]],
        }
        for namespace, there in namespaces.items()
        for group in there.values()
    ]
    return json.dumps({"status": "success", "data": {"groups": groups}})


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    alert = "alert" in rule
    return {
        "type": "alerting" if alert else "recording",
        "name": rule["alert" if alert else "record"],
        "query": rule["expr"],
        "labels": rule.get("labels", {}),
        "annotations": rule.get("annotations", {}),
        "duration": seconds(rule.get("for", "0s")),
        "keepFiringFor": seconds(rule.get("keep_firing_for", "0s")),
        "alerts": [],
    }


@contextmanager
def mimir() -> Iterator[Mimir]:
    """The server on a free port."""
    state = Mimir()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = urlsplit(self.path).path
            tenant = self.headers.get("X-Scope-OrgID", "")
            kind = self.headers.get("Content-Type", "")
            status, text = state.answer(self.command, path, tenant, kind, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = do_DELETE = _answer

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
