"""Whether documents have the shape of their kind: JSON Schema, and its errors in our words.

The schemas in `schema/` are what editors use too. The conditions of an invariant's stages come
from `conditions.CONDITIONS`; `python -m driftbook.schema` writes them into the invariant's
schema, and a test compares.
"""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs

from driftbook.checks import condition_count, step_kind
from driftbook.checks.kit import found
from driftbook.conditions import CONDITIONS
from driftbook.diagnostics import Diagnostic, Path, listed
from driftbook.document import Document
from driftbook.model import STAGES
from driftbook.shapewords import Report

MODIFIERS = ("for", "keep_firing_for")
STEP_KINDS = ("check", "act", "escalate")


def check(documents: Iterable[Document]) -> Iterator[Diagnostic]:
    """What is wrong with the shape of each document."""
    for document in documents:
        wrong = list(shape(document))
        if wrong:
            yield from wrong
        elif document.kind == "invariant":
            yield from _condition_counts(document)
        elif document.kind == "runbook":
            yield from _step_kinds(document)


def shape(document: Document) -> Iterator[Diagnostic]:
    """Where a document differs from the schema of its kind."""
    errors = list(_validator(document.kind).iter_errors(document.data))
    if errors:
        yield from Report(document, schema(document.kind), errors).diagnostics()


@cache
def schema(kind: str) -> dict[str, Any]:
    """The published schema of a kind."""
    text = (files("driftbook") / "schema" / f"{kind}.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def _validator(kind: str) -> Any:
    return jsonschema_rs.Draft202012Validator(schema(kind))


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
