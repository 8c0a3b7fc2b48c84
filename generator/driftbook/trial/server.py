"""A Prometheus server that is asked: somebody's, or a temporary one of our own."""

import re
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from driftbook.errors import FatalError
from driftbook.prove.engines import Engines
from driftbook.prove.workers import Workers

TRIES = 5
"""Ports to try: a free one can be taken by someone else before Prometheus has it."""
BOOT = 60.0
"""Seconds for Prometheus to be ready, on a busy machine; usually 0.5."""
_CREDENTIALS = re.compile(r"//[^/?#\s]*@")


class RefusedError(FatalError):
    """The server answers as it should, and says that it cannot answer this."""


class Server:
    """A client of the query API. Every method raises FatalError where that does not answer.

    at: unix time of every question; None asks for now. timeout: seconds for an answer.
    """

    def __init__(
        self, url: str, timeout: float, at: float | None = None, own: bool = False
    ) -> None:
        self.url, self.timeout, self.at = url.rstrip("/"), timeout, at
        self._http = requests.Session()
        self._http.trust_env = not own  # a proxy has no business on the loopback

    def metrics(self) -> frozenset[str]:
        """The names of all metrics."""
        found = self._ask("GET", "label/__name__/values")
        if not isinstance(found, list):
            raise self._strange()
        return frozenset(map(str, found))

    def query(self, expr: str) -> list[tuple[dict[str, str], float]]:
        """Labels and value of every series of the result, in the order of their labels."""
        at = {} if self.at is None else {"time": f"{self.at:.3f}"}
        data = self._ask("POST", "query", {"query": expr, **at})
        try:
            found = [
                (
                    {k: v for k, v in one["metric"].items() if k != "__name__"},
                    float(one["value"][1]),
                )
                for one in data["result"]
            ]
        except (KeyError, TypeError, ValueError, IndexError):
            raise self._strange() from None
        return sorted(found, key=lambda pair: sorted(pair[0].items()))

    def flags(self) -> dict[str, str]:
        """The flags that it was started with."""
        found = self._ask("GET", "status/flags")
        return found if isinstance(found, dict) else {}

    def _ask(self, method: str, path: str, form: dict[str, str] | None = None) -> Any:
        address, shown = f"{self.url}/api/v1/{path}", bare(self.url)
        try:
            answer = self._http.request(method, address, data=form, timeout=self.timeout)
        except requests.Timeout:
            message = f"{shown} does not answer within {self.timeout:g} s"
            raise FatalError(message, "Give it more time by --timeout.") from None
        except requests.RequestException as error:
            raise FatalError(f"cannot ask {shown}: {reason(error)}") from None
        try:
            body = answer.json()
        except ValueError:
            body = None
        if isinstance(body, dict) and body.get("status") == "success":
            return body.get("data")
        if isinstance(body, dict) and body.get("error"):
            raise RefusedError(f"{shown} refuses: {body['error']}")
        said = f"{answer.status_code} {answer.reason}".strip()
        message = f"{shown} does not answer as Prometheus does: {said}"
        raise FatalError(message, "Give the address that /api/v1/query stands behind.")

    def _strange(self) -> FatalError:
        shown = bare(self.url)
        return FatalError(f"{shown} does not answer as Prometheus does")


def bare(text: str) -> str:
    """A text whose addresses have no user and password any more: messages are kept and shown."""
    return _CREDENTIALS.sub("//", text)


def reason(error: BaseException) -> str:
    """The innermost cause of a failed request, which says what happened."""
    text = str(error)
    inner = re.findall(r"\] ([A-Z][^'\")]+)", text) or re.findall(r"Failed to ([^'\")]+)", text)
    return inner[-1].strip() if inner else text.partition("\n")[0][:300]


@contextmanager
def loaded(lines: Iterable[str], at: float, engines: Engines, workers: Workers) -> Iterator[Server]:
    """A server of our own that holds samples, in OpenMetrics with times; nothing is left of it.

    at: unix time at which it is asked.
    """
    token = f"driftbook-prometheus-{secrets.token_hex(8)}"
    with tempfile.TemporaryDirectory(prefix=f"{token}-") as name:
        folder = Path(name)
        (folder / "prometheus.yml").write_text("{}\n", encoding="utf-8")
        with (folder / "samples.om").open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in (*lines, "# EOF"))
        command = ["tsdb", "create-blocks-from", "openmetrics", "samples.om", "data"]
        ran = workers.run([engines.promtool.path, *command], folder)
        if ran.code:
            raise FatalError(f"promtool does not take the samples: {ran.text.strip()[-500:]}")
        for _ in range(TRIES):
            port = _free_port()
            with workers.serve(_command(engines, folder, port), folder, {}) as process:
                server = Server(f"http://127.0.0.1:{port}", BOOT, at, own=True)
                if _ready(process, server, token):
                    yield server
                    return
        said = (folder / "log").read_text(encoding="utf-8", errors="replace").strip()
        raise FatalError(f"Prometheus does not start: {said[-500:]}")


def _command(engines: Engines, folder: Path, port: int) -> list[object]:
    return [
        engines.prometheus.path,
        "--config.file=prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        "--storage.tsdb.retention.time=100y",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _ready(process: subprocess.Popen[str], server: Server, token: str) -> bool:
    """Whether it came up, and it is ours; it ends by itself when the port is taken."""
    deadline = time.monotonic() + BOOT
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if token in server.flags().get("storage.tsdb.path", ""):
                server.query("1 + vector(1)")
                return True
        except FatalError:
            time.sleep(0.05)
    return False
