"""Findings for people: place, code and message, the source line with a caret, what was expected."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from rich.cells import cell_len
from rich.text import Text

from driftbook.diagnostics import Diagnostic, Place, Severity
from driftbook.files import UnreadableError, read_bytes
from driftbook.report.places import hints, located, printable, shown

WIDTH = 110
"""Most characters of a source line that are shown; a longer one is cut around its caret."""
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}


def render(diagnostics: Iterable[Diagnostic], root: Path) -> str:
    """All findings as plain text."""
    return styled(diagnostics, root).plain


def styled(diagnostics: Iterable[Diagnostic], root: Path) -> Text:
    """All findings with colours, for a rich console."""
    result = Text()
    lines: dict[str, list[str]] = {}
    for diagnostic, place, other in located(diagnostics, root):
        if place.file not in lines:
            lines[place.file] = _lines(root, place.file)
        _head(result, root, diagnostic, place)
        _source(result, lines[place.file], place)
        for lead, rest in hints(diagnostic.expected):
            result.append(f"  {lead}", "dim")
            result.append(f"{printable(rest)}\n")
        if other is not None:
            where = f"{shown(root, other.file)}:{other.line}:{other.column}"
            result.append("  other definition: ", "dim")
            result.append(f"{where}\n")
    return result


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 note`, or "" when there is nothing."""
    counts = Counter(diagnostic.severity for diagnostic in diagnostics)
    parts = (
        f"{counts[severity]} {severity.value}{'s' if counts[severity] > 1 else ''}"
        for severity in Severity
        if counts[severity]
    )
    return ", ".join(parts)


def _head(result: Text, root: Path, diagnostic: Diagnostic, place: Place) -> None:
    result.append(f"{shown(root, place.file)}:{place.line}:{place.column}: ", "bold")
    result.append(f"{diagnostic.severity.value} {diagnostic.code}", _STYLES[diagnostic.severity])
    result.append(f": {printable(diagnostic.message)}\n")


def _source(result: Text, lines: list[str], place: Place) -> None:
    line, column = place.line or 1, place.column or 1
    if line > len(lines):
        return
    text, at = lines[line - 1], column - 1
    first = max(0, at - WIDTH * 2 // 3) if len(text) > WIDTH else 0
    cut = printable(text[first : first + WIDTH].replace("\t", " "))
    cut = ("…" if first else "") + cut + ("…" if first + WIDTH < len(text) else "")
    before = cut[: at - first + (1 if first else 0)]
    number = str(line)
    result.append(f"  {number} | ", "dim")
    result.append(f"{cut}\n")
    result.append(f"  {' ' * len(number)} | ", "dim")
    result.append(f"{' ' * cell_len(before)}^\n", "bold")


def _lines(root: Path, file: str) -> list[str]:
    try:
        text = read_bytes(root, file).decode("utf-8", "replace")
    except UnreadableError:
        return []
    return [line.removesuffix("\r") for line in text.split("\n")]
