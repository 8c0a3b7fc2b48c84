"""YAML without its surprises: bytes -> plain data and faults, in one pass over C parser events.

Scalars follow the YAML 1.2 core schema, reduced to what JSON has: true, false, null, decimal
integers and floats. `NO`, `012`, `1:30`, `0x1F`, `.inf` and dates stay strings. Anchors, aliases,
merge keys, tags, duplicate keys, keys that are not strings and second documents are faults.

Events, not composed nodes: composing recurses in C (100,000 brackets crash the process) and
costs three times as much as this walk.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml._yaml import CParser
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from driftbook.files import MAX_BYTES
from driftbook.yamladvice import advice

MAX_DEPTH = 40

_CORE: dict[str, bool | None] = {"": None, "~": None}
for _word, _value in (("null", None), ("true", True), ("false", False)):
    _CORE |= {_word: _value, _word.capitalize(): _value, _word.upper(): _value}
_NUMERIC = frozenset("0123456789+-.")
_SUSPECT = _NUMERIC | {"<"}
"""Starts of keys that may not be text, or may be the merge key."""
_NUMBER = re.compile(
    r"[-+]?(?:(?:0|[1-9][0-9]{0,17})(?P<float>\.[0-9]*)?|(?P<bare>\.[0-9]+))(?P<exp>[eE][-+]?[0-9]{1,3})?"
)
# What no editor shows: C0 and C1 controls, lone carriage returns, other line separators, the
# byte order mark inside a file, noncharacters, and the marks that reorder text (CVE-2021-42574).
CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
    "|\r(?!\n)"
)

FAULTS = (
    "syntax",
    "encoding",
    "control",
    "duplicate",
    "alias",
    "tag",
    "key",
    "second",
    "shape",
    "size",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """kind: one of FAULTS. line, column: 1-based, in characters. expected: advice, or ""."""

    kind: str
    message: str
    line: int
    column: int
    expected: str = ""


@dataclass(slots=True)
class Read:
    """data: None unless the file holds one mapping. folded: whether any scalar is `>`."""

    data: dict[str, Any] | None = None
    faults: list[Fault] = field(default_factory=list)
    folded: bool = False


class _Stop(Exception):
    """No sense in reading on."""


def read(raw: bytes) -> Read:
    """The one mapping in these bytes. Total: whatever is wrong comes back as faults."""
    result = Read()
    fault = _unreadable(raw)
    if fault is not None:
        result.faults.append(fault)
        return result
    walk = _Walk(raw, result)
    try:
        result.data = walk.document()
    except _Stop:
        pass
    except yaml.YAMLError as error:
        if not result.faults:  # `*text` without quotes is an alias first, then a syntax error
            result.faults.append(_syntax(error, raw))
    return result


def _unreadable(raw: bytes) -> Fault | None:
    if len(raw) > MAX_BYTES:
        return Fault("size", f"the file has {len(raw):,} bytes, more than {MAX_BYTES:,}", 1, 1)
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode()
        return Fault("encoding", f"byte 0x{raw[error.start]:02x} is not UTF-8", *_after(before))
    if text.startswith("\ufeff"):
        return Fault("encoding", "the file starts with a byte order mark", 1, 1)
    if found := CONTROL.search(text):
        return Fault("control", _named(found[0]), *_after(text[: found.start()]))
    return None


def _named(char: str) -> str:
    return f"control character U+{ord(char[0]):04X}"


def _after(text: str) -> tuple[int, int]:
    return text.count("\n") + 1, len(text) - text.rfind("\n")


def _syntax(error: yaml.YAMLError, raw: bytes) -> Fault:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    context = getattr(error, "context", None)
    message = f"{problem} ({context})" if context else str(problem)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    written = raw.decode().split("\n")[line - 1 : line]
    return Fault("syntax", message, line, column, advice(message, "".join(written), column))


class _Walk:
    """Events to plain data. `mapping` is the hot loop: it handles scalar values without a call."""

    def __init__(self, raw: bytes, result: Read) -> None:
        self.next: Callable[[], Any] = CParser(raw).get_event
        self.result = result
        self.depth = 0

    def document(self) -> dict[str, Any] | None:
        self.next()  # the stream's start
        start = self.next()
        if not isinstance(start, DocumentStartEvent):
            self.fault("shape", "the file is empty", start)
            return None
        if start.tags:
            self.fault("tag", "a %TAG directive", start)
        top = self.next()
        data = self.value(top)
        if not isinstance(data, dict):
            what = {list: "a list", type(None): "nothing"}.get(type(data), "a single value")
            self.fault("shape", f"the document is {what}", top)
        end = self.next()
        assert isinstance(end, DocumentEndEvent)
        after = self.next()
        if isinstance(after, DocumentStartEvent):
            self.fault("second", "a second document starts here", after)
        return data if isinstance(data, dict) else None

    def fault(self, kind: str, message: str, event: Any) -> None:
        mark = event.start_mark
        self.result.faults.append(Fault(kind, message, mark.line + 1, mark.column + 1))

    def value(self, event: Event) -> Any:
        if type(event) is ScalarEvent:
            return self.scalar(event)
        if isinstance(event, AliasEvent):
            return self.fault("alias", f'alias "*{event.anchor}"', event)
        self.marked(event)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fault("size", f"nested more than {MAX_DEPTH} levels deep", event)
            raise _Stop
        try:
            return self.mapping() if isinstance(event, MappingStartEvent) else self.sequence()
        finally:
            self.depth -= 1

    def marked(self, event: Any) -> None:
        if event.anchor is not None:
            self.fault("alias", f'anchor "&{event.anchor}"', event)
        if event.tag is not None:
            self.fault("tag", f'tag "{event.tag}"', event)

    def scalar(self, event: ScalarEvent) -> Any:
        if event.anchor is not None or event.tag is not None:
            self.marked(event)
        return _plain(event.value) if event.implicit[0] else self.quoted(event)

    def quoted(self, event: ScalarEvent) -> str:
        value: str = event.value
        if event.style == ">":
            self.result.folded = True
        elif event.style == '"' and (found := CONTROL.search(value)):
            self.fault("control", _named(found[0]), event)
        return value

    def sequence(self) -> list[Any]:
        out: list[Any] = []
        get, value = self.next, self.value
        while type(event := get()) is not SequenceEndEvent:
            out.append(value(event))
        return out

    def mapping(self) -> dict[str, Any]:
        out: dict[str, Any] = {}
        get, core, numeric, suspect = self.next, _CORE, _NUMERIC, _SUSPECT
        while (kind := type(key := get())) is not MappingEndEvent:
            if kind is not ScalarEvent:
                self.strange_key(key)
                continue
            name = key.value
            if key.anchor is not None or key.tag is not None:
                self.marked(key)
            if name in out:
                self.fault("duplicate", f'duplicate key "{name}"', key)
            elif (name in core or name[0] in suspect) and (key.implicit[0] or not name):
                self.check_key(name, key)
            event = get()
            if type(event) is ScalarEvent and event.anchor is None and event.tag is None:
                value: Any = event.value
                if not event.implicit[0]:
                    value = self.quoted(event)
                elif value in core:
                    value = core[value]
                elif value[0] in numeric:
                    value = _plain(value)
            else:
                value = self.value(event)
            if name not in out:
                out[name] = value
        return out

    def check_key(self, name: str, event: Event) -> None:
        if not name:
            self.fault("key", "an empty key", event)
        elif name == "<<":
            self.fault("alias", 'merge key "<<"', event)
        elif name in _CORE or (name[0] in _NUMERIC and not isinstance(_plain(name), str)):
            self.fault("key", f'the key "{name}" is not a string', event)

    def strange_key(self, event: Event) -> None:
        """A list, mapping or alias as a key. Unquoted `{{ … }}` reads like this: once is enough."""
        if isinstance(event, AliasEvent):
            self.fault("alias", f'alias "*{event.anchor}"', event)
        else:
            what = "list" if isinstance(event, SequenceStartEvent) else "mapping"
            self.fault("key", f"a {what} as a key", event)
        raise _Stop


def _plain(text: str) -> Any:
    """A scalar without quotes, by the core schema."""
    if text in _CORE:
        return _CORE[text]
    if text[0] not in _NUMERIC:
        return text
    match = _NUMBER.fullmatch(text)
    if match is None:
        return text
    if match["float"] is None and match["bare"] is None and match["exp"] is None:
        return int(text)
    number = float(text)
    return number if abs(number) <= 1.7976931348623157e308 else text
