"""A target that cannot be meant as it is written.

A target has one kind, a server one way of authentication, and a secret one place. What driftbook
deploys replaces what it deployed before, so a folder belongs to one target, and none of them lies
in the compiled output itself.
"""

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from driftbook.checks.example import CATALOG
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Path, Place, Severity

CODE = "DB613"
NAME = "target"
TITLE = "A target that contradicts itself"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
_TLS = "tls: {ca_file: /etc/ssl/ca.pem"
EXAMPLE = Example(
    CATALOG,
    "stages:\n",
    "targets:\n  eu: {prometheus: {url: 'https://prometheus.internal', "
    f"directory: /srv/rules, {_TLS}, insecure: true}}}}}}\nstages:\n",
    "targets:\n  eu: {prometheus: {url: 'https://prometheus.internal', "
    f"directory: /srv/rules, {_TLS}}}}}}}\nstages:\n",
)
_SECRETS = {
    "basic": ("password_file", "password_env"),
    "bearer": ("token_file", "token_env"),
}
_OUTPUT = ("rules", "site", "invariants", "runbooks", "tests", ".driftbook", ".engines", ".git")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each target, then all of them together."""
    for document in subject.of_kind("catalog"):
        targets = document.data.get("targets", {})
        for name, block in targets.items():
            at: Path = ("targets", name)
            yield from _one_of(document.file, at, block, tuple(block), "exactly one kind")
            for kind, settings in block.items():
                yield from _settings(document.file, (*at, kind), settings)
        yield from _folders(document.file, targets)


def _settings(file: str, at: Path, settings: Mapping[str, Any]) -> Iterator[Diagnostic]:
    yield from _connection(file, at, settings)
    own = settings.get("alertmanager")
    if isinstance(own, Mapping):
        yield from _connection(file, (*at, "alertmanager"), own)
    if "secret" in settings and own != "secret":
        message = "a Secret is named, but none is written"
        path = (*at, "secret")
        yield found(CODE, message, file, path, expected="`alertmanager: secret`", on_key=True)


def _connection(file: str, at: Path, settings: Mapping[str, Any]) -> Iterator[Diagnostic]:
    auth, tls = settings.get("auth", {}), settings.get("tls", {})
    ways = ("basic", "bearer")
    if auth:
        yield from _one_of(file, (*at, "auth"), auth, ways, "exactly one of `basic` and `bearer`")
    for way, block in auth.items():
        expected = " and ".join(f"`{key}`" for key in _SECRETS[way])
        path = (*at, "auth", way)
        yield from _one_of(file, path, block, _SECRETS[way], f"exactly one of {expected}")
    for key, other in (("cert_file", "key_file"), ("key_file", "cert_file")):
        if key in tls and other not in tls:
            message = f"`{key}` without `{other}`"
            yield found(CODE, message, file, (*at, "tls", key), expected="both", on_key=True)
    if tls.get("insecure") and "ca_file" in tls:
        message = "`ca_file` says whom to trust, `insecure` trusts anybody"
        path = (*at, "tls", "insecure")
        yield found(CODE, message, file, path, expected="one of both", on_key=True)
    if tls and str(settings.get("url", "")).startswith("http://"):
        message = "`tls` does not go with an address that starts with http://"
        yield found(CODE, message, file, (*at, "tls"), expected="https://", on_key=True)


def _one_of(
    file: str, at: Path, block: Mapping[str, Any], keys: tuple[str, ...], expected: str
) -> Iterator[Diagnostic]:
    given = [key for key in keys if key in block]
    if len(given) != 1:
        message = f"{' and '.join(f'`{key}`' for key in given) or 'none'} in `{at[-1]}`"
        yield found(CODE, message, file, (*at, *given[1:2]), expected=expected, on_key=True)


def _folders(file: str, targets: Mapping[str, Any]) -> Iterator[Diagnostic]:
    taken: dict[str, Path] = {}
    for name, block in targets.items():
        for kind, settings in block.items():
            at: Path = ("targets", name, kind, "directory")
            folder = posixpath.normpath(settings.get("directory") or "")
            if folder == ".":
                if "directory" in settings:
                    message = "the project itself is no folder to deploy to"
                    yield found(CODE, message, file, at, expected="a folder of its own")
            elif folder.split("/")[0] in ("..", *_OUTPUT):
                message = f'"{folder}" holds what driftbook reads or compiles, or is outside'
                yield found(CODE, message, file, at, expected="another folder, or an absolute path")
            elif folder in taken:
                message = f'two targets deploy to "{folder}"'
                other = Place(file, taken[folder])
                yield found(CODE, message, file, at, expected="a folder of its own", other=other)
            taken.setdefault(folder, at)
