"""The history of the catalog below a folder, remembered by commit in `.driftbook/history.json`.

A commit never changes, so what it did is found out once. Uncommitted edits are no history.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from driftbook import names, units
from driftbook.files import remember
from driftbook.history import git
from driftbook.history.commits import Side, Told, told
from driftbook.history.model import Change, History, Key
from driftbook.strictyaml import read as read_yaml

FILE = f"{names.STATE}/history.json"
TOGETHER = 200
"""Commits whose files are in memory at once."""
_Known = tuple[git.Commit, list[Told]]


def read(root: Path) -> History:
    """Every change that git knows of; where it knows none, why."""
    try:
        now = git.state(root)
        remembered = _load(root)
        if remembered.get("state") != [now.head, *now.ends]:
            commits = list(_compared(root, git.log(root, now.head), now, _known(remembered, True)))
            remembered = _data(now, commits)
            remember(root / FILE, json.dumps(remembered, ensure_ascii=False))
    except git.NoHistory as reason:
        return History(lacking=str(reason))
    return _history(list(_known(remembered).values()), remembered["cut"])


def _compared(
    root: Path, commits: Sequence[git.Commit], now: git.State, known: dict[str, _Known]
) -> Iterator[_Known]:
    """What each commit did, newest first; where a clone was cut off, that is unknown."""
    for start in range(0, len(commits), TOGETHER):
        part = commits[start : start + TOGETHER]
        fresh = [c for c in part if c.id not in known and c.id not in now.ends]
        content = git.blobs(root, (b for c in fresh for pair in c.files for b in pair if b))
        sides = {name: _side(raw) for name, raw in content.items()}

        def side(blob: str, sides: dict[str, Side] = sides) -> Side:
            return sides.get(blob, "unreadable") if blob else None

        for commit in part:
            if commit.id in now.ends:
                yield commit, []
            elif commit.id in known:
                yield commit, known[commit.id][1]
            else:
                yield commit, told([(side(old), side(new)) for old, new in commit.files])


def _side(raw: bytes) -> Side:
    data = read_yaml(raw).data
    return data if data is not None else "unreadable"


def _history(commits: Sequence[_Known], cut: bool) -> History:
    """From the oldest on, so that a definition takes its history along to its new name."""
    found: dict[Key, list[Change]] = {}
    for place, (commit, happened) in reversed(list(enumerate(commits))):
        for one in happened:
            kind, name = one.key
            before = found.pop((kind, one.was), []) if one.was else found.get(one.key, [])
            about = (place, commit.id, commit.date, commit.author, commit.why)
            found[kind, name] = [*before, Change(*about, one.what)]
    changes = {key: tuple(reversed(found[key])) for key in sorted(found)}
    return History(changes, commits[-1][0].date if cut and commits else "")


def _data(now: git.State, commits: Sequence[_Known]) -> dict[str, Any]:
    cut = len(commits) == git.MOST or any(c.id in now.ends for c, _ in commits)
    rows = [
        [c.id, c.date, c.author, c.why, c.id in now.ends, [[*t.key, t.was, t.what] for t in done]]
        for c, done in commits
    ]
    return {"by": _by(), "state": [now.head, *now.ends], "cut": cut, "commits": rows}


def _known(data: dict[str, Any], whole: bool = False) -> dict[str, _Known]:
    """Commits that were remembered by their ids, newest first. whole: not those cut off."""
    return {
        id_: (
            git.Commit(id_, date, author, why, ()),
            [Told((kind, name), was, tuple(what)) for kind, name, was, what in done],
        )
        for id_, date, author, why, cut, done in data.get("commits", ())
        if not (cut and whole)
    }


def _load(root: Path) -> dict[str, Any]:
    """What is remembered; nothing where it is of another driftbook or cannot be read."""
    try:
        data: dict[str, Any] = json.loads((root / FILE).read_bytes())
        if data["by"] != _by():
            return {}
        _known(data)
        return data if isinstance(data["cut"], bool) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


@lru_cache(maxsize=1)
def _by() -> str:
    """The words that are remembered are those of this program."""
    digest = hashlib.sha256()
    for path in (*sorted(Path(__file__).parent.glob("*.py")), Path(units.__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()
