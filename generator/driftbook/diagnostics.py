"""What is wrong in a catalog: values, collected by every stage, sorted once, located late.

A diagnostic names a place by file and by a path of keys and indices; `source.locate` turns that
into line and column only when someone wants to read it, so that a clean catalog never pays.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Path = tuple[str | int, ...]


class Severity(StrEnum):
    """An `error` stops the compile; a `warning` does not; a `note` tells what was done."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a document.

    file: path from the project's root, with `/`. path: keys and indices from the top of the
    document. on: whether the key itself or its value is meant. offset: characters into a scalar
    value (for PromQL and templates). line, column: 1-based, when known already (YAML syntax).
    """

    file: str
    path: Path = ()
    on: Literal["key", "value"] = "value"
    offset: int | None = None
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    code: stable, `DB` and three digits, the code of a module in `checks/`. message: what was
    found. expected: what would have been right (with the nearest spelling), or "". other: where
    the other definition is, for conflicts.
    """

    code: str
    severity: Severity
    message: str
    place: Place
    expected: str = ""
    other: Place | None = None


def has_errors(found: Iterable[Diagnostic]) -> bool:
    """Whether the catalog must not be compiled."""
    return any(d.severity is Severity.ERROR for d in found)


def in_order(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sorted by file, place and code, each once."""
    return sorted(set(found), key=_sort_key)


def _sort_key(d: Diagnostic) -> tuple[object, ...]:
    p = d.place
    path = tuple(f"{step:08d}" if isinstance(step, int) else step for step in p.path)
    return (p.file, p.line or 0, p.column or 0, path, p.offset or 0, d.code, d.message, d.expected)


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean "x"?` for the closest of the known words, or ""."""
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else ""


def listed(words: Iterable[str]) -> Iterator[str]:
    """The words quoted, for messages."""
    return (f'"{w}"' for w in words)
