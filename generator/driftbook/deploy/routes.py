"""Alertmanager configurations as values that can be compared: on disk, and as they run."""

import hashlib
import re
import struct
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from driftbook.deploy.plan import Change
from driftbook.errors import FatalError

Config = Mapping[str, Any]
PARTS = {
    "global": "the global settings",
    "route": "the routes",
    "inhibit_rules": "the inhibitions",
    "templates": "the templates that are loaded",
}
_HASH = re.compile(r"^alertmanager_config_hash(?:\{[^}]*\})? (\S+)$", re.MULTILINE)


def parsed(text: bytes | str) -> Config:
    """A configuration. Raises FatalError where it is none."""
    try:
        data = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise FatalError(f"a configuration is not YAML: {error}") from None
    if not isinstance(data, Mapping):
        raise FatalError("a configuration is not a mapping")
    return data


def changes(new: Config, old: Config, whole: bool) -> Iterator[Change]:
    """whole: both are as written; else the old one is as a server shows it, without secrets."""
    for what, key in (("receiver", "receivers"), ("time interval", "time_intervals")):
        news, olds = _named(new, key), _named(old, key)
        for name in sorted(news.keys() | olds.keys()):
            if name not in olds:
                yield Change("added", what, name)
            elif name not in news:
                yield Change("removed", what, name)
            elif whole and news[name] != olds[name]:
                yield Change("changed", what, name)
    for key, what in PARTS.items():
        if whole and new.get(key) != old.get(key):
            yield Change("changed", "configuration", what)
    if not whole and shape(new) != shape(old):
        yield Change("changed", "configuration", "routes, inhibitions or names of receivers")


def shape(config: Config) -> tuple[object, ...]:
    """What of a configuration a server shows as it was written: names, matchers, the tree."""
    return (
        _tree(config.get("route") or {}),
        sorted(_named(config, "receivers")),
        sorted(_named(config, "time_intervals")),
        sorted(map(_sources, config.get("inhibit_rules") or ())),
    )


def _tree(route: Config) -> tuple[object, ...]:
    matchers = tuple(sorted(_spaceless(m) for m in route.get("matchers") or ()))
    return route.get("receiver"), matchers, tuple(map(_tree, route.get("routes") or ()))


def _sources(rule: Config) -> tuple[tuple[str, ...], ...]:
    keys = ("source_matchers", "target_matchers", "equal")
    return tuple(tuple(sorted(_spaceless(m) for m in rule.get(key) or ())) for key in keys)


def _spaceless(matcher: object) -> str:
    """Some releases write a space around the operator or leave out the quotes."""
    return re.sub(r'\s*(=~|!~|!=|=)\s*"?', r"\1", str(matcher), count=1).removesuffix('"')


def _named(config: Config, key: str) -> dict[str, Any]:
    return {str(one["name"]): one for one in config.get(key) or ()}


def digest(text: bytes) -> float:
    """What Alertmanager gives as `alertmanager_config_hash` of a file: 48 bits of its MD5."""
    first = hashlib.md5(text, usedforsecurity=False).digest()[:6]
    return float(struct.unpack("<Q", first + b"\0\0")[0])


def digest_in(metrics: str) -> float | None:
    """The same, of what a server runs, in its metrics; None where they do not tell."""
    match = _HASH.search(metrics)
    return float(match[1]) if match else None


def relative(config: Config, shipped: set[str], path: str = "") -> Iterator[str]:
    """Files that a configuration names relative to itself, and that are not deployed with it."""
    for key, value in config.items():
        if key == "templates":
            for pattern in value or ():
                if not str(pattern).startswith("/") and pattern not in shipped:
                    yield str(pattern)
        elif str(key).endswith("_file") and isinstance(value, str):
            if value and not value.startswith("/"):
                yield value
        else:
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, Mapping):
                    yield from relative(inner, shipped)
