"""The prober's configuration: one strict YAML file, `schema/canary.schema.json`."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from math import ceil
from pathlib import Path as FilePath
from typing import Any

from driftbook.canary.judge import Bounds
from driftbook.checks import (
    bad_value,
    duplicate_name,
    inline_secret,
    unknown_key,
    unreadable_file,
)
from driftbook.checks.kit import found
from driftbook.diagnostics import Diagnostic, Path, Place, Severity
from driftbook.document import Document
from driftbook.schema import shape
from driftbook.source import UnreadableError, load_plain
from driftbook.units import seconds

KIND = "canary"
HOW = ("url", "url_file", "url_env")
DEFAULTS = {
    "every": "1s",
    "poll": "100ms",
    "timeout": "2s",
    "stale_after": "10s",
    "think_time": "1s",
}
_SCHEMES = {"postgresql": ("postgresql", "postgres"), "redis": ("redis", "rediss", "unix")}
_PASSWORD = re.compile(r"://[^/?#\s]*:[^/?#\s]*@|[?&\s]password\s*=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Server:
    """name: a label value. how: one of HOW, with its value; a file's path is absolute."""

    name: str
    how: str
    value: str

    def url(self) -> str:
        """The connection URI, read anew because secrets are rotated. Raises UnreadableError."""
        if self.how == "url":
            return self.value
        try:
            text = os.environ[self.value] if self.how == "url_env" else _text(self.value)
        except KeyError:
            raise UnreadableError(f"the environment has no {self.value}") from None
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableError(getattr(error, "strerror", None) or str(error)) from error
        return text.strip()


@dataclass(frozen=True, slots=True)
class Probe:
    """One source and its targets. Times in seconds."""

    dataset: str
    session: str
    store: str
    source: Server
    targets: tuple[Server, ...]
    every: float
    poll: float
    timeout: float
    stale_after: float
    think_time: float

    @property
    def bounds(self) -> Bounds:
        """What its observations are judged by. A read may need a connection and an answer."""
        connecting = max(2, ceil(self.timeout))  # libpq waits in whole seconds, and two at least
        return Bounds(self.stale_after, self.think_time, connecting + self.timeout + 1)


def load(path: FilePath) -> tuple[tuple[Probe, ...], list[Diagnostic]]:
    """The probes of a configuration file, or what is wrong with it."""
    root, file = path.parent.absolute(), path.name  # a link in a mounted folder moves on
    try:
        data, wrong = load_plain(path.resolve().parent, path.resolve().name)
    except UnreadableError as error:
        at = Place(file, line=1, column=1)
        said = f"cannot read the file: {error}"
        return (), [Diagnostic(unreadable_file.CODE, Severity.ERROR, said, at, "a readable file")]
    if data is None:
        return (), wrong
    document = Document(file, KIND, data, digest="")
    wrong = list(shape(document)) or list(_faults(document, root))
    return (() if wrong else tuple(_probes(data, root))), wrong


def _probes(data: dict[str, Any], root: FilePath) -> Iterator[Probe]:
    for probe in data["probes"]:
        yield Probe(
            dataset=probe["dataset"],
            session=data.get("session", "driftbook"),
            store=probe["store"],
            source=_server(probe["source"], root),
            targets=tuple(_server(target, root) for target in probe["targets"]),
            **{key: seconds(probe.get(key, default)) for key, default in DEFAULTS.items()},
        )


def _server(data: dict[str, str], root: FilePath) -> Server:
    how = next(key for key in HOW if key in data)
    value = data[how]
    return Server(data["name"], how, str(root / value) if how == "url_file" else value)


def _faults(document: Document, root: FilePath) -> Iterator[Diagnostic]:
    """What a schema cannot say."""
    say = partial(found, file=document.file)
    probes = document.data["probes"]
    known: set[tuple[str, str]] = set()
    for index, probe in enumerate(probes):
        at: Path = ("probes", index)
        key = (probe["dataset"], probe["source"]["name"])
        if key in known:
            said = f'a second probe of "{key[0]}" from "{key[1]}"'
            yield say(duplicate_name.CODE, said, path=(*at, "dataset"), expected="one of each")
        known.add(key)
        names: set[str] = set()
        for place, server in _servers(probe, at):
            if server["name"] in names and "targets" in place:
                said = f'a second target "{server["name"]}"'
                yield say(duplicate_name.CODE, said, path=(*place, "name"), expected="another name")
            if "targets" in place:
                names.add(server["name"])
            yield from _server_faults(document.file, place, server, probe["store"], root)


def _servers(probe: dict[str, Any], at: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    yield (*at, "source"), probe["source"]
    for index, target in enumerate(probe["targets"]):
        yield (*at, "targets", index), target


def _server_faults(
    file: str, at: Path, data: dict[str, str], store: str, root: FilePath
) -> Iterator[Diagnostic]:
    given = [key for key in HOW if key in data]
    if len(given) != 1:
        said = f"{' and '.join(f'`{key}`' for key in given) or 'no connection'} for one server"
        expected = f"exactly one of {', '.join(HOW)}"
        yield found(
            unknown_key.CODE, said, file, (*at, *given[1:2]), expected=expected, on_key=True
        )
        return
    server, at = _server(data, root), (*at, given[0])
    try:
        url = server.url()
    except UnreadableError as error:
        yield found(unreadable_file.CODE, f"cannot read it: {error}", file, at)
        return
    if url.partition("://")[0] not in _SCHEMES[store] or "://" not in url:
        expected = " or ".join(f"{scheme}://…" for scheme in _SCHEMES[store])
        said = f"this is no connection URI of {store}"
        yield found(bad_value.CODE, said, file, at, expected=expected)
    elif server.how == "url" and _PASSWORD.search(url):
        expected = "`url_file` or `url_env`; PostgreSQL also reads PGPASSFILE"
        yield found(inline_secret.CODE, "the URL holds a password", file, at, expected=expected)


def _text(path: str) -> str:
    return FilePath(path).read_text(encoding="utf-8")
