"""Reading the catalog's folders: files -> documents and faults, and places on demand.

Which of the files are documents: `*.yaml` and `*.yml` below `invariants/`, `runbooks/` and
`tests/scenarios/`, but for the Alertmanager configuration that a catalog names as its `base`.
"""

import hashlib
import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

from driftbook.checks import (
    alias,
    control_character,
    duplicate_key,
    encoding,
    file_size,
    key_type,
    not_a_mapping,
    second_document,
    syntax,
    tag,
    unknown_kind,
    unreadable_file,
)
from driftbook.diagnostics import Diagnostic, Place, Severity, nearest
from driftbook.document import KINDS, Document, base_file
from driftbook.files import UnreadableError, read_bytes, read_plain
from driftbook.positions import Positions
from driftbook.strictyaml import Fault, Read, read

__all__ = [
    "Document",
    "UnreadableError",
    "guess",
    "load",
    "load_base",
    "load_plain",
    "locate",
    "read_bytes",
]

FOLDERS = ("invariants", "runbooks", "tests/scenarios")

_CHECKS = {
    "syntax": syntax,
    "encoding": encoding,
    "control": control_character,
    "duplicate": duplicate_key,
    "alias": alias,
    "tag": tag,
    "key": key_type,
    "second": second_document,
    "shape": not_a_mapping,
    "size": file_size,
}
_KIND = re.compile(rf"^kind:[ ]*['\"]?({'|'.join(KINDS)})\b", re.MULTILINE)
_NAME = re.compile(r"^name:[ ]*['\"]?([a-z0-9-]+)", re.MULTILINE)


def load(
    root: FilePath, known: Mapping[str, Document] | None = None
) -> tuple[list[Document], list[Diagnostic]]:
    """Every document below the project's root, by file, and what is wrong with the others.

    known: documents read before, by file; one whose bytes are still the same is not read again.
    """
    root = root.resolve()
    known = known or {}
    documents: list[Document] = []
    wrong: dict[str, list[Diagnostic]] = {}
    for folder in FOLDERS:
        for file, plain in _files(root, folder):
            loaded = _load_file(root, file, known.get(file), plain)
            if isinstance(loaded, Document):
                documents.append(loaded)
            else:
                wrong[file] = loaded
    for document in documents:
        wrong.pop(base_file(document), None)
    return documents, [one for some in wrong.values() for one in some]


def load_base(root: FilePath, document: Document) -> tuple[dict[str, Any] | None, list[Diagnostic]]:
    """The base of a catalog document as plain data, as strictly read as the catalog itself."""
    file = base_file(document)
    try:
        return load_plain(root, file)
    except UnreadableError as error:
        place = Place(document.file, ("alertmanager", "base"))
        return None, [_diagnostic(unreadable_file, f"cannot read the base: {error}", place)]


def load_plain(root: FilePath, file: str) -> tuple[dict[str, Any] | None, list[Diagnostic]]:
    """A file that is no document of the catalog, read as strictly. Raises UnreadableError."""
    result = read(read_bytes(root, file))
    found = [_from_fault(file, fault, None) for fault in result.faults]
    return (None if found else result.data), found


def locate(root: FilePath, place: Place) -> Place:
    """The place with line and column (1-based); 1:1 where its file has gone."""
    if place.line is not None:
        return place
    try:
        text = read_bytes(root, place.file).decode(errors="replace")
    except UnreadableError:
        text = ""
    return _positions(text).fill(place)


def guess(root: FilePath, file: str) -> set[tuple[str, str]]:
    """Kinds and names that a file which cannot be read as YAML may have meant to define.

    So that other documents' references to it are not reported as well. A name is "" for any.
    """
    if file in FOLDERS:
        return {(kind, "") for kind in KINDS}
    try:
        text = read_bytes(root, file).decode(errors="replace")
    except UnreadableError:
        text = ""
    kinds = _KIND.findall(text) or KINDS
    names = {posixpath.splitext(posixpath.basename(file))[0], *_NAME.findall(text)}
    return {(kind, name) for kind in kinds for name in names}


@lru_cache(maxsize=8)
def _positions(text: str) -> Positions:
    return Positions(text)


def _files(root: FilePath, folder: str) -> Iterator[tuple[str, bool]]:
    """The YAML files of a folder, from the root, sorted, and whether each is a plain file.

    Hidden ones are left alone. Whatever is not plain is reported, or followed, where it is read.
    """
    place = root / folder
    if os.path.realpath(place) != str(place):
        yield folder, False
        return
    try:
        entries = sorted(os.scandir(place), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError:
        yield folder, False
        return
    for entry in entries:
        file = f"{folder}/{entry.name}"
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(root, file)
        elif entry.name.endswith((".yaml", ".yml")) or (entry.is_symlink() and entry.is_dir()):
            yield file, entry.is_file(follow_symlinks=False)


def _load_file(
    root: FilePath, file: str, known: Document | None, plain: bool
) -> Document | list[Diagnostic]:
    try:
        raw = read_plain(str(root), file) if plain else read_bytes(root, file)
    except UnreadableError as error:
        return [_diagnostic(unreadable_file, f"cannot read the file: {error}", _top(file))]
    if file in FOLDERS:
        message = f"`{file}`: it is a file and not a folder"
        place, expected = _top(file), "a folder with the documents"
        return [Diagnostic(unreadable_file.CODE, Severity.ERROR, message, place, expected)]
    digest = hashlib.sha256(raw).hexdigest()
    if known and known.digest == digest:
        return known
    result = read(raw)
    if result.faults or result.data is None:
        positions = _positions(raw.decode(errors="replace")) if _twice(result.faults) else None
        return [_from_fault(file, fault, positions) for fault in result.faults]
    return _document(file, raw, digest, result, result.data)


def _document(
    file: str, raw: bytes, digest: str, result: Read, data: dict[str, Any]
) -> Document | list[Diagnostic]:
    kind = data.get("kind")
    if kind not in KINDS:
        return [_unknown_kind(file, "kind" in data, kind)]
    folded = _positions(raw.decode()).folded() if result.folded else frozenset()
    return Document(file, str(kind), data, digest, folded)


def _unknown_kind(file: str, given: bool, kind: object) -> Diagnostic:
    expected = "one of " + ", ".join(KINDS)
    if not given:
        message = "the document has no `kind`"
    else:
        message = f'unknown kind "{kind}"'
        expected = f"{nearest(str(kind), KINDS)} {expected}".strip()
    return Diagnostic(
        unknown_kind.CODE,
        Severity.ERROR,
        message,
        Place(file, ("kind",) if given else ()),
        expected,
    )


def _twice(faults: Iterable[Fault]) -> bool:
    return any(fault.kind == "duplicate" for fault in faults)


def _from_fault(file: str, fault: Fault, positions: Positions | None) -> Diagnostic:
    check = _CHECKS[fault.kind]
    other = None
    if fault.kind == "duplicate" and positions and positions.top:
        first = positions.first_key(fault.line, fault.column)
        other = Place(file, line=first[0], column=first[1]) if first else None
    place = Place(file, line=fault.line, column=fault.column)
    expected = check.EXPECTED or fault.expected
    return Diagnostic(check.CODE, Severity.ERROR, fault.message, place, expected, other)


def _diagnostic(check: Any, message: str, place: Place) -> Diagnostic:
    return Diagnostic(check.CODE, Severity.ERROR, message, place, check.EXPECTED)


def _top(file: str) -> Place:
    printable = file.encode(errors="backslashreplace").decode()
    return Place(printable, line=1, column=1)
