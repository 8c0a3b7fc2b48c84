"""A web server for the preview, for one person on one machine, and what keeps its pages live."""

import errno
import http.server
import json
import socket
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from threading import Condition, Thread
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from driftbook.errors import FatalError
from driftbook.site.preview import Answer, Preview

OURS = "/~driftbook/"
"""Addresses that no site has."""
LIVE = f"{OURS}live.js"
EVENTS = f"{OURS}events"
PULSE = 20.0
"""Seconds between two signs of life, by which a closed page is noticed."""
_EMPTY = "<!doctype html><html lang='en'><meta charset='utf-8'><title>driftbook</title><body>"
_WAITING = f"{_EMPTY}<h1>There is no page yet</h1><p>The catalog has not compiled so far.</p>"
Finding = Mapping[str, Any]
"""code, severity, file, line, column, message, expected."""


class Board:
    """What is wrong now, and a bell for everyone who looks at a page."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._findings: Sequence[Finding] = ()
        self._open: Counter[str] = Counter()
        self._turn = 0

    @property
    def watched(self) -> frozenset[str]:
        """The addresses of pages that are open, or were a short while ago."""
        with self._changed:
            return frozenset(self._open)

    @contextmanager
    def open(self, address: str) -> Iterator[None]:
        """While somebody looks at a page."""
        with self._changed:
            self._open[address] += 1
        try:
            yield
        finally:
            with self._changed:
                self._open -= Counter([address])

    def post(self, findings: Sequence[Finding]) -> None:
        """Tells everyone."""
        with self._changed:
            self._findings = findings
            self._turn += 1
            self._changed.notify_all()

    def read(self, turn: int) -> tuple[int, Sequence[Finding]]:
        """The number of the last turn, and its findings; waits for one that is not read yet."""
        with self._changed:
            self._changed.wait_for(lambda: self._turn != turn, PULSE)
            return self._turn, self._findings


class Server(http.server.ThreadingHTTPServer):
    """Serves a preview in threads of its own. Raises FatalError where the address is taken."""

    daemon_threads = True

    def __init__(self, host: str, port: int, preview: Preview, board: Board) -> None:
        self.preview, self.board = preview, board
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            super().__init__((host, port), Handler)
        except (OSError, OverflowError) as wrong:
            taken = getattr(wrong, "errno", None) == errno.EADDRINUSE
            why = "something else uses it" if taken else str(wrong)
            hint = "name a free port with --port" if taken else "see --host and --port"
            raise FatalError(f"cannot serve on port {port} of {host}: {why}", hint) from wrong
        self._thread = Thread(target=self.serve_forever, daemon=True)

    def server_bind(self) -> None:
        """Without asking for the name of the host, which can take seconds."""
        super(http.server.HTTPServer, self).server_bind()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def start(self) -> None:
        """Returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ends what `start` began."""
        if self._thread.is_alive():
            self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    """GET and HEAD; every other method is refused by the base class."""

    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """A page, a file, or the stream of events."""
        url = urlsplit(self.path)
        if url.path == EVENTS:
            self._events({key: values[-1] for key, values in parse_qs(url.query).items()})
        elif url.path == LIVE:
            text = Path(__file__).with_name("live.js").read_bytes()
            self._send(Answer(HTTPStatus.OK, "text/javascript", text))
        else:
            self._page(unquote(url.path).lstrip("/"), url.query)

    do_HEAD = do_GET

    def _page(self, address: str, query: str) -> None:
        preview = self.server.preview
        seen = preview.state(address)
        try:
            found = preview.get(address)
        except Exception as wrong:  # an own template or plugin may raise anything
            body = f"{_EMPTY}<h1>The page cannot be rendered</h1>".encode()
            self.server.board.post([fault(f"cannot render {address}: {wrong}")])
            found = Answer(HTTPStatus.INTERNAL_SERVER_ERROR, "text/html", body, live=True)
        if found is None and preview.state(f"{address}/"):
            self.send_response(HTTPStatus.MOVED_PERMANENTLY)
            to = f"/{quote(address)}/"
            self.send_header("Location", f"{to}?{query}" if query else to)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if found is None:
            body = preview.lost() or _WAITING.encode()
            found = Answer(HTTPStatus.NOT_FOUND, "text/html; charset=utf-8", body, live=True)
        self._send(live(found, address, seen) if found.live else found)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _events(self, query: Mapping[str, str]) -> None:
        """Tells a page what is wrong, and when it shows something old."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.close_connection = True
        address, seen, turn = query.get("page", ""), query.get("seen", ""), -1
        with suppress(OSError), self.server.board.open(address):  # until the page is closed
            while True:
                last, (turn, findings) = turn, self.server.board.read(turn)
                if turn == last:
                    text = ": here\n\n"
                else:
                    old = self.server.preview.state(address) != seen
                    text = f"data: {json.dumps({'old': old, 'findings': findings})}\n\n"
                self.wfile.write(text.encode())
                self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: who serves to themselves knows what they ask for."""


def live(page: Answer, address: str, seen: str) -> Answer:
    """The page with the script that keeps it up to date; only the copy that is sent has it."""
    data = f'data-page="{quote(address)}" data-seen="{seen}"'
    script = f'<script defer src="{LIVE}" {data}></script>'.encode()
    head, end, rest = page.body.rpartition(b"</body>")
    body = head + script + end + rest if end else page.body + script
    return Answer(page.status, page.kind, body)


def fault(message: str) -> Finding:
    """A fault of something around the catalog, as a finding without a place."""
    return {"code": "", "severity": "error", "file": "", "message": message, "expected": ""}
