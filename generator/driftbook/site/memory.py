"""What an earlier build of the site gave, so that only pages are rendered that changed.

A page depends on its text and on its surroundings: configuration, templates, navigation, versions.
That other pages come changes none. When one goes, links to it break: then nothing is known.
"""

import filecmp
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("mkdocs", "mkdocs-material", "markdown", "pymdown-extensions", "jinja2", "driftbook")


@dataclass(frozen=True, slots=True)
class Record:
    """What a page gave.

    source, html: digests. anchors: that it has. links: to anchors, each a page, an anchor, and how
    it is written. entries: in the index of the search.
    """

    source: str
    html: str
    anchors: list[str]
    links: list[tuple[str, str, str]]
    entries: list[dict[str, Any]]


FIELDS = tuple(field.name for field in fields(Record))


def digest(data: bytes) -> str:
    """Of bytes, as text."""
    return hashlib.sha256(data).hexdigest()


def surroundings(config: Path, navigation: str) -> str:
    """A digest of what every page depends on, by the configuration of the site."""
    made = hashlib.sha256("\0".join(f"{p} {version(p)}" for p in PACKAGES).encode())
    made.update(navigation.encode())
    for path in (config, *sorted((config.parent / "overrides").rglob("*"))):
        if path.is_file():
            made.update(f"\0{path.relative_to(config.parent)}\0".encode() + path.read_bytes())
    return made.hexdigest()


def read(file: Path, around: str, listed: Iterable[str]) -> dict[str, Record]:
    """What the last build's pages gave, by path; nothing where it cannot tell of this one.

    around: the surroundings. listed: the pages that there are.
    """
    with suppress(OSError, ValueError, TypeError, KeyError):
        data = json.loads(file.read_bytes())
        if data["around"] == around and set(data["pages"]) <= set(listed):
            return {address: Record(**record) for address, record in data["pages"].items()}
    return {}


def write(file: Path, around: str, pages: Mapping[str, Record]) -> None:
    """Remembers a build. A build that is otherwise fine does not fail for it."""
    told = {path: {f: getattr(record, f) for f in FIELDS} for path, record in pages.items()}
    data = {"around": around, "pages": told}
    with suppress(OSError):
        file.write_text(json.dumps(data), encoding="utf-8")


def take(old: Path, new: Path, wanted: str) -> bool:
    """Whether a file of the old site is still what it was; it is the new one then, too."""
    try:
        if digest(old.read_bytes()) != wanted:
            return False
    except OSError:
        return False
    new.parent.mkdir(parents=True, exist_ok=True)
    _share(old, new)
    return True


def keep_same(old: Path, new: Path) -> None:
    """Files of the new site that are as they were become those of the old one.

    So that whatever copies the site to a server sees only what changed.
    """
    if not old.is_dir():
        return
    for path in new.rglob("*"):
        before = old / path.relative_to(new)
        if not path.is_file() or not before.is_file() or path.samefile(before):
            continue
        if filecmp.cmp(path, before, shallow=False):
            path.unlink()
            _share(before, path)


def _share(old: Path, new: Path) -> None:
    """One file with two names, or a copy with its time where the disk has no such thing."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copy2(old, new)
