"""What every report needs of a finding: where it is, as its reader sees the project."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from driftbook import source
from driftbook.diagnostics import Diagnostic, Place

Located = tuple[Diagnostic, Place, Place | None]


def located(diagnostics: Iterable[Diagnostic], root: Path) -> Iterator[Located]:
    """Each finding with its place, and that of the other definition, in lines and columns."""
    for diagnostic in diagnostics:
        other = source.locate(root, diagnostic.other) if diagnostic.other else None
        yield diagnostic, source.locate(root, diagnostic.place), other


def shown(root: Path, file: str, base: Path | None = None) -> str:
    """The file's path from where the reader stands, if the project is there, else from its root."""
    base = (base or Path.cwd()).resolve()
    root = root.resolve()
    if root == base or not root.is_relative_to(base):
        return file
    return f"{root.relative_to(base).as_posix()}/{file}".replace(os.sep, "/")


def printable(text: str) -> str:
    """Without the characters that move a terminal's cursor or change its colours."""
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)
