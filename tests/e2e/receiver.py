"""Where every notification arrives: a webhook receiver that remembers what, for whom and when."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Told:
    """One alert in a notification.

    at: unix time of its arrival. path: that of the address it was sent to. receiver: as
    Alertmanager calls it. status: `firing` or `resolved`.
    """

    at: float
    path: str
    receiver: str
    status: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]

    @property
    def key(self) -> tuple[str, str]:
        """Invariant and stage, both "" for the watchdog."""
        return self.labels.get("invariant", ""), self.labels.get("stage", "")

    def __str__(self) -> str:
        name, stage = self.key
        return f"{self.status} {name or self.labels['alertname']} {stage} at {self.receiver}"


class Receiver:
    """url: of the server. Everything that has arrived, in order, by the cluster it comes from."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._told: list[Told] = []
        self._links: list[str] = []
        self._lock = threading.Lock()

    def take(self, path: str, body: bytes) -> None:
        """Remember one message of Alertmanager's webhook, or the links of one to Slack."""
        message = json.loads(body)
        if path == "/slack":
            with self._lock:
                self._links += [shown["title_link"] for shown in message["attachments"]]
            return
        at = time.time()
        with self._lock:
            self._told += [
                Told(at, path, message["receiver"], a["status"], a["labels"], a["annotations"])
                for a in message["alerts"]
            ]

    def told(self, cluster: str = "") -> list[Told]:
        """What has arrived from a cluster, or from all."""
        with self._lock:
            return [t for t in self._told if cluster in ("", t.labels.get("cluster"))]

    def links(self) -> list[str]:
        """The links that messages to Slack carried."""
        with self._lock:
            return list(self._links)


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A running receiver."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            here.take(self.path, self.rfile.read(length))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Silence: the base class would write to standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = Receiver(server.server_port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
