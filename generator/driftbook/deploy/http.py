"""Asking a server of a target: timeouts, retries with backoff, TLS, authentication, one client."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from driftbook.deploy.credentials import auth_of, file_of
from driftbook.errors import FatalError
from driftbook.model import Connection
from driftbook.trial.server import bare, reason

RETRIES = 3
BACKOFF = 0.5
"""Seconds before the second attempt; twice as long before each further one."""
LONGEST_WAIT = 20.0
"""Most seconds that a server may ask to wait with `Retry-After`."""
BUSY = (429, 502, 503, 504)
"""Answers after which the same request may do better."""
MOST = 1 << 28
"""Most bytes of an answer."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class UnreachableError(FatalError):
    """The server cannot be asked: no connection, no answer in time, no valid certificate."""


class AbsentError(UnreachableError):
    """Nobody listens at the address. One that nobody has may be a slip of the pen."""


class RefusedError(FatalError):
    """The server answers with an error. status: of HTTP. said: what it says, shortened."""

    def __init__(self, message: str, status: int, said: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.status, self.said = status, said


@dataclass(frozen=True, slots=True)
class Answer:
    """status: of HTTP. location: where the server would send us, or ""."""

    status: int
    text: str
    location: str = ""

    def json(self) -> Any:
        """The body as JSON. Raises FatalError where it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            raise FatalError(f"the server answers no JSON but: {self.text[:200]}") from None


class Client:
    """Asks one server. Every request that it makes states a wish and may be sent twice.

    root: relative files of certificates and secrets lie below it. headers: of every request.
    Raises FatalError where a secret cannot be read.
    """

    def __init__(
        self, connection: Connection, root: Path, headers: Mapping[str, str] | None = None
    ) -> None:
        self._connection = connection
        self._http = requests.Session()
        self._http.headers.update({"User-Agent": "driftbook", **(headers or {})})
        self._http.auth = auth_of(connection.auth, root)
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, HTTPAdapter(max_retries=_Patience.of()))
        tls = connection.tls
        self._verify: bool | str = not tls.insecure
        if tls.ca_file:
            self._verify = str(file_of(root, tls.ca_file))
        if tls.cert_file:
            self._http.cert = str(file_of(root, tls.cert_file)), str(file_of(root, tls.key_file))
        if tls.insecure:  # `cautions` says it, once and where people look
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    @property
    def url(self) -> str:
        """The address of the server, for messages: without the secret that may be in it."""
        return bare(self._connection.url)

    @property
    def cautions(self) -> tuple[str, ...]:
        """What is unsafe about this connection."""
        parts = urlsplit(self._connection.url)
        secret = self._connection.auth or parts.password
        found = []
        if self._connection.tls.insecure:
            found.append(f"the certificate of {self.url} is not verified: anybody may answer")
        if secret and parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            found.append(f"the secret for {self.url} is sent unencrypted: anybody may read it")
        return tuple(found)

    def ask(
        self,
        method: str,
        path: str,
        *,
        ok: tuple[int, ...] = (200,),
        params: Mapping[str, str] | None = None,
        data: bytes | None = None,
        content_type: str = "",
    ) -> Answer:
        """One request, tried again where that may help. path: with its `/`, below the URL.

        Raises UnreachableError, and RefusedError for every status that is not ok.
        """
        with (
            self._faults(),
            self._http.request(
                method,
                f"{self._connection.url}{path}",
                params=params,
                data=data,
                headers={"Content-Type": content_type} if content_type else None,
                timeout=self._connection.timeout,
                verify=self._verify,  # of the session, it would give way to the environment's
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            location = response.headers.get("Location", "")
            answer = Answer(response.status_code, self._body(response), location)
        if answer.status in ok:
            return answer
        raise self._refused(f"{method} {path}", answer)

    def json(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """What a GET answers."""
        return self.ask("GET", path, params=params).json()

    def _body(self, response: requests.Response) -> str:
        """All of it, within the time for one answer, however slowly it trickles in."""
        deadline = time.monotonic() + self._connection.timeout
        parts, size = [], 0
        while part := response.raw.read1(1 << 16, decode_content=True):
            parts.append(part)
            size += len(part)
            if time.monotonic() > deadline:
                raise self._late()
            if size > MOST:
                raise FatalError(f"the answer of {self.url} is too long")
        return b"".join(parts).decode(errors="replace")

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Those of the network, in our words."""
        try:
            yield
        except requests.exceptions.SSLError as error:
            message = f"no safe connection to {self.url}: {reason(error)}"
            raise UnreachableError(message, "see `tls` of the target") from None
        except (requests.Timeout, urllib3.exceptions.ReadTimeoutError):
            raise self._late() from None
        except requests.RequestException as error:
            if _timed_out(error):  # of the last attempt, which has a name of its own
                raise self._late() from None
            kind = AbsentError if _nobody_listens(error) else UnreachableError
            raise kind(f"cannot reach {self.url}: {bare(reason(error))}") from None
        except urllib3.exceptions.HTTPError as error:  # in the middle of an answer
            message = f"{self.url} breaks off its answer: {bare(str(error))}"
            raise UnreachableError(message) from None
        except OSError as error:  # a certificate that cannot be read
            raise FatalError(f"cannot ask {self.url}: {error}") from None

    def _late(self) -> UnreachableError:
        message = f"{self.url} does not answer within {self._connection.timeout:g} s"
        return UnreachableError(message, "give it more time with `timeout` of the target")

    def _refused(self, request: str, answer: Answer) -> RefusedError:
        said = " ".join(answer.text.split())[:600]
        hint = _HINTS.get(answer.status, "")
        if answer.status == 403 and "lifecycle api" in said.lower():
            hint = "start the server with --web.enable-lifecycle, or give `pid_file` of the target"
        if answer.location:
            hint = f"it leads to {bare(answer.location)}: give that address as `url`"
        message = f"{self.url} answers {answer.status} to {request}: {said or 'nothing more'}"
        return RefusedError(message, answer.status, said, hint)


_HINTS = {
    401: "see `auth` of the target",
    403: "it knows who asks but does not allow it, or not to anybody",
    404: "see `url` of the target; a path before the server's own belongs to it",
}


def _timed_out(error: requests.RequestException) -> bool:
    return isinstance(_cause(error), urllib3.exceptions.ReadTimeoutError)


def _nobody_listens(error: requests.RequestException) -> bool:
    cause = _cause(error)
    return isinstance(cause, urllib3.exceptions.NewConnectionError) and isinstance(
        cause.__cause__, ConnectionRefusedError
    )


def _cause(error: requests.RequestException) -> object:
    """What urllib3 says of the last attempt."""
    return getattr(error.args[0], "reason", None) if error.args else None


class _Patience(Retry):
    """Retries of any request; no server can make us wait for long."""

    @classmethod
    def of(cls) -> "_Patience":
        return cls(
            total=RETRIES,
            read=1,
            status_forcelist=BUSY,
            allowed_methods=None,
            backoff_factor=BACKOFF,
            raise_on_status=False,
        )

    def get_retry_after(self, response: Any) -> float | None:
        asked = super().get_retry_after(response)
        return None if asked is None else min(asked, LONGEST_WAIT)
