"""What every report needs of a finding: where it is, as its reader sees the project."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from driftbook import source
from driftbook.diagnostics import Diagnostic, Place

_SPELLING = re.compile(r"(?:did you mean (\".*?\"\?))?\s*(.*)", re.DOTALL)
Located = tuple[Diagnostic, Place, Place | None]


def located(diagnostics: Iterable[Diagnostic], root: Path) -> Iterator[Located]:
    """Each finding with its place and that of the other definition, by file, line and column."""
    found = [(diagnostic, source.locate(root, diagnostic.place)) for diagnostic in diagnostics]
    found.sort(key=lambda one: (one[1].file, one[1].line or 0, one[1].column or 0))
    for diagnostic, place in found:
        other = source.locate(root, diagnostic.other) if diagnostic.other else None
        yield diagnostic, place, other


def hints(expected: str) -> Iterator[tuple[str, str]]:
    """What was expected in lines of (lead, text): the nearest spelling, then the rest."""
    spelling, rest = _SPELLING.fullmatch(expected).groups()  # type: ignore[union-attr]
    if spelling:
        yield "did you mean ", spelling
    if rest:
        yield "expected ", rest


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


def one_line(text: str) -> str:
    """The same in one line, so that no text of others looks like a line of ours."""
    return printable(text.replace("\n", "\\n"))
