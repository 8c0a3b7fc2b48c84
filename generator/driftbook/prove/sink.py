"""A webhook receiver on the loopback that remembers what Alertmanager delivers to whom."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Delivery = tuple[str, frozenset[tuple[str, str]]]
"""Receiver, and the labels of an alert that it was told of."""


class Sink:
    """url: where webhooks go. delivered: grows while it runs."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.delivered: set[Delivery] = set()
        self._more = threading.Condition()

    def take(self, body: bytes) -> None:
        """Remember one webhook message."""
        message = json.loads(body)
        with self._more:
            for alert in message["alerts"]:
                self.delivered.add((message["receiver"], frozenset(alert["labels"].items())))
            self._more.notify_all()

    def wait(self, wanted: set[Delivery], seconds: float) -> set[Delivery]:
        """What of it has not arrived when the time is over; returns as soon as all has."""
        with self._more:
            self._more.wait_for(lambda: wanted <= self.delivered, seconds)
            return wanted - self.delivered


@contextmanager
def sink() -> Iterator[Sink]:
    """A running sink."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            received.take(body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Silence: the base class would write to standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received = Sink(f"http://127.0.0.1:{server.server_port}/")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
