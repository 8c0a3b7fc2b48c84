"""Who driftbook is to a server: secrets and certificates, read when they are needed."""

import os
from pathlib import Path

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from driftbook.errors import FatalError
from driftbook.model import Auth, Secret


class _Bearer(AuthBase):
    """A token; as an object of its own, so that no .netrc takes its place."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def auth_of(auth: Auth | None, root: Path) -> AuthBase:
    """What is sent with every request. Raises FatalError where the secret cannot be read."""
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


def file_of(root: Path, written: str) -> Path:
    """A certificate or a key. Raises FatalError where there is none."""
    path = root / written
    if not path.is_file():
        raise FatalError(f"there is no file {path}", "see `tls` of the target")
    return path
