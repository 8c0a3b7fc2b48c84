"""The published schemas, and what their errors become."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogs import write
from driftbook import schema, source, strictyaml
from driftbook.checks.example import CATALOG, DATASET, FILES, INVARIANT, RUNBOOK, SCENARIO, TEAM
from driftbook.document import KINDS, Document
from driftbook.units import DURATION_PATTERN

PUBLISHED = (*KINDS, "report", "canary", "catalog-export", "alerts-export")
DATA = {file: strictyaml.read(text.encode()).data or {} for file, text in FILES.items()}


@pytest.mark.parametrize("kind", PUBLISHED)
def test_schema_is_a_schema(kind: str) -> None:
    published = schema.schema(kind)
    jsonschema.Draft202012Validator.check_schema(published)
    assert published["$id"] == f"https://driftbook.dev/schema/{kind}.schema.json"
    assert "oneOf" not in json.dumps(published)


def fields(part: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every described place of a schema: properties, items and definitions."""
    if isinstance(part, dict):
        for key in ("properties", "$defs", "patternProperties"):
            for name, child in part.get(key, {}).items():
                if isinstance(child, dict) and path.rpartition("/")[2] not in ("if", "then"):
                    yield f"{path}/{name}", child
        for key, child in part.items():
            if key not in ("examples", "const", "enum", "required"):
                yield from fields(child, f"{path}/{key}")
    elif isinstance(part, list):
        for index, child in enumerate(part):
            yield from fields(child, f"{path}/{index}")


@pytest.mark.parametrize("kind", PUBLISHED)
def test_every_field_is_described_and_has_an_example(kind: str) -> None:
    published = schema.schema(kind)
    for path, field in fields(published):
        assert field.get("description"), path
        assert field.get("examples"), path


@pytest.mark.parametrize("kind", KINDS)
def test_examples_of_fields_are_valid(kind: str) -> None:
    published = schema.schema(kind)
    for path, field in fields(published):
        whole = {**field, "$defs": published.get("$defs", {})}
        for example in field["examples"]:
            assert jsonschema_rs.Draft202012Validator(whole).is_valid(example), (path, example)


def test_conditions_come_from_their_modules() -> None:
    assert schema.schema("invariant") == schema.assembled()


@pytest.mark.parametrize("file", FILES)
def test_small_catalog_has_its_shape(file: str) -> None:
    jsonschema.validate(DATA[file], schema.schema(str(DATA[file]["kind"])))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "x", "10s", "unknown"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["above", "name", "for", "zz"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A document of the small catalog in which one place has another value, or none."""
    data = copy.deepcopy(DATA[draw(st.sampled_from(sorted(DATA)))])
    part: Any = data
    while True:
        keys = list(part) if isinstance(part, dict) else list(range(len(part)))
        key = draw(st.sampled_from(keys))
        if isinstance(part[key], dict | list) and part[key] and draw(st.booleans()):
            part = part[key]
            continue
        action = draw(st.sampled_from(["replace", "drop", "add"]))
        if action == "replace" and key != "kind":
            part[key] = draw(JSON)
        elif action == "drop" and key != "kind":
            del part[key]
        elif isinstance(part, dict):
            part[draw(st.sampled_from(["zz", "nam", "above", "unit"]))] = draw(JSON)
        return data


@given(mutated())
@settings(max_examples=300)
def test_both_validators_agree_and_every_error_has_words(data: dict[str, Any]) -> None:
    kind = str(data["kind"])
    published = schema.schema(kind)
    fast = list(jsonschema_rs.Draft202012Validator(published).iter_errors(data))
    slow = list(jsonschema.Draft202012Validator(published).iter_errors(data))
    assert {tuple(e.instance_path) for e in fast} == {tuple(e.absolute_path) for e in _leaves(slow)}
    found = list(schema.check([Document("x.yaml", kind, data, "")]))
    assert bool(fast) <= bool(found)
    assert all(d.message and d.expected for d in found), found


def _leaves(errors: list[Any]) -> Iterator[Any]:
    for error in errors:
        yield from _leaves(error.context) if error.context else [error]


CASES = [
    (TEAM, 'contact: "#shop"', "contakt: x", "DB201", 'did you mean "contact"?', 4, 1),
    (TEAM, 'contact: "#shop"\n', "", "DB202", "a value for `contact`", 1, 1),
    (TEAM, "title: Shop team", "title: [a]", "DB203", "text", 3, 8),
    (TEAM, "title: Shop team", "title: 2.5", "DB203", 'text; "2.5" in quotes is text', 3, 8),
    (TEAM, "title: Shop team", "title:", "DB208", "text", 3, 7),
    (TEAM, "title: Shop team", "title: ''", "DB208", "at least one entry", 3, 8),
    (TEAM, "name: shop", "name: Shop_1", "DB206", "lower-case words", 2, 7),
    (TEAM, "name: shop", "name: " + "a" * 64, "DB207", "at most 63 characters", 2, 7),
    (DATASET, "tier: 1", "tier: 0", "DB207", "at least 1", 7, 7),
    (DATASET, "tier: 1", "tier: one", "DB203", "a whole number", 7, 7),
    (DATASET, "max_staleness: 10s", "max_staleness: 1.5s", "DB205", "a duration", 11, 18),
    (DATASET, "session-stickiness", "session-stikiness", "DB204", "session-stickiness", 12, 21),
    (DATASET, "monotonic_reads: true", "monotonic_reads: yes", "DB204", "true", 13, 20),
    (DATASET, "single-writer", "{not_applicable: }", "DB208", "text", 14, 41),
    (DATASET, "single-writer", "{not_aplicable: x}", "DB201", "not_applicable", 14, 25),
    (INVARIANT, "unit: seconds", "unit: sec", "DB204", "one of seconds, ratio", 11, 9),
    (INVARIANT, "identity: [region]", "identity: [a, a]", "DB207", "each entry once", 13, 17),
    (INVARIANT, "stage: mid}", "not_applicable: x}", "DB201", "not_applicable", 14, 13),
    (INVARIANT, "repairs_failed: {", "Repairs-Failed: {", "DB206", "joined by _", 16, 3),
    (INVARIANT, "toward: 10s", "to: 10s", "DB202", "a value for `toward`", 18, 11),
    (INVARIANT, "{above: 30s, ", "{abov: 30s, ", "DB201", 'did you mean "above"?', 21, 8),
    (INVARIANT, "{above: 30s, for", "{for", "DB209", "one of above, below", 21, 7),
    (RUNBOOK, "escalate: Database on call, ", "", "DB210", "exactly one of", 16, 10),
    (SCENARIO, "none: true", "none: true, stage: mid", "DB201", "`none`", 9, 27),
    (SCENARIO, "none: true", "none: false", "DB204", "true", 9, 21),
    (SCENARIO, "stage: late, ", "", "DB202", "a value for `stage`", 10, 5),
    (INVARIANT, "region: ap-south-1}", '"1": 1, "02": 2}', "DB203", "in quotes", 24, 18),
    (CATALOG, '"2.42"', "2.42", "DB203", "in quotes", 6, 12),
    (CATALOG, '"2.42"', '"v2.42"', "DB207", 'something like "2.42"', 6, 12),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "expected", "line", "column"), CASES, ids=lambda v: str(v)[:24]
)
def test_errors_in_words(
    file: str,
    old: str,
    new: str,
    code: str,
    expected: str,
    line: int,
    column: int,
    tmp_path: Path,
) -> None:
    assert old in FILES[file]
    root = write(tmp_path, {file: FILES[file].replace(old, new, 1)})
    documents, faults = source.load(root)
    assert not faults
    found = list(schema.check(documents))
    assert [d.code for d in found][:1] == [code], found
    at = source.locate(root, found[0].place)
    assert expected in found[0].expected
    assert (at.line, at.column) == (line, column)


@pytest.mark.parametrize("text", ["", "s", "10", "1.5h", "30m1h", "5 m", "10s\n", "-5m", "5M"])
def test_durations_that_are_none(text: str) -> None:
    validator = jsonschema_rs.Draft202012Validator({"pattern": DURATION_PATTERN})
    assert not validator.is_valid(text)
