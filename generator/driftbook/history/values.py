"""What a document holds, in words: values with their units, and the places where they stand."""

import re
from collections.abc import Mapping
from typing import Any

from driftbook.units import SPAN_PATTERN, seconds, spoken

LONG = 60
"""Characters from which a text is prose or a query: that it changed is all that is said."""
_DURATION = re.compile(SPAN_PATTERN)
_WITH_UNIT = re.compile(r"([0-9.]+(?:[eE][+-]?[0-9]+)?)\s?(%|[KMGTP]?i?B|/[smh])")
_RATES = {"/s": "a second", "/m": "a minute", "/h": "an hour"}
_NAMES = {"expr": "expression", "overrides": "override", "with": "filled in with"}
_DROPPED = ("stages", "")
_CODE = ("expr", "expected", "query", "run")
_SILENT = ("receivers", "alertmanager", "confirm")
"""What stands below these may be of no concern to those who read a page: never told."""


def value(given: Any) -> str:
    """`25s` -> `25 s`, True -> `yes`, a list -> its parts."""
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, int | float):
        return f"{given:.12g}"
    if isinstance(given, Mapping):
        return _mapping(given)
    if isinstance(given, list):
        return ", ".join(value(part) for part in given)
    text = "" if given is None else str(given)
    if _DURATION.fullmatch(text):
        return spoken(seconds(text), "seconds")
    if found := _WITH_UNIT.fullmatch(text):
        return f"{found[1]} {_RATES.get(found[2], found[2])}"
    return " ".join(text.split())


def _mapping(given: Mapping[str, Any]) -> str:
    """`25 s for 5 min`; what has no name of its own stands first."""
    own = [value(given[""])] if "" in given else []
    rest = [f"{name(key)} {value(part)}".strip() for key, part in given.items() if key]
    return " ".join([*own, ", ".join(rest)]).strip()


def place(path: tuple[str, ...]) -> str:
    """`("stages", "late", "above", "for")` -> `late above for`."""
    return " ".join(filter(None, (name(part) for part in path)))


def name(part: str) -> str:
    """A key in words; what has a blank in it is no key."""
    if part in _DROPPED:
        return ""
    return _NAMES.get(part, part if " " in part else part.replace("_", " "))


def told(path: tuple[str, ...], old: Any, new: Any) -> str:
    """One difference in words; None stands for what is not there."""
    where = place(path)
    silent = any(part in _SILENT for part in path)
    if old is None:
        return f"{where} added{'' if silent else _shown(path, new, ': ')}"
    if new is None:
        return f"{where} removed{'' if silent else _shown(path, old, ', was ')}"
    if silent:
        return f"{where} changed"
    if not _short(path, old) or not _short(path, new):
        return f"{where} {'changed' if path[-1] in _CODE else 'reworded'}"
    return f"{where}: {value(old)} → {value(new)}"


def said(path: tuple[str, ...], given: Any) -> str:
    """A part of a new definition in words: `contract max staleness: 10 s`."""
    return f"{place(path)}{_shown(path, given, ': ')}"


def _shown(path: tuple[str, ...], given: Any, lead: str) -> str:
    return lead + value(given) if _short(path, given) and value(given) else ""


def _short(path: tuple[str, ...], given: Any) -> bool:
    words = value(given)
    return path[-1] not in _CODE and len(words) <= LONG and "{{" not in words
