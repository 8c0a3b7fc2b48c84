"""Reports: text with carets, JSON after its schema, GitHub annotations."""

import json
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

from catalogs import edited, write
from driftbook import checks, pipeline, schema
from driftbook.checks.example import FILES, INVARIANT, TEAM
from driftbook.commands import validate
from driftbook.diagnostics import Diagnostic, Place, Severity
from driftbook.errors import Exit
from driftbook.report import github, text
from driftbook.report import json as json_report


def one(message: str = "wrong", expected: str = "", **place: object) -> Diagnostic:
    at = Place(**{"file": "a.yaml", "line": 1, "column": 1, **place})  # type: ignore[arg-type]
    return Diagnostic("DB101", Severity.ERROR, message, at, expected)


def test_line_caret_expected_and_other(tmp_path: Path) -> None:
    check = next(c for c in checks.CHECKS if c.NAME == "duplicate-key")
    root = write(tmp_path, edited(check))
    assert text.render(pipeline.check(root).diagnostics, root) == (
        f'{TEAM}:4:1: error DB104: duplicate key "title"\n'
        "  4 | title: The shop\n"
        "    | ^\n"
        "  expected each key once\n"
        f"  other definition: {TEAM}:3:1\n"
    )


def test_caret_inside_a_block(tmp_path: Path) -> None:
    check = next(c for c in checks.CHECKS if c.NAME == "promql-syntax")
    root = write(tmp_path, edited(check))
    lines = text.render(pipeline.check(root).diagnostics, root).splitlines()
    assert lines[0].startswith(f"{INVARIANT}:9:45: error DB401: ")
    assert lines[2].index("^") == lines[1].index("}")


@pytest.mark.parametrize(
    ("line", "column", "under"),
    [
        ("a:\tb", 4, "b"),
        ("漢字: x", 5, "x"),
        ("short", 9, ""),
        ("k: " + "y" * 300 + "Z" + "w" * 300, 304, "Z"),
    ],
)
def test_caret_stands_under_its_character(
    line: str, column: int, under: str, tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(line + "\n", "utf-8")
    shown = text.render([one(column=column)], tmp_path).splitlines()
    wide = "".join(c * (2 if ord(c) > 0x1100 and c != "…" else 1) for c in shown[1])
    at = shown[2].index("^")
    assert wide[at : at + 1] == under
    assert len(shown[1]) < 130


def test_nothing_reaches_the_terminal_that_moves_it(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"a: \x1b[31m\x9b\xff\r\n")
    shown = text.render([one("bad \x1b]0;x\x07", "no \x08")], tmp_path)
    assert not set(shown) & set("\x1b\x07\x08\x9b\r")


def test_file_that_has_gone(tmp_path: Path) -> None:
    assert text.render([one()], tmp_path) == "a.yaml:1:1: error DB101: wrong\n"


def test_files_are_named_from_where_the_reader_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    assert text.render([one()], tmp_path / "sub").startswith("sub/a.yaml:1:1:")


def test_summary() -> None:
    note = Diagnostic("DB507", Severity.NOTE, "x", Place("a"))
    assert text.summary([one(), note, one()]) == "2 errors, 1 note"
    assert text.summary([]) == ""


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda c: str(c.NAME))
def test_json_follows_its_schema(check: checks.Check, tmp_path: Path) -> None:
    root = write(tmp_path, edited(check))
    report = json.loads(json_report.render(pipeline.check(root).diagnostics, root))
    jsonschema.validate(report, schema.schema("report"))
    assert report["diagnostics"][0]["name"] == check.NAME
    assert report["ok"] is (check.SEVERITY is not Severity.ERROR)


def test_github_escapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    found = one("50% of\nlines: a, b", "x", file="a,b:c%.yaml", line=2, column=3)
    assert github.render([found], tmp_path) == (
        "::error file=a%2Cb%3Ac%25.yaml,line=2,col=3,title=DB101::"
        "50%25 of%0Alines: a, b%0Aexpected x\n"
    )


def test_github_names_files_from_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert "file=sub/a.yaml," in github.render([one()], tmp_path / "sub")


@pytest.mark.parametrize("format_", ["text", "json", "github"])
def test_validate(format_: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(soft_wrap=True, highlight=False)
    assert validate.run(write(tmp_path, FILES), console, format_=format_) == Exit.OK
    quiet = capsys.readouterr().out
    assert (quiet == "") is (format_ != "json")
    check = next(c for c in checks.CHECKS if c.NAME == "unknown-key")
    root = write(tmp_path, edited(check))
    assert validate.run(root, console, format_=format_) == Exit.FINDINGS
    assert "DB201" in capsys.readouterr().out
