"""Artifacts to disk: all or nothing, only what changed, and never over a hand-written file.

Everything is staged first, then renamed into place: a full disk or a fault leaves the old output
as it was. Files that bear driftbook's mark and are no longer made are removed.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from driftbook import names
from driftbook.emit.artifact import Artifact
from driftbook.errors import FatalError

UNMARKED = (".json",)
"""Files whose format has no comments; their names are ours."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a write would do: paths from the root, sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def write(
    root: Path, artifacts: Iterable[Artifact], folders: Iterable[str], kept: Set[str] = frozenset()
) -> Difference:
    """Bring the folders in line with the artifacts. Raises FatalError, with nothing changed.

    folders: below them, marked files that are not among the artifacts are removed, but for the
    kept ones, which are known to be right.
    """
    stage = root / names.STATE / f"stage-{os.getpid()}"
    try:
        return _write(root, stage, artifacts, folders, kept)
    except OSError as fault:
        raise FatalError(f"cannot write: {fault}", "the old output is unchanged") from fault
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _write(
    root: Path,
    stage: Path,
    artifacts: Iterable[Artifact],
    folders: Iterable[str],
    kept: Set[str],
) -> Difference:
    files: dict[str, Path] = {}

    def staged(path: str, content: bytes) -> None:
        files[path] = stage / str(len(files))
        files[path].write_bytes(content)

    stage.mkdir(parents=True, exist_ok=True)
    difference = _compare(root, artifacts, folders, kept, staged)
    _stay_inside(root, (*difference.added, *difference.changed, *difference.removed))
    for folder in _folders(files):
        (root / folder).mkdir(exist_ok=True)
    for path, file in files.items():
        os.replace(file, root / path)
    for path in difference.removed:
        (root / path).unlink()
        _drop_empty(root, (root / path).parent, folders)
    return difference


def _stay_inside(root: Path, paths: Iterable[str]) -> None:
    """Raises FatalError where a symbolic link would lead a write out of the project."""
    project = os.path.realpath(root)
    for folder in filter(lambda folder: os.path.islink(root / folder), _folders(paths)):
        real = os.path.realpath(root / folder)
        if os.path.commonpath((project, real)) != project:
            message = f"{folder} leads out of the project, to {real}"
            raise FatalError(message, "nothing was written; make it a folder of the project")


def _folders(paths: Iterable[str]) -> list[str]:
    """All that lead to some paths, each before those below it."""
    found: set[str] = set()
    for path in paths:
        folder = os.path.dirname(path)
        while folder and folder not in found:
            found.add(folder)
            folder = os.path.dirname(folder)
    return sorted(found)


def diff(root: Path, artifacts: Iterable[Artifact], folders: Iterable[str]) -> Difference:
    """What `write` would do. Raises FatalError as it would."""
    return _compare(root, artifacts, folders, frozenset(), lambda path, content: None)


def _compare(
    root: Path,
    artifacts: Iterable[Artifact],
    folders: Iterable[str],
    kept: Set[str],
    differs: Callable[[str, bytes], None],
) -> Difference:
    """Walks the artifacts once, hands over those that differ from the disk, and keeps none."""
    made: set[str] = set(kept)
    paths: dict[str, list[str]] = {"new": [], "other": [], "same": []}
    for artifact in artifacts:
        made.add(artifact.path)
        content = artifact.text.encode("utf-8")
        state = _state(root, artifact.path, content)
        paths[state].append(artifact.path)
        if state != "same":
            differs(artifact.path, content)
    removed = sorted(_stale(root, folders, made))
    return Difference(tuple(sorted(paths["new"])), tuple(sorted(paths["other"])), tuple(removed))


def _state(root: Path, path: str, content: bytes) -> str:
    """new, same or other. Raises FatalError for a file that driftbook did not write."""
    target = root / path
    try:
        old = target.read_bytes()
    except FileNotFoundError:
        return "new"
    if old == content:
        return "same"
    if not _marked(target, old[:1024]):
        raise FatalError(
            f"{path} was not written by driftbook and is in the way",
            "rename it, or the invariant that would be compiled to it",
        )
    return "other"


def _stale(root: Path, folders: Iterable[str], made: set[str]) -> Iterator[str]:
    for folder in folders:
        for directory, _, files in os.walk(root / folder):
            below = os.path.relpath(directory, root).replace(os.sep, "/")
            for name in (f"{below}/{file}" for file in files):
                path = root / name if name not in made else None
                if path is None or path.suffix in UNMARKED or path.is_symlink():
                    continue
                with path.open("rb") as f:
                    if _marked(path, f.read(1024)):
                        yield name


def _marked(path: Path, start: bytes) -> bool:
    """Whether the first two lines bear the mark; front matter pushes it to the second."""
    head = start.split(b"\n", 2)[:2]
    return path.suffix in UNMARKED or any(names.MARK.encode() in line for line in head)


def _drop_empty(root: Path, directory: Path, folders: Iterable[str]) -> None:
    """Folders that pruning emptied, up to the output folders themselves."""
    keep = {root / folder for folder in folders} | {root}
    while directory not in keep and not any(directory.iterdir()):
        directory.rmdir()
        directory = directory.parent
