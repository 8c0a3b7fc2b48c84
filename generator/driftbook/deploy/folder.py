"""A folder that a server reads: whole versions of its files, of which a link names the current.

    directory/current -> versions/3f6c…     what the server reads: directory/current/*.rules.yaml
    directory/versions/3f6c…/               files that never change

Renaming a link is atomic: a server that reads at any time finds the old files or the new ones,
also when this machine loses its power meanwhile. The link is relative, so that the folder may be
mounted elsewhere. Files of others beside ours, in `current` too, are kept.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from driftbook import names
from driftbook.errors import FatalError

CURRENT, VERSIONS, LOCK = "current", "versions", ".lock"
Files = Mapping[str, bytes]
"""Name in the folder -> content."""


class Folder:
    """The folder of a target. Every method raises FatalError where the file system refuses."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.current = path / CURRENT

    def version(self) -> str:
        """What the link names, or "" where there is none yet."""
        if self.current.is_symlink():
            return os.readlink(self.current)
        if self.current.exists():
            message = f"{self.current} is in the way: it is not driftbook's link"
            raise FatalError(message, "move it elsewhere, or give the target another `directory`")
        return ""

    def read(self) -> dict[str, bytes]:
        """The current files that are driftbook's."""
        self.version()
        try:
            entries = sorted(self.current.iterdir()) if self.current.is_dir() else []
            texts = {e.name: e.read_bytes() for e in entries if e.is_file() and not e.is_symlink()}
        except OSError as error:
            raise FatalError(f"cannot read {self.current}: {error.strerror}") from None
        return {name: text for name, text in texts.items() if ours(text)}

    def clash(self, files: Iterable[str]) -> None:
        """Raises FatalError where a file of somebody else has the name of one of ours."""
        if clashing := sorted(self.foreign() & set(files)):
            message = f"{self.current / clashing[0]} was not written by driftbook and is in the way"
            raise FatalError(
                message, "move it elsewhere; what it holds may belong into the catalog"
            )

    def foreign(self) -> set[str]:
        """Names of what others put among the current files."""
        mine = self.read()
        there = self.current.iterdir() if self.current.is_dir() else ()
        return {path.name for path in there} - set(mine)

    def stray(self) -> list[Path]:
        """Files of driftbook that lie in the folder itself, copied there by somebody."""
        try:
            there = sorted(self.path.iterdir()) if self.path.is_dir() else []
            files = [e for e in there if e.is_file()]
            return [f for f in files if f.suffix in (".yaml", ".yml") and ours(f.read_bytes())]
        except OSError as error:
            raise FatalError(f"cannot read {self.path}: {error.strerror}") from None

    def writable(self) -> None:
        """Raises FatalError where a change would be refused, as far as can be told by looking."""
        there = next((p for p in (self.path, self.path.parent) if os.path.lexists(p)), None)
        if there is None:
            message = f"cannot deploy to {self.path}: {self.path.parent} is not there"
            raise FatalError(message, "make that folder, or see `directory` of the target")
        if not there.is_dir():
            message = f"cannot deploy to {self.path}: {there} is not a folder"
            raise FatalError(message, "see `directory` of the target")
        versions = self.path / VERSIONS
        for folder in (there, versions) if versions.is_dir() else (there,):
            if not os.access(folder, os.W_OK | os.X_OK):
                message = f"cannot write to {self.path}: nobody lets us write to {folder}"
                raise FatalError(message, "nothing was changed; who deploys needs to own it")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else deploys here for as long as the block lasts."""
        with _told(f"cannot deploy to {self.path}"):
            self._make(self.path)
            handle = os.open(self.path / LOCK, os.O_RDONLY | os.O_CREAT, 0o644)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                message = f"somebody else deploys to {self.path} just now"
                raise FatalError(
                    message, "nothing was changed; try again when it is done"
                ) from None
            yield
        finally:
            os.close(handle)

    def stage(self, files: Files) -> str:
        """Makes a version of these files and those of others; gives what the link should name."""
        self.clash(files)
        staged = self.path / VERSIONS / f".stage-{os.getpid()}"
        try:
            with _told(f"cannot write to {self.path}", "nothing was changed"):
                self._make(staged.parent)
                shutil.rmtree(staged, ignore_errors=True)
                self._make(staged)
                self._keep_others(staged)
                for name, text in files.items():
                    (staged / name).write_bytes(text)
                    (staged / name).chmod(0o644)
                for path in (*(staged / name for name in files), staged):
                    _sync(path)  # only now: the first one brings most of the others to the disk
                return self._settled(staged, files)
        finally:
            shutil.rmtree(staged, ignore_errors=True)

    def point(self, version: str) -> None:
        """Makes this version the current one, or none for ""."""
        link = self.path / f".{CURRENT}-{os.getpid()}"
        with _told(f"cannot change {self.current}"):
            if not version:
                self.current.unlink(missing_ok=True)
                return
            link.unlink(missing_ok=True)
            link.symlink_to(version)
            os.replace(link, self.current)
            _sync(self.path)

    def tidy(self, keep: str) -> None:
        """Drops all versions but the current one and one to look at; what fails may stay."""
        kept = {os.path.basename(version) for version in (keep, self.version())}
        with suppress(OSError):
            for entry in (self.path / VERSIONS).iterdir():
                if entry.name not in kept:
                    shutil.rmtree(entry, ignore_errors=True)

    def _make(self, folder: Path) -> None:
        """Servers run as users of their own, and rules are no secret."""
        if not folder.is_dir():
            folder.mkdir()
            folder.chmod(0o755)

    def _keep_others(self, staged: Path) -> None:
        for entry in self.current.iterdir() if self.current.is_dir() else ():
            if entry.is_dir() and not entry.is_symlink():
                shutil.copytree(entry, staged / entry.name, symlinks=True)
            elif entry.is_symlink() or not ours(entry.read_bytes()):
                shutil.copy2(entry, staged / entry.name, follow_symlinks=False)

    def _settled(self, staged: Path, files: Files) -> str:
        """Renames it to the digest of our files; an equal version may be there already."""
        parts = [
            f"{name} {hashlib.sha256(text).hexdigest()}" for name, text in sorted(files.items())
        ]
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
        for number in range(1000):
            name = f"{digest}-{number}" if number else digest
            place = self.path / VERSIONS / name
            if not place.exists():
                os.replace(staged, place)
                _sync(place.parent)
                return f"{VERSIONS}/{name}"
            if _tree(place) == _tree(staged):
                return f"{VERSIONS}/{name}"
        raise FatalError(f"{self.path / VERSIONS} is full of versions of the same name")


def ours(text: bytes) -> bool:
    """Whether driftbook wrote a file."""
    return names.MARK.encode() in text[:1024].split(b"\n", 1)[0]


def _sync(path: Path) -> None:
    """Until it is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _tree(folder: Path) -> dict[str, bytes | str]:
    found: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = os.readlink(path)
        else:
            found[name] = path.read_bytes() if path.is_file() else ""
    return found


@contextmanager
def _told(message: str, hint: str = "") -> Iterator[None]:
    """Faults of the file system in our words."""
    try:
        yield
    except OSError as error:
        said = error.strerror or str(error)
        raise FatalError(f"{message}: {said}", hint) from None
