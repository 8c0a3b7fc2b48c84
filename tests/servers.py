"""Real servers that a test deploys to, and a proxy before them that can be made to misbehave."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import requests
import yaml
from rich.console import Console

from driftbook import pipeline, write
from driftbook.commands import deploy
from driftbook.prove.engines import SHARE_NAME, share
from driftbook.prove.server import _free_port as free_port
from driftbook.prove.workers import Workers
from proving import files, real_engines
from sample import compiled, write_files

BOOT = 60.0
RULES = "current/*.rules.yaml"


@dataclass(slots=True)
class Live:
    """A server of a test. folder: where it was started."""

    url: str
    folder: Path
    process: subprocess.Popen[str]

    def get(self, path: str) -> Any:
        return requests.get(f"{self.url}{path}", timeout=30).json()

    def groups(self) -> dict[str, dict[str, Any]]:
        """The rule groups that it runs, by name."""
        return {g["name"]: g for g in self.get("/api/v1/rules")["data"]["groups"]}

    def reload(self) -> None:
        assert requests.post(f"{self.url}/-/reload", timeout=30).status_code == 200

    def alerts(self, state: str) -> list[dict[str, str]]:
        """Labels of the alerts that are in a state."""
        rules = (rule for group in self.groups().values() for rule in group["rules"])
        alerts = (alert for rule in rules for alert in rule.get("alerts") or ())
        return [alert["labels"] for alert in alerts if alert["state"] == state]


def until(true: Callable[[], Any], what: str, seconds: float = BOOT) -> Any:
    """Waits for something to be so, and gives it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := true():
            return result
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds:g} s: {what}")


@contextmanager
def started(
    command: list[object], folder: Path, port: int, ready: str, environment: Mapping[str, str]
) -> Iterator[Live]:
    url = f"http://127.0.0.1:{port}"
    with Workers(1) as workers, workers.serve(command, folder, environment) as process:

        def answers() -> bool:
            assert process.poll() is None, (folder / "log").read_text()
            try:
                return requests.get(f"{url}{ready}", timeout=5).status_code == 200
            except requests.RequestException:
                return False

        until(answers, f"{command[0]} answers")
        yield Live(url, folder, process)


@contextmanager
def prometheus(
    folder: Path, rule_files: list[str], *options: str, port: int = 0, lifecycle: bool = True
) -> Iterator[Live]:
    """A Prometheus that evaluates every second. It may be started again in the same folder."""
    folder.mkdir(exist_ok=True)
    config = {
        "global": {"evaluation_interval": "1s", "scrape_interval": "1s"},
        "rule_files": rule_files,
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    port = port or free_port()
    command = [
        real_engines().prometheus.path,
        "--config.file=prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
        *(["--web.enable-lifecycle"] if lifecycle else []),
        *options,
    ]
    with started(command, folder, port, "/-/ready", {}) as live:
        yield live


@contextmanager
def alertmanager(folder: Path, config: str, port: int = 0) -> Iterator[Live]:
    """An Alertmanager with the configuration at a path."""
    folder.mkdir(exist_ok=True)
    engine = real_engines().alertmanager
    if (own := share(engine)) and not (folder / SHARE_NAME).exists():
        (folder / SHARE_NAME).symlink_to(own)
    port = port or free_port()
    command = [
        engine.path,
        f"--config.file={config}",
        "--storage.path=data",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        "--log.level=warn",
    ]
    environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    with started(command, folder, port, "/-/ready", environment) as live:
        yield live


# --- a project ----------------------------------------------------------------------------------


def project(root: Path, targets: str, **changes: str) -> Path:
    """A small catalog with targets, compiled, and evaluated every second.

    targets: YAML below `targets:`. changes: text of the documents that gives way to another.
    """
    documents = files()
    for name, text in documents.items():
        for old, new in {"evaluation_interval: 30s": "evaluation_interval: 1s", **changes}.items():
            text = text.replace(old, new)
        documents[name] = text
    indented = re.sub(r"(?m)^", "  ", targets.strip())
    documents["invariants/catalog.yaml"] += f"targets:\n{indented}\n"
    write_files(root, documents)
    write.write(root, pipeline.compile_rules(compiled(root)), pipeline.FOLDERS)
    return root


def edit(root: Path, file: str, old: str, new: str) -> None:
    """Changes a document of a project, and compiles it again."""
    path = root / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    write.write(root, pipeline.compile_rules(compiled(root)), pipeline.FOLDERS)


def deployed(root: Path, target: str = "here", **options: Any) -> tuple[int, str]:
    """Runs `driftbook deploy` with a yes: its status, and what it wrote."""
    out = StringIO()
    console = Console(file=out, soft_wrap=True, highlight=False, width=200)
    given = {"yes": True, "unproved": True, **options}
    return deploy.run(root, console, target=target, **given), out.getvalue()


def command(root: Path, *options: str, target: str = "here") -> list[str]:
    """The same as a process of its own."""
    program = str(Path(sys.executable).parent / "driftbook")
    return [program, "-C", str(root), "deploy", target, "--yes", "--unproved", *options]


# --- a proxy ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Proxy:
    """Stands before a server. before: is told method and path, and may answer in its place.

    trickle: answers come a byte at a time. seen: `METHOD /path` of every request, and its headers.
    """

    url: str
    before: Callable[[str, str], tuple[int, str] | None] = lambda method, path: None
    trickle: bool = False
    seen: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def paths(self) -> list[str]:
        return [what for what, _ in self.seen]


@contextmanager
def proxy(url: str, wrap: Callable[[Any], Any] = lambda socket: socket) -> Iterator[Proxy]:
    """wrap: makes a TLS socket of the listening one."""

    class Handler(BaseHTTPRequestHandler):
        def _pass(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            state.seen.append((f"{self.command} {self.path}", dict(self.headers)))
            if answer := state.before(self.command, self.path):
                status, text = answer
            else:
                got = requests.request(self.command, url + self.path, data=body, timeout=60)
                status, text = got.status_code, got.text
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            with suppress(OSError):
                for part in text.encode() if state.trickle else [text.encode()]:
                    self.wfile.write(bytes([part]) if isinstance(part, int) else part)
                    self.wfile.flush()
                    time.sleep(0.3 * state.trickle)

        do_GET = do_POST = do_PUT = do_DELETE = _pass

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.socket = wrap(server.socket)
    state = Proxy(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
