"""Whether documents have the shape of their kind: JSON Schema, and its errors in our words.

The schemas in `schema/` are what editors use too. The conditions of an invariant's stages come
from `conditions.CONDITIONS`; `python -m driftbook.schema` writes them into the invariant's
schema, and a test compares.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs

from driftbook.checks import (
    bad_duration,
    bad_name,
    bad_value,
    condition_count,
    empty_value,
    missing_key,
    not_in_list,
    step_kind,
    unknown_key,
    wrong_type,
)
from driftbook.checks.kit import Check, found
from driftbook.conditions import CONDITIONS
from driftbook.diagnostics import Diagnostic, Path, listed, nearest
from driftbook.document import Document
from driftbook.model import STAGES
from driftbook.units import DURATION_PATTERN

NAME_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
MODIFIERS = ("for", "keep_firing_for")
STEP_KINDS = ("check", "act", "escalate")
_TYPES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}


def check(documents: Iterable[Document]) -> Iterator[Diagnostic]:
    """What is wrong with the shape of each document."""
    for document in documents:
        errors = list(_validator(document.kind).iter_errors(document.data))
        if errors:
            yield from _Report(document, errors).diagnostics()
        elif document.kind == "invariant":
            yield from _condition_counts(document)
        elif document.kind == "runbook":
            yield from _step_kinds(document)


@cache
def schema(kind: str) -> dict[str, Any]:
    """The published schema of a kind."""
    text = (files("driftbook") / "schema" / f"{kind}.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def _validator(kind: str) -> Any:
    return jsonschema_rs.Draft202012Validator(schema(kind))


class _Report:
    """The errors of one document, one diagnostic for each thing to be put right."""

    def __init__(self, document: Document, errors: list[Any]) -> None:
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
        part: Any = schema(self.document.kind)
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


def _unknown(report: _Report, error: Any, path: Path) -> Iterator[Diagnostic]:
    known = report.properties(error)
    given = report.value(path)
    for key in error.kind.value:
        close = nearest(key, [k for k in known if k not in given] or known)
        if given[key] is None and " " in key:
            close = "quotes around a text with a comma or a colon in it"
        expected = close or ("one of " + ", ".join(known) if known else "another key")
        yield report.say(unknown_key, (*path, key), f'unknown key "{key}"', expected, on_key=True)


def _missing(report: _Report, error: Any, path: Path) -> Iterator[Diagnostic]:
    """Not said where an unknown key nearby is a misspelling of it."""
    name = error.kind.value
    if any(nearest(key, [name]) for key in report.unknown.get(path, ())):
        return
    where = f" in `{path[-1]}`" if path and isinstance(path[-1], str) else ""
    message = f'the key "{name}" is missing{where}'
    yield report.say(missing_key, path, message, f"a value for `{name}`", on_key=True)


def _typed(report: _Report, error: Any, path: Path) -> Iterator[Diagnostic]:
    value, types = report.value(path), error.kind.value
    expected = " or ".join(_TYPES[t] for t in types if t != "null" or len(types) == 1)
    if value is None:
        yield report.say(empty_value, path, "nothing is written here", expected)
        return
    if "string" in types and isinstance(value, bool | int | float):
        expected += f'; "{json.dumps(value)}" in quotes is text'
    yield report.say(wrong_type, path, f"{_shown(value)} is not {expected.split(';')[0]}", expected)


def _choice(report: _Report, error: Any, path: Path) -> Iterator[Diagnostic]:
    value = report.value(path)
    options = error.kind.value if isinstance(error.kind.value, list) else [error.kind.value]
    words = [o if isinstance(o, str) else json.dumps(o) for o in options]
    if value is None:
        yield report.say(empty_value, path, "nothing is written here", "one of " + ", ".join(words))
        return
    close = nearest(value, words) if isinstance(value, str) else ""
    expected = f"{close} one of {', '.join(words)}".strip()
    yield report.say(not_in_list, path, f"{_shown(value)} is not a choice", expected)


def _pattern(report: _Report, error: Any, path: Path) -> Iterator[Diagnostic]:
    value, pattern = report.value(path), error.kind.value
    if pattern == DURATION_PATTERN:
        expected = "a duration such as 90s, 15m or 1h30m"
        yield report.say(bad_duration, path, f"{_shown(value)} is not a duration", expected)
    elif pattern == NAME_PATTERN:
        yield report.say(bad_name, path, f"{_shown(value)} is not a name", _A_NAME)
    else:
        message = f"{_shown(value)} does not have the right form"
        examples = report_examples(report, error)
        yield report.say(bad_value, path, message, examples or f"a match of {pattern}")


_A_NAME = "lower-case words joined by single hyphens, 63 characters at most"


def report_examples(report: _Report, error: Any) -> str:
    """`something like …` from the examples of the schema that was violated."""
    part: Any = schema(report.document.kind)
    for step in error.schema_path[:-1]:
        part = part[step]
    return " or ".join(f"something like {json.dumps(e)}" for e in part.get("examples", ())[:1])


def _named(report: _Report, error: Any, path: Path) -> Iterator[Diagnostic]:
    part: Any = schema(report.document.kind)
    for step in error.schema_path:
        part = part[step]
        if step == "propertyNames":
            break
    names = jsonschema_rs.Draft202012Validator(part)
    for key in report.value(path):
        if not names.is_valid(key):
            expected = "lower-case words joined by _" if "_" in part["pattern"] else _A_NAME
            yield report.say(bad_name, (*path, key), f"{_shown(key)} is not a name", expected, True)


def _empty(report: _Report, error: Any, path: Path) -> Iterator[Diagnostic]:
    what = {"minLength": "the text", "minItems": "the list"}.get(error.kind.name, "the mapping")
    yield report.say(empty_value, path, f"{what} is empty", "at least one entry")


def _refused(report: _Report, error: Any, path: Path) -> Iterator[Diagnostic]:
    other = "none" if report.document.kind == "scenario" else "not_applicable"
    message = f'the key "{path[-1]}" does not go with `{other}`'
    yield report.say(unknown_key, path, message, f"one of `{path[-1]}` and `{other}`", True)


def _unique(report: _Report, error: Any, path: Path) -> Iterator[Diagnostic]:
    value = report.value(path)
    again = next((i for i, v in enumerate(value) if v in value[:i]), 0)
    message = f"{_shown(value[again])} is listed twice"
    yield report.say(bad_value, (*path, again), message, "each entry once")


def _other(report: _Report, error: Any, path: Path) -> Iterator[Diagnostic]:
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


_WORDS: dict[str, Callable[[_Report, Any, Path], Iterator[Diagnostic]]] = {
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


def _condition_counts(document: Document) -> Iterator[Diagnostic]:
    data = document.data
    tables: list[tuple[Path, Any]] = [(("stages",), data["stages"])]
    for index, override in enumerate(data.get("overrides", ())):
        tables.append((("overrides", index, "stages"), override["stages"]))
    for path, stages in tables:
        for stage, written in stages.items():
            many = isinstance(written, list)
            for index, condition in enumerate(written if many else [written]):
                at: Path = (*path, stage, index) if many else (*path, stage)
                yield from _condition_count(document, at, condition)


def _condition_count(
    document: Document, at: Path, condition: dict[str, Any]
) -> Iterator[Diagnostic]:
    kinds = [key for key in condition if key not in MODIFIERS]
    if len(kinds) == 1:
        return
    message = f"two conditions in one: {', '.join(listed(kinds))}" if kinds else "no condition"
    path = (*at, kinds[1]) if kinds else at
    expected = "a list of conditions" if kinds else "one of " + ", ".join(CONDITIONS)
    yield found(condition_count.CODE, message, document.file, path, expected=expected, on_key=True)


def _step_kinds(document: Document) -> Iterator[Diagnostic]:
    for stage in STAGES:
        for index, step in enumerate(document.data["stages"].get(stage, ())):
            kinds = [key for key in STEP_KINDS if key in step]
            if len(kinds) != 1:
                path: Path = ("stages", stage, index)
                message = f'the step "{step["id"]}" has {" and ".join(kinds) or "nothing to do"}'
                path = (*path, kinds[1]) if kinds else path
                expected = "exactly one of check, act, escalate"
                yield found(
                    step_kind.CODE, message, document.file, path, expected=expected, on_key=True
                )


def assembled() -> dict[str, Any]:
    """The invariant's schema with the conditions as their modules state them."""
    result: dict[str, Any] = json.loads(json.dumps(schema("invariant")))
    hold = {"$ref": "#/$defs/duration", "examples": ["5m"]}
    result["$defs"]["condition"] = {
        "type": "object",
        "description": "One way of judging the signal: exactly one of the conditions, and how long"
        " it must hold.",
        "additionalProperties": False,
        "properties": {
            **{name: module.SCHEMA for name, module in CONDITIONS.items()},
            "for": {**hold, "description": "How long it must hold before it fires."},
            "keep_firing_for": {**hold, "description": "How long it fires on after it held."},
        },
        "examples": [{"above": "10s", "for": "5m"}],
    }
    return result


if __name__ == "__main__":
    target = files("driftbook") / "schema" / "invariant.schema.json"
    text = json.dumps(assembled(), indent=2, ensure_ascii=False) + "\n"
    target.write_text(text, "utf-8")  # type: ignore[attr-defined]
