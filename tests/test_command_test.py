"""`driftbook test` judges what lies on disk, and says so where that is not the catalog."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from driftbook.commands import test as command
from driftbook.errors import Exit
from driftbook.prove import engines
from proving import LAG_TESTS, project, real_engines


def said(root: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, list[str]]:
    """Exit status and lines, with the engines of this checkout."""
    found = real_engines()
    monkeypatch.setattr(engines, "require", lambda _: found)
    console = Console(file=io.StringIO(), width=200)
    code = command.run(root, console, names=["orders-lag"])
    assert isinstance(console.file, io.StringIO)
    return code, console.file.getvalue().splitlines()


def test_rules_of_the_catalog_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path)
    code, lines = said(tmp_path, monkeypatch)
    assert code == Exit.OK
    assert lines[-1].rstrip().endswith("passed")


def test_what_is_not_compiled_has_not_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path)
    (tmp_path / LAG_TESTS).unlink()
    code, lines = said(tmp_path, monkeypatch)
    text = "\n".join(lines)
    assert code == Exit.FINDINGS
    assert "passed" not in text
    assert "not compiled yet; run driftbook build" in text
    assert text.index("not those of the catalog") < text.index("not compiled yet")
