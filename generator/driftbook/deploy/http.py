"""Asking a server of a target: timeouts, retries with backoff, TLS, authentication, one client."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth
from urllib3.util import Retry

from driftbook.errors import FatalError
from driftbook.model import Auth, Connection, Secret
from driftbook.trial.server import reason

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


class RefusedError(FatalError):
    """The server answers with an error. status: of HTTP. said: what it says, shortened."""

    def __init__(self, message: str, status: int, said: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.status, self.said = status, said


@dataclass(frozen=True, slots=True)
class Answer:
    """status: of HTTP."""

    status: int
    text: str

    def json(self) -> Any:
        """The body as JSON. Raises FatalError where it is none."""
        import json

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
        self._http.auth = _auth(connection.auth, root)
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, HTTPAdapter(max_retries=_Patience.of()))
        tls = connection.tls
        self._verify: bool | str = not tls.insecure
        if tls.ca_file:
            self._verify = str(_file(root, tls.ca_file))
        if tls.cert_file:
            self._http.cert = str(_file(root, tls.cert_file)), str(_file(root, tls.key_file))
        if tls.insecure:  # `cautions` says it, once and where people look
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    @property
    def url(self) -> str:
        """The address of the server, for messages."""
        return self._connection.url

    @property
    def cautions(self) -> tuple[str, ...]:
        """What is unsafe about this connection."""
        parts = urlsplit(self.url)
        found = []
        if self._connection.tls.insecure:
            found.append(f"the certificate of {self.url} is not verified: anybody may answer")
        if self._connection.auth and parts.scheme == "http" and parts.hostname not in _LOOPBACK:
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
        try:
            with self._http.request(
                method,
                f"{self.url}{path}",
                params=params,
                data=data,
                headers={"Content-Type": content_type} if content_type else None,
                timeout=self._connection.timeout,
                verify=self._verify,  # of the session, it would give way to the environment's
                allow_redirects=False,
                stream=True,
            ) as response:
                answer = Answer(response.status_code, self._body(response))
                location = response.headers.get("Location", "")
        except requests.exceptions.SSLError as error:
            message = f"no safe connection to {self.url}: {reason(error)}"
            raise UnreachableError(message, "see `tls` of the target") from None
        except (requests.Timeout, urllib3.exceptions.ReadTimeoutError):
            raise self._late() from None
        except requests.RequestException as error:
            if _timed_out(error):  # of the last attempt, which has a name of its own
                raise self._late() from None
            raise UnreachableError(f"cannot reach {self.url}: {reason(error)}") from None
        except urllib3.exceptions.HTTPError as error:  # in the middle of an answer
            raise UnreachableError(f"{self.url} breaks off its answer: {error}") from None
        except OSError as error:  # a certificate that is no file
            raise FatalError(f"cannot ask {self.url}: {error}") from None
        if answer.status in ok:
            return answer
        raise self._refused(f"{method} {path}", answer, location)

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

    def _late(self) -> UnreachableError:
        message = f"{self.url} does not answer within {self._connection.timeout:g} s"
        return UnreachableError(message, "give it more time with `timeout` of the target")

    def _refused(self, request: str, answer: Answer, location: str) -> RefusedError:
        said = " ".join(answer.text.split())[:600]
        hint = _HINTS.get(answer.status, "")
        if location:
            hint = f"it leads to {location}: give that address as `url`"
        message = f"{self.url} answers {answer.status} to {request}: {said or 'nothing more'}"
        return RefusedError(message, answer.status, said, hint)


_HINTS = {
    401: "see `auth` of the target",
    403: "it knows who asks but does not allow it, or not to anybody",
    404: "see `url` of the target; a path before the server's own belongs to it",
}


def _timed_out(error: requests.RequestException) -> bool:
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(cause, urllib3.exceptions.ReadTimeoutError)


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


class _Bearer(AuthBase):
    """A token; as an object of its own, so that no .netrc takes its place."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _auth(auth: Auth | None, root: Path) -> AuthBase:
    if auth is None:
        return _Bearer("")
    secret = _secret(auth.secret, root)
    return HTTPBasicAuth(auth.username, secret) if auth.username else _Bearer(secret)


def _secret(secret: Secret, root: Path) -> str:
    """Read anew at each run, because secrets are rotated. Never part of a message."""
    where = f"the file {secret.file}" if secret.file else f"the variable {secret.env}"
    try:
        text = (
            (root / secret.file).read_text(encoding="utf-8")
            if secret.file
            else os.environ[secret.env]
        ).strip()
    except KeyError:
        raise FatalError(f"the environment has no {secret.env}, which holds a secret") from None
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or "it is not UTF-8"
        raise FatalError(f"cannot read the secret in {secret.file}: {said}") from None
    if not text or not text.isprintable():
        raise FatalError(f"{where} holds no secret of one line")
    return text


def _file(root: Path, written: str) -> Path:
    path = root / written
    if not path.is_file():
        raise FatalError(f"there is no file {path}", "see `tls` of the target")
    return path
