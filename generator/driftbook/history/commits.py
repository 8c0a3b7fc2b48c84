"""What one commit did to the definitions of a catalog: added, removed, renamed, changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from driftbook.document import KINDS
from driftbook.history.compare import beginning, differences
from driftbook.history.model import Key

Side = Mapping[str, Any] | Literal["unreadable"] | None
"""A file before or after a commit: its content, or that it was no YAML, or that it was not there.
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What happened to a definition. was: its name until then, where it is another."""

    key: Key
    was: str
    what: tuple[str, ...]


def told(pairs: Sequence[tuple[Side, Side]]) -> list[Told]:
    """pairs: each changed file before and after."""
    before = {key: side for side, _ in pairs if (key := _key(side))}
    after = {key: side for _, side in pairs if (key := _key(side))}
    was = _renamed(pairs, before, after)
    blind = {key for old, new in pairs if old == "unreadable" and (key := _key(new))}
    blind_now = {key for old, new in pairs if new == "unreadable" and (key := _key(old))}
    found = []
    for key, new in after.items():
        old = before.get(was.get(key, key))
        what: tuple[str, ...]
        if old is None and key in blind:
            what = ("changed; what it said before cannot be read",)
        elif old is None:
            what = beginning(_mapping(new))
        else:
            what = differences(_mapping(old), _mapping(new))
        if what:
            found.append(Told(key, was.get(key, ("", ""))[1], what))
    for key in before:
        if key not in after and key not in was.values():
            words = (
                "changed; what it says from here on cannot be read"
                if key in blind_now
                else "removed"
            )
            found.append(Told(key, "", (words,)))
    return sorted(found, key=lambda one: one.key)


def _renamed(
    pairs: Sequence[tuple[Side, Side]], before: Mapping[Key, Side], after: Mapping[Key, Side]
) -> dict[Key, Key]:
    """New key -> old key, of files whose name changed, and of names that say what they were."""
    found: dict[Key, Key] = {}
    for new, old in _candidates(pairs):
        free = new not in before and old not in after and old in before
        if free and new not in found and old not in found.values():
            found[new] = old
    return found


def _candidates(pairs: Sequence[tuple[Side, Side]]) -> Iterator[tuple[Key, Key]]:
    for side, new in pairs:
        if (key := _key(new)) and (old := _key(side)) and old[0] == key[0]:
            yield key, old
    for _, new in pairs:
        if key := _key(new):
            names = _mapping(new).get("renamed_from")
            for name in names if isinstance(names, list) else ():
                yield key, (key[0], str(name))


def _key(side: Side) -> Key | None:
    """Kind and name; a catalog is called by its kind."""
    if not isinstance(side, Mapping):
        return None
    kind, name = side.get("kind"), side.get("name")
    if kind == "catalog":
        return ("catalog", "catalog")
    return (str(kind), name) if kind in KINDS and isinstance(name, str) and name else None


def _mapping(side: Side) -> Mapping[str, Any]:
    return side if isinstance(side, Mapping) else {}
