"""Reading YAML strictly, the folders of a catalog, and places in files."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogs import write
from driftbook import pipeline, source, strictyaml
from driftbook.checks.example import CATALOG, FILES, TEAM
from driftbook.diagnostics import Place
from driftbook.files import MAX_BYTES

FAULTS: list[tuple[bytes, str, int, int]] = [
    (b"", "shape", 1, 1),
    (b"# a comment\n", "shape", 2, 1),
    (b"---\n", "shape", 2, 1),
    (b"- a\n", "shape", 1, 1),
    (b"just text\n", "shape", 1, 1),
    (b"a: [1\n", "syntax", 2, 1),
    (b"a:\n\tb: 1\n", "syntax", 2, 1),
    (b"a: b: c\n", "syntax", 1, 5),
    (b"a: 1\n...\nb: 2\n", "syntax", 3, 1),
    (b'a: "\\ud800"\n', "syntax", 1, 7),
    (b"a: \xe4\n", "encoding", 1, 4),
    (b"\xef\xbb\xbfa: 1\n", "encoding", 1, 1),
    ("a: 1\n".encode("utf-16"), "encoding", 1, 1),
    (b"a: 1\nb: \x07\n", "control", 2, 4),
    (b"a: x\rb: y\n", "control", 1, 5),
    ("a: x\u2028y\n".encode(), "control", 1, 5),
    ("a: x\u202ey\n".encode(), "control", 1, 5),
    (b'a: "x\\0y"\n', "control", 1, 4),
    (b"a: 1\nb: 2\na: 3\n", "duplicate", 3, 1),
    (b'a: {"x": 1, x: 2}\n', "duplicate", 1, 13),
    (b"a: &x 1\n", "alias", 1, 4),
    (b"a: *x\n", "alias", 1, 4),
    (b"*x : 1\n", "alias", 1, 1),
    (b"<<: {a: 1}\n", "alias", 1, 1),
    (b"a: !!str 1\n", "tag", 1, 4),
    (b"a: ! x\n", "tag", 1, 4),
    (b"!local {a: 1}\n", "tag", 1, 1),
    (b"%TAG ! tag:x,2000:\n---\na: 1\n", "tag", 1, 1),
    (b"1: a\n", "key", 1, 1),
    (b"true: a\n", "key", 1, 1),
    (b"~: a\n", "key", 1, 1),
    (b'"": a\n', "key", 1, 1),
    (b"? [a]\n: b\n", "key", 1, 3),
    (b"a: {{ x }}\n", "key", 1, 5),
    (b"a: 1\n---\nb: 1\n", "second", 2, 1),
    (b"a: " + b"[" * 41 + b"]" * 41, "size", 1, 43),
]


@pytest.mark.parametrize(("raw", "kind", "line", "column"), FAULTS, ids=lambda v: repr(v)[:30])
def test_fault_is_found_at_its_place(raw: bytes, kind: str, line: int, column: int) -> None:
    fault = strictyaml.read(raw).faults[0]
    assert (fault.kind, fault.line, fault.column) == (kind, line, column), fault


HUGE = [
    *(b"[" * 300_000, b"{" * 300_000, b"- " * 300_000, b"? " * 300_000, b"a: " * 200_000),
    *(b"".join(b" " * i + b"a:\n" for i in range(1200)), b'"' * 900_000, b"a: |" * 200_000),
]


@pytest.mark.parametrize("raw", HUGE, ids=lambda raw: repr(raw[:4]))
def test_nothing_that_a_file_can_hold_crashes_or_hangs(raw: bytes) -> None:
    assert strictyaml.read(raw).faults


def test_size_limit() -> None:
    assert strictyaml.read(b"a: " + b"x" * MAX_BYTES).faults[0].kind == "size"


CORE: list[tuple[str, Any]] = [
    ("", None),
    ("~", None),
    ("null", None),
    ("Null", None),
    ("nUll", "nUll"),
    ("true", True),
    ("FALSE", False),
    ("yes", "yes"),
    ("NO", "NO"),
    ("off", "off"),
    ("12", 12),
    ("-3", -3),
    ("+1", 1),
    ("012", "012"),
    ("0", 0),
    ("0x1F", "0x1F"),
    ("0o7", "0o7"),
    ("1_000", "1_000"),
    ("1:30", "1:30"),
    ("1.5", 1.5),
    (".5", 0.5),
    ("5.", 5.0),
    ("1e3", 1000.0),
    ("1e999", "1e999"),
    (".inf", ".inf"),
    (".nan", ".nan"),
    ("-", None),
    (".", "."),
    ("2026-03-02", "2026-03-02"),
    ("10s", "10s"),
    ("9" * 5000, "9" * 5000),
    ("'12'", "12"),
    ('"true"', "true"),
]


@pytest.mark.parametrize(("text", "value"), CORE, ids=lambda v: str(v)[:20])
def test_scalars_follow_the_core_schema(text: str, value: Any) -> None:
    if text == "-":
        return  # a list without an entry, not a scalar
    read = strictyaml.read(f"a: {text}\n".encode())
    assert not read.faults
    assert read.data is not None
    assert read.data["a"] == value
    assert type(read.data["a"]) is type(value)


def test_crlf_is_a_newline() -> None:
    assert strictyaml.read(b"a: |\r\n  x\r\n  y\r\nb: 1\r\n").data == {"a": "x\ny\n", "b": 1}


KEYS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=8)
NAMES = KEYS.filter(bool)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | KEYS
)
TREES = st.dictionaries(
    NAMES,
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
        max_leaves=12,
    ),
    min_size=1,
    max_size=5,
)


@given(TREES)
def test_reads_what_json_writes(tree: dict[str, Any]) -> None:
    read = strictyaml.read(json.dumps(tree, ensure_ascii=False).encode())
    assert not read.faults
    assert read.data == tree


@given(TREES, st.booleans())
def test_reads_what_pyyaml_writes_and_finds_every_scalar(tree: dict[str, Any], flow: bool) -> None:
    text = yaml.safe_dump(tree, allow_unicode=True, default_flow_style=flow, width=40)
    read = strictyaml.read(text.encode())
    if read.faults:  # U+00A0 and friends that YAML 1.1 folds at
        return
    positions = source.Positions(text)
    lines = text.split("\n")
    for path, value in _scalars((), read.data):
        for offset in range(len(value)):
            if value[offset].isalpha() and value[offset].isascii():
                at = positions.fill(Place("x", path, offset=offset))
                assert at.line is not None
                assert at.column is not None
                assert lines[at.line - 1][at.column - 1] == value[offset], (path, offset, text)


def _scalars(path: tuple[str | int, ...], value: Any) -> list[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, dict):
        return [pair for k, v in value.items() for pair in _scalars((*path, k), v)]
    if isinstance(value, list):
        return [pair for i, v in enumerate(value) for pair in _scalars((*path, i), v)]
    return [(path, value)] if isinstance(value, str) else []


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(max_examples=400)
def test_any_bytes_are_data_or_faults(raw: bytes) -> None:
    read = strictyaml.read(raw)
    assert (read.data is None) <= bool(read.faults)
    lines = raw.decode(errors="replace").split("\n")
    for fault in read.faults:
        assert 1 <= fault.line <= len(lines) + 1
        assert fault.column >= 1


YAMLISH = st.text(st.sampled_from(list("ab1 :-?[]{},&*!|>'\"%#\n\t.~<\\")), max_size=60)


@given(YAMLISH)
@settings(max_examples=400)
def test_anything_like_yaml_is_data_or_faults(text: str) -> None:
    read = strictyaml.read(text.encode())
    assert (read.data is None) <= bool(read.faults)
    source.Positions(text).fill(Place("x", ("a", 0, "b"), offset=3))


TEXT = """\
kind: team
quoted: 'it''s here'
escaped: "a\\tb\\u00e4c"
plain: some words
  that go on
literal: |

  first
    second
strip: |2-
    indented
folded: >
  one
  two

  three
list: [a, {b: c}]
"""


@pytest.mark.parametrize(
    ("path", "on", "offset", "line", "column"),
    [
        (("kind",), "key", None, 1, 1),
        (("kind",), "value", None, 1, 7),
        (("quoted",), "value", 5, 2, 16),
        (("escaped",), "value", 4, 3, 21),
        (("plain",), "value", 11, 5, 3),
        (("literal",), "value", 1, 8, 3),
        (("literal",), "value", 9, 9, 5),
        (("strip",), "value", 2, 11, 5),
        (("folded",), "value", 4, 14, 3),
        (("folded",), "value", 8, 16, 3),
        (("list", 1, "b"), "value", None, 17, 15),
        (("list", 1, "b"), "key", None, 17, 12),
        (("list", 7), "value", None, 17, 1),
        (("list", 1, "z", "y"), "value", None, 17, 11),
        (("gone",), "value", None, 1, 1),
        ((), "value", None, 1, 1),
    ],
)
def test_places(path: Any, on: Any, offset: int | None, line: int, column: int) -> None:
    at = source.Positions(TEXT).fill(Place("x", path, on, offset))
    assert (at.line, at.column) == (line, column)


def test_loads_the_small_catalog(tmp_path: Path) -> None:
    documents, found = source.load(write(tmp_path, FILES))
    assert not found
    assert sorted(d.file for d in documents) == sorted(FILES)
    assert all(len(d.digest) == 64 for d in documents)


def test_hidden_files_and_other_suffixes_are_left_alone(tmp_path: Path) -> None:
    files = {"invariants/.draft.yaml": "[", "invariants/notes.md": "[", "docs/x.yaml": "["}
    assert source.load(write(tmp_path, files)) == ([], [])


def test_base_is_not_a_document(tmp_path: Path) -> None:
    catalog = FILES[CATALOG].replace('"0.25"', '"0.25"\n  base: am/base.yaml')
    root = write(tmp_path, {CATALOG: catalog, "invariants/am/base.yaml": "route: {a: &x 1}\n"})
    (document,), found = source.load(root)
    assert not found
    data, faults = source.load_base(root, document)
    assert data is None
    assert [(f.code, f.place.line, f.place.column) for f in faults] == [("DB105", 1, 12)]


@pytest.mark.parametrize("base", ["../../etc/passwd", "/etc/passwd", "gone.yaml", "teams", "a\\nb"])
def test_base_outside_or_missing(tmp_path: Path, base: str) -> None:
    root = write(tmp_path, {**FILES, CATALOG: FILES[CATALOG] + f'\nx: "{base}"\n'})
    text = FILES[CATALOG].replace('"0.25"', f'"0.25"\n  base: "{base}"')
    root = write(tmp_path, {**FILES, CATALOG: text})
    documents, _ = source.load(root)
    (document,) = [d for d in documents if d.kind == "catalog"]
    data, faults = source.load_base(root, document)
    assert data is None
    assert [f.code for f in faults] == ["DB112"]


def test_links_that_leave_the_project_are_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("kind: team\n")
    root = write(tmp_path / "project", {TEAM: FILES[TEAM]})
    (root / "invariants/out.yaml").symlink_to(outside)
    (root / "invariants/loop.yaml").symlink_to("loop.yaml")
    (root / "invariants/folder").symlink_to(tmp_path)
    (root / "runbooks").symlink_to(tmp_path)
    documents, found = source.load(root)
    assert [d.file for d in documents] == [TEAM]
    assert {d.code for d in found} == {"DB112"}
    assert [d.place.file for d in found] == [
        "invariants/folder",
        "invariants/loop.yaml",
        "invariants/out.yaml",
        "runbooks",
    ]


def test_links_inside_the_project_are_followed(tmp_path: Path) -> None:
    root = write(tmp_path, {"elsewhere/team.yaml": FILES[TEAM]})
    (root / "invariants").mkdir()
    (root / "invariants/team.yaml").symlink_to("../elsewhere/team.yaml")
    documents, found = source.load(root)
    assert [d.file for d in documents] == ["invariants/team.yaml"]
    assert not found


def test_what_is_not_a_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "invariants").mkdir()
    os.mkfifo(tmp_path / "invariants/pipe.yaml")
    (tmp_path / "runbooks").write_text("not a folder")
    (tmp_path / os.fsdecode(b"invariants/\xff.yaml")).write_text("kind: team\n")
    _, found = source.load(tmp_path)
    assert [d.code for d in found] == ["DB112", "DB112", "DB112"]
    for diagnostic in found:
        diagnostic.place.file.encode()


@pytest.mark.parametrize("name", ["a\nb.yaml", "a\x1b[31m.yaml", "folder\n/a.yaml"])
def test_names_that_would_break_out_of_a_line_are_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path, {f"invariants/{name}": FILES[TEAM]})
    documents, found = source.load(tmp_path)
    assert not documents
    assert [d.code for d in found] == ["DB112"]
    assert "characters that cannot be printed" in found[0].message


def test_a_file_in_the_place_of_a_folder_is_said_once(tmp_path: Path) -> None:
    others = {f: t for f, t in FILES.items() if not f.startswith("invariants/")}
    root = write(tmp_path, {**others, "invariants": "kind: catalog\n"})
    (found,) = pipeline.check(root).diagnostics
    assert found.code == "DB112"
    assert found.place.file == "invariants"
    assert "it is a file" in found.message
    assert "a folder" in found.expected


def test_so_is_such_a_name_of_the_base(tmp_path: Path) -> None:
    catalog = FILES[CATALOG].replace("alertmanager:\n", 'alertmanager:\n  base: "a\\nb.yaml"\n')
    write(tmp_path, {CATALOG: catalog, "invariants/a\nb.yaml": "route: {receiver: x}\n"})
    (document,), _ = source.load(tmp_path)
    data, found = source.load_base(tmp_path, document)
    assert data is None
    assert "characters that cannot be printed" in found[0].message


def test_guesses_what_a_broken_file_defines(tmp_path: Path) -> None:
    root = write(tmp_path, {"invariants/a.yaml": "kind: team\nname: shop\nx: [\n"})
    assert source.guess(root, "invariants/a.yaml") == {("team", "shop"), ("team", "a")}
    assert ("dataset", "gone") in source.guess(root, "invariants/gone.yaml")


def test_place_of_a_file_that_has_gone(tmp_path: Path) -> None:
    at = source.locate(tmp_path, Place("gone.yaml", ("a",)))
    assert (at.line, at.column) == (1, 1)
