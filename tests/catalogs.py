"""Small catalogs on disk for the tests."""

from collections.abc import Mapping
from pathlib import Path

from driftbook.checks.example import FILES
from driftbook.checks.kit import Check


def write(root: Path, files: Mapping[str, str]) -> Path:
    """The files below the root; a lone surrogate stands for a byte that is not UTF-8."""
    for file, text in files.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return root


def edited(check: Check, good: bool = False) -> dict[str, str]:
    """The small catalog with a check's example in it."""
    example = check.EXAMPLE
    files = {**FILES, **example.extra, **({} if good else example.bad_extra)}
    text = files[example.file]
    assert example.replace in text, f"{check.NAME} edits what is not there"
    new = example.good if good else example.bad
    return {**files, example.file: text.replace(example.replace, new, 1)}
