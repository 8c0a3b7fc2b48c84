"""Errors of JSON Schema in our words, one diagnostic for each thing to be put right."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema_rs

from driftbook.checks import (
    bad_duration,
    bad_name,
    bad_value,
    empty_value,
    missing_key,
    not_in_list,
    unknown_key,
    wrong_type,
)
from driftbook.checks.kit import Check, found
from driftbook.diagnostics import Diagnostic, Path, nearest
from driftbook.document import Document
from driftbook.units import DURATION_PATTERN, SPAN_PATTERN

NAME_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
_TYPES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}


class Report:
    """The errors of one document, one diagnostic for each thing to be put right."""

    def __init__(self, document: Document, shape: dict[str, Any], errors: list[Any]) -> None:
        self.shape = shape
        self.document = document
        self.errors = [(error, _path(document.data, error.instance_path)) for error in errors]
        self.typed = {path for error, path in self.errors if error.kind.name == "type"}
        self.unknown: dict[Path, list[str]] = {}
        for error, path in self.errors:
            if error.kind.name == "additionalProperties":
                self.unknown.setdefault(path, []).extend(error.kind.value)
        self.said: set[tuple[Path, str]] = set()

    def diagnostics(self) -> Iterator[Diagnostic]:
        for error, path in self.errors:
            name = error.kind.name
            if path in self.typed and name != "type":
                continue
            if name not in ("required", "additionalProperties"):
                if (path, "") in self.said:
                    continue
                self.said.add((path, ""))
            yield from _WORDS.get(name, _other)(self, error, path)

    def say(
        self, check: Check, path: Path, message: str, expected: str, on_key: bool = False
    ) -> Diagnostic:
        return found(
            check.CODE, message, self.document.file, path, expected=expected, on_key=on_key
        )

    def value(self, path: Path) -> Any:
        value: Any = self.document.data
        for step in path:
            value = value[step]
        return value

    def properties(self, error: Any) -> list[str]:
        """The keys that the mapping of an error knows."""
        part: Any = self.shape
        for step in error.schema_path[:-1]:
            part = part[step]
        return list(part.get("properties", ()))


def _path(data: Any, steps: list[str | int]) -> Path:
    """The path as the document has it: the validator gives a key that is a number as one."""
    path: list[str | int] = []
    for step in steps:
        if isinstance(data, dict) and isinstance(step, int):
            step = next(key for key in data if key.isdecimal() and int(key) == step)
        path.append(step)
        data = data[step]
    return tuple(path)


def _unknown(report: Report, error: Any, path: Path) -> Iterator[Diagnostic]:
    known = report.properties(error)
    given = report.value(path)
    for key in error.kind.value:
        close = nearest(key, [k for k in known if k not in given] or known)
        if given[key] is None and " " in key:
            close = "quotes around a text with a comma or a colon in it"
        expected = close or ("one of " + ", ".join(known) if known else "another key")
        yield report.say(unknown_key, (*path, key), f'unknown key "{key}"', expected, on_key=True)


def _missing(report: Report, error: Any, path: Path) -> Iterator[Diagnostic]:
    """Not said where an unknown key nearby is a misspelling of it."""
    name = error.kind.value
    if any(nearest(key, [name]) for key in report.unknown.get(path, ())):
        return
    where = f" in `{path[-1]}`" if path and isinstance(path[-1], str) else ""
    message = f'the key "{name}" is missing{where}'
    yield report.say(missing_key, path, message, f"a value for `{name}`", on_key=True)


def _typed(report: Report, error: Any, path: Path) -> Iterator[Diagnostic]:
    value, types = report.value(path), error.kind.value
    expected = " or ".join(_TYPES[t] for t in types if t != "null" or len(types) == 1)
    if value is None:
        if "string" in types:
            expected += "; in quotes if it starts with #"
        yield report.say(empty_value, path, "nothing is written here", expected)
        return
    if "string" in types and isinstance(value, bool | int | float):
        expected += f'; "{json.dumps(value)}" in quotes is text'
    yield report.say(wrong_type, path, f"{_shown(value)} is not {expected.split(';')[0]}", expected)


def _choice(report: Report, error: Any, path: Path) -> Iterator[Diagnostic]:
    value = report.value(path)
    options = error.kind.value if isinstance(error.kind.value, list) else [error.kind.value]
    words = [o if isinstance(o, str) else json.dumps(o) for o in options]
    if value is None:
        yield report.say(empty_value, path, "nothing is written here", "one of " + ", ".join(words))
        return
    close = nearest(value, words) if isinstance(value, str) else ""
    expected = f"{close} one of {', '.join(words)}".strip()
    yield report.say(not_in_list, path, f"{_shown(value)} is not a choice", expected)


def _pattern(report: Report, error: Any, path: Path) -> Iterator[Diagnostic]:
    value, pattern = report.value(path), error.kind.value
    if pattern in (DURATION_PATTERN, SPAN_PATTERN):
        above = " above 0" if pattern == SPAN_PATTERN else ""
        expected = f"a duration{above} such as 90s, 15m or 1h30m"
        what = "no time at all" if re.match(DURATION_PATTERN, value) else "not a duration"
        yield report.say(bad_duration, path, f"{_shown(value)} is {what}", expected)
    elif pattern == NAME_PATTERN:
        yield report.say(bad_name, path, f"{_shown(value)} is not a name", _A_NAME)
    else:
        message = f"{_shown(value)} does not have the right form"
        examples = _examples(report, error)
        yield report.say(bad_value, path, message, examples or f"a match of {pattern}")


_A_NAME = "lower-case words joined by single hyphens, 63 characters at most"


def _examples(report: Report, error: Any) -> str:
    """`something like …` from the examples of the schema that was violated."""
    part: Any = report.shape
    for step in error.schema_path[:-1]:
        part = part[step]
    return " or ".join(f"something like {json.dumps(e)}" for e in part.get("examples", ())[:1])


def _named(report: Report, error: Any, path: Path) -> Iterator[Diagnostic]:
    part: Any = report.shape
    for step in error.schema_path:
        part = part[step]
        if step == "propertyNames":
            break
    names = jsonschema_rs.Draft202012Validator(part)
    for key in report.value(path):
        if not names.is_valid(key):
            expected = "lower-case words joined by _" if "_" in part["pattern"] else _A_NAME
            yield report.say(bad_name, (*path, key), f"{_shown(key)} is not a name", expected, True)


def _empty(report: Report, error: Any, path: Path) -> Iterator[Diagnostic]:
    what = {"minLength": "the text", "minItems": "the list"}.get(error.kind.name, "the mapping")
    yield report.say(empty_value, path, f"{what} is empty", "at least one entry")


def _refused(report: Report, error: Any, path: Path) -> Iterator[Diagnostic]:
    """`other`: the key of the `if` whose `then` leaves no room for this one."""
    part, other = report.shape, ""
    for step in error.schema_path:
        other = part["if"].get("required", [other])[0] if step == "then" else other
        part = part[step]
    message = f'the key "{path[-1]}" does not go with `{other}`'
    yield report.say(unknown_key, path, message, f"one of `{path[-1]}` and `{other}`", True)


def _unique(report: Report, error: Any, path: Path) -> Iterator[Diagnostic]:
    value = report.value(path)
    again = next((i for i, v in enumerate(value) if v in value[:i]), 0)
    message = f"{_shown(value[again])} is listed twice"
    yield report.say(bad_value, (*path, again), message, "each entry once")


def _other(report: Report, error: Any, path: Path) -> Iterator[Diagnostic]:
    """Limits of numbers and lengths; the validator's own words are good enough for these."""
    limit = error.kind.value
    words = {
        "minimum": f"at least {limit}",
        "maximum": f"at most {limit}",
        "exclusiveMinimum": f"more than {limit}",
        "exclusiveMaximum": f"less than {limit}",
        "maxLength": f"at most {limit} characters",
        "maxItems": f"at most {limit} entries",
    }
    expected = words.get(error.kind.name, "")
    message = f"{_shown(report.value(path))} is out of range" if expected else error.message
    yield report.say(bad_value, path, message, expected)


_WORDS: dict[str, Callable[[Report, Any, Path], Iterator[Diagnostic]]] = {
    "additionalProperties": _unknown,
    "required": _missing,
    "type": _typed,
    "enum": _choice,
    "const": _choice,
    "pattern": _pattern,
    "propertyNames": _named,
    "minLength": _empty,
    "minItems": _empty,
    "minProperties": _empty,
    "falseSchema": _refused,
    "uniqueItems": _unique,
}


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if not isinstance(value, str):
        return json.dumps(value)
    text = value
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}…"'
