"""One pass over git's log, and the files that it names: no commit is looked at twice."""

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("invariants", "runbooks", "tests/scenarios")
MOST = 10_000
"""Commits that are looked at; the history of a catalog with more begins later."""
TIMEOUT = 120.0
_NONE = "0"
_ENDS = (".yaml", ".yml")
_FORMAT = "%x01%H%x1f%cs%x1f%aN%x1f%s"


class NoHistory(Exception):
    """Why git tells nothing, in words for a page."""


@dataclass(frozen=True, slots=True)
class Commit:
    """date: of the committer. files: blobs of each changed file before and after, or ""."""

    id: str
    date: str
    author: str
    why: str
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class State:
    """head: the commit that is checked out. ends: where a shallow clone was cut off."""

    head: str
    ends: tuple[str, ...]


def state(root: Path) -> State:
    """Where the catalog stands. Raises NoHistory."""
    head = _git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").decode().strip()
    place = _git(root, "rev-parse", "--git-path", "shallow").decode().strip()
    try:
        ends = (root / place).read_text(encoding="ascii").split()
    except (OSError, ValueError):
        ends = []
    return State(head, tuple(sorted(ends)))


def log(root: Path, head: str) -> list[Commit]:
    """The commits that changed the catalog, newest first. Raises NoHistory."""
    wanted = ["--date-order", f"--max-count={MOST}", "--relative", "-c", "-M", "--raw", "-z"]
    quiet = ["--no-abbrev", "--no-ext-diff", "--no-color", "--no-show-signature", "--no-notes"]
    form = ["--encoding=UTF-8", f"--format={_FORMAT}"]
    out = _git(root, "log", *wanted, *quiet, *form, head, "--", *FOLDERS)
    return list(_commits(out.decode(errors="replace").split("\0")))


def _commits(words: Sequence[str]) -> Iterator[Commit]:
    """The log as words: a head, then for each file its modes and blobs, and one or two paths."""
    head: list[str] = []
    files: list[tuple[str, str]] = []
    at = 0
    while at < len(words):
        word = words[at].lstrip("\n")
        at += 1
        if word.startswith("\x01"):
            if head:
                yield _commit(head, files)
            head, files = word[1:].split("\x1f", 3), []
        elif word.startswith(":"):
            old, new, status = _blobs(word)
            moved = status[0] in "RC" and not word.startswith("::")
            paths = words[at : at + 1 + moved]
            at += 1 + moved
            if all(path.endswith(_ENDS) for path in paths):
                files.append(("" if status[0] == "C" else old, new))
    if head:
        yield _commit(head, files)


def _blobs(word: str) -> tuple[str, str, str]:
    """Blob before (in the first parent), blob after, and the letters of what happened."""
    parents = len(word) - len(word.lstrip(":"))
    parts = word.lstrip(":").split()
    ids = ["" if not part.strip(_NONE) else part for part in parts[parents + 1 : -1]]
    return ids[0], ids[-1], parts[-1]


def _commit(head: Sequence[str], files: list[tuple[str, str]]) -> Commit:
    name = head[2].split("@")[0] if "@" in head[2] else head[2]  # no address gets on a page
    return Commit(head[0], head[1], name, head[3], tuple(files))


def blobs(root: Path, ids: Iterable[str]) -> dict[str, bytes]:
    """Content by id; what this copy of the repository does not have is left out."""
    wanted = list(dict.fromkeys(ids))
    asked = "".join(f"{name}\n" for name in wanted).encode()
    out = _git(root, "cat-file", "--batch", data=asked) if wanted else b""
    found: dict[str, bytes] = {}
    at = 0
    for name in wanted:
        end = out.index(b"\n", at)
        parts = out[at:end].split()
        at = end + 1
        if len(parts) == 3 and parts[1] == b"blob":
            size = int(parts[2])
            found[name] = out[at : at + size]
            at += size + 1
    return found


def _git(root: Path, *words: str, data: bytes = b"") -> bytes:
    """What git writes. Nothing is fetched, and no configured program is run."""
    command = ["git", "-C", str(root), "-c", "core.fsmonitor=false", "-c", "log.mailmap=true"]
    quiet = {"GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            [*command, "--no-pager", *words],
            input=data,
            capture_output=True,
            timeout=TIMEOUT,
            env={**os.environ, **quiet},
            check=False,
        )
    except FileNotFoundError:
        raise NoHistory("git is not installed") from None
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise NoHistory(f"git cannot be run: {fault}") from None
    if done.returncode:
        raise NoHistory(_reason(done.stderr.decode(errors="replace")))
    return done.stdout


def _reason(said: str) -> str:
    if "not a git repository" in said:
        return "the catalog is not in a git repository"
    first = said.strip().split("\n")[0]
    return f"git says: {first}" if first else "the git repository has no commit"
