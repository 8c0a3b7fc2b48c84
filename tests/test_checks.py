"""Every check: its example, its place in the registry, its texts, and golden reports.

Set DRIFTBOOK_UPDATE=1 to write the reports anew.
"""

import os
import pkgutil
import re
from pathlib import Path

import pytest
import yaml

from catalogs import edited, write
from driftbook import checks, pipeline, source
from driftbook.checks.example import FILES
from driftbook.checks.kit import Check
from driftbook.report import text

CASES = Path(__file__).parent / "cases"
HELPERS = {"example", "exprs", "kit", "notation", "receivers", "rendered"}


def by_name(check: Check) -> str:
    return check.NAME


def test_small_catalog_is_clean(tmp_path: Path) -> None:
    checked = pipeline.check(write(tmp_path, FILES))
    assert not checked.diagnostics, text.render(checked.diagnostics, tmp_path)
    assert checked.ok


@pytest.mark.parametrize("check", checks.CHECKS, ids=by_name)
def test_wrong_example_gives_its_code_alone(check: Check, tmp_path: Path) -> None:
    root = write(tmp_path, edited(check))
    found = pipeline.check(root).diagnostics
    assert [d.code for d in found] == [check.CODE], text.render(found, root)
    assert found[0].severity is check.SEVERITY


@pytest.mark.parametrize("check", checks.CHECKS, ids=by_name)
def test_right_example_is_clean(check: Check, tmp_path: Path) -> None:
    root = write(tmp_path, edited(check, good=True))
    found = pipeline.check(root).diagnostics
    assert not found, text.render(found, root)


@pytest.mark.parametrize("check", checks.CHECKS, ids=by_name)
def test_finding_has_a_position_inside_its_file(check: Check, tmp_path: Path) -> None:
    root = write(tmp_path, edited(check))
    for diagnostic in pipeline.check(root).diagnostics:
        for place in filter(None, (diagnostic.place, diagnostic.other)):
            at = source.locate(root, place)
            assert at.line is not None
            assert at.column is not None
            assert at.line >= 1
            assert at.column >= 1
            if (root / at.file).is_file():
                lines = (root / at.file).read_bytes().decode(errors="replace").split("\n")
                assert at.line <= len(lines)
                assert at.column <= len(lines[at.line - 1]) + 1


def test_registry_and_folder_agree() -> None:
    folder = {module.name for module in pkgutil.iter_modules(checks.__path__)}
    listed = {check.__name__.rpartition(".")[2] for check in checks.CHECKS}  # type: ignore[attr-defined]
    assert folder - HELPERS == listed
    assert {c for c in checks.CHECKS if c.FOUND_BY == "check"} <= set(checks.RUNNING)


def test_codes_are_unique_sorted_and_named_like_their_modules() -> None:
    codes = [check.CODE for check in checks.CHECKS]
    assert codes == sorted(set(codes))
    for check in checks.CHECKS:
        assert re.fullmatch(r"DB[1-9][0-9]{2}", check.CODE)
        module = check.__name__.rpartition(".")[2]  # type: ignore[attr-defined]
        assert module.replace("_", "-") == check.NAME
        assert check.FOUND_BY in ("load", "shape", "resolve", "check")
        assert check.__doc__
        assert len(check.__doc__.split()) >= 12


def golden(output: Path, said: str) -> None:
    if os.environ.get("DRIFTBOOK_UPDATE"):
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(said, "utf-8")
    assert output.is_file(), f"{output} is missing; DRIFTBOOK_UPDATE=1 writes it"
    assert said == output.read_text("utf-8")


@pytest.mark.parametrize("check", checks.CHECKS, ids=by_name)
def test_report_on_the_wrong_example(check: Check, tmp_path: Path) -> None:
    root = write(tmp_path, edited(check))
    said = text.render(pipeline.check(root).diagnostics, root)
    golden(CASES / "err" / check.NAME / "example.out", said)


@pytest.mark.parametrize(
    "case", sorted(CASES.glob("err/*/*.yaml")), ids=lambda p: f"{p.parent.name}/{p.stem}"
)
def test_report_on_a_case(case: Path, tmp_path: Path) -> None:
    root = write(tmp_path, files_of(case))
    found = pipeline.check(root).diagnostics
    code = next(c.CODE for c in checks.CHECKS if case.parent.name == c.NAME)
    assert {d.code for d in found} == {code}, text.render(found, root)
    golden(case.with_suffix(".out"), text.render(found, root))


@pytest.mark.parametrize("case", sorted(CASES.glob("ok/*.yaml")), ids=lambda p: p.stem)
def test_ok_case_is_clean_and_compiles(case: Path, tmp_path: Path) -> None:
    root = write(tmp_path, files_of(case))
    checked = pipeline.check(root)
    assert not checked.diagnostics, text.render(checked.diagnostics, root)
    assert checked.catalog is not None
    assert all(artifact.text for artifact in pipeline.compile_rules(checked.catalog))


def files_of(case: Path) -> dict[str, str]:
    """The small catalog with a case's edits (file, old, new) and further files."""
    data = yaml.safe_load(case.read_text("utf-8"))
    files = {**FILES, **data.get("files", {})}
    for edit in data.get("edits", ()):
        assert edit["old"] in files[edit["file"]], edit
        files[edit["file"]] = files[edit["file"]].replace(edit["old"], edit["new"], 1)
    return files
