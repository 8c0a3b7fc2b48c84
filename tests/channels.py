"""Where notifications arrive in tests: HTTP and SMTP servers on the loopback that remember them."""

import email
import email.policy
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

ANSWER = {"ok": True, "result": {"message_id": 1, "date": 1, "chat": {"id": 1}}}
"""What Telegram would answer; the others ask for no more than the status."""


@dataclass
class Channels:
    """posted: path and body of each request, JSON parsed. mails: whole messages."""

    posted: list[tuple[str, Any]] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    more: threading.Condition = field(default_factory=threading.Condition)

    def wait(self, enough: Callable[[], bool], seconds: float = 40.0) -> None:
        """Until enough has arrived."""
        with self.more:
            assert self.more.wait_for(enough, seconds), [path for path, _ in self.posted]

    def at(self, path: str) -> list[Any]:
        """The bodies of the requests whose path starts like this."""
        with self.more:
            return [body for at, body in self.posted if at.startswith(path)]

    def take(self, path: str, kind: str, body: bytes) -> None:
        """Remember a request."""
        text = body.decode()
        read = {k: v[0] for k, v in parse_qs(text).items()} if "form" in kind else json.loads(text)
        with self.more:
            self.posted.append((path, read))
            self.more.notify_all()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Remember a mail."""
        assert isinstance(envelope.content, bytes)
        made = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self.more:
            self.mails.append(made)
            self.more.notify_all()
        return "250 OK"


class AnyPort(Controller):
    """A mail server on a port that the system gives."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def channels() -> Iterator[tuple[Channels, str, str]]:
    """What arrives, the URL of the HTTP server without a slash, host and port for mail."""
    arrived = Channels()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            arrived.take(self.path, self.headers.get("Content-Type", ""), body)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(ANSWER).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    mail = AnyPort(arrived, hostname="127.0.0.1", port=0)
    mail.start()
    try:
        yield arrived, f"http://127.0.0.1:{http.server_port}", f"127.0.0.1:{mail.port}"
    finally:
        mail.stop()
        http.shutdown()
        http.server_close()
        thread.join()
