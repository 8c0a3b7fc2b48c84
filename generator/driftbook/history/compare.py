"""Two versions of a document, compared by structure: what is different, in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from driftbook.conditions import CONDITIONS
from driftbook.history.values import place, said, told, value
from driftbook.model import STAGES

MOST = 12
"""Differences of one change that are told one by one."""
_FIRST = ("name", "lifecycle", "stages", "overrides", "slo", "signal", "supporting", "owner")
_WHOLE = {"series": "series", "samples": "recording", "expect": "expectations", "notes": "notes"}
"""Parts of a scenario that are told as one."""
_OPENED = (("stages",), ("overrides",), ("supporting",))
"""Parts whose own parts are told, also when there was none before."""
_NAMED_BY = ("id", "name", "at")
_MODIFIERS = ("for", "keep_firing_for")


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """What changed, the most important first; () where only comments and layout did."""
    before, after = arranged(old), arranged(new)
    found: list[str] = []
    if new.get("kind") == "scenario":
        parts = [key for key in _WHOLE if before.pop(key, None) != after.pop(key, None)]
        found = [f"{_WHOLE[key]} changed" for key in parts]
    _join(before, after)
    order = {key: number for number, key in enumerate(_FIRST)}
    keys = sorted({**after, **before}, key=lambda key: order.get(key, len(order)))
    for key in keys:
        found += _between((key,), before.get(key), after.get(key))
    return _limited(found)


def _join(before: dict[str, Any], after: dict[str, Any]) -> None:
    """A signal that comes from a pack, or no longer does, is another signal: one difference."""
    old, new = before.get("signal"), after.get("signal")
    if isinstance(old, Mapping) and isinstance(new, Mapping) and ("use" in old) != ("use" in new):
        before["signal"] = old.get("use", "an expression of its own")
        after["signal"] = new.get("use", "an expression of its own")


def beginning(new: Mapping[str, Any]) -> tuple[str, ...]:
    """What a new definition says of its stages, or what a new dataset promises."""
    found: list[str] = []
    if new.get("kind") == "dataset":
        found += [said((key,), new[key]) for key in ("owner", "tier") if key in new]
        contract = new.get("contract")
        answers = contract.items() if isinstance(contract, Mapping) else ()
        found += [said(("contract", question), answer) for question, answer in answers]
    if new.get("kind") == "invariant":
        for stage, conditions in arranged({"stages": new.get("stages") or {}})["stages"].items():
            found += [
                f"{place((stage, kind))} {value(given)}" for kind, given in conditions.items()
            ]
    return _limited(["added", *found])


def _limited(found: Sequence[str]) -> tuple[str, ...]:
    more = len(found) - MOST
    return (*found[:MOST], f"and {more} more") if more > 0 else tuple(found)


def _between(path: tuple[str, ...], old: Any, new: Any) -> Iterator[str]:
    if old == new:
        return
    if path in _OPENED:
        old, new = old or {}, new or {}
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in {**new, **old}:
            yield from _between((*path, key), old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and set(old) != set(new):
        yield from (told(path, None, part) for part in new if part not in old)
        yield from (told(path, part, None) for part in old if part not in new)
    else:
        yield told(path, old, new)


def arranged(data: Mapping[str, Any]) -> dict[str, Any]:
    """A document as mappings in mappings: what stands in a list gets the name it is known by.

    Lists of plain values stay lists of strings.
    """
    return {key: _part(key, part) for key, part in data.items()}


def _part(key: str, part: Any) -> Any:
    if key in STAGES and isinstance(part, Mapping) and _is_condition(part):
        part = [part]
    if isinstance(part, Mapping):
        return arranged(part)
    if isinstance(part, list):
        if part and all(isinstance(one, Mapping) for one in part):
            return _listed(part)
        return [one if isinstance(one, str) else str(one) for one in part]
    return part


def _is_condition(part: Mapping[str, Any]) -> bool:
    """One way of judging, with its modifiers beside it."""
    kinds = [key for key in part if key not in _MODIFIERS]
    return len(kinds) == 1 and kinds[0] in CONDITIONS


def _listed(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for number, part in enumerate(parts, start=1):
        name, body = _named(part, number)
        again = sum(known.split(" #")[0] == name for known in made)
        made[f"{name} #{again + 1}" if again else name] = body
    return made


def _named(part: Mapping[str, Any], number: int) -> tuple[str, Any]:
    """What an element of a list is called, and what is left of it."""
    match = part.get("match")
    if isinstance(match, Mapping):
        places = ", ".join(f"{label} {at}" for label, at in match.items())
        return f"for {places}", arranged({k: v for k, v in part.items() if k != "match"})
    for key in _NAMED_BY:
        if isinstance(part.get(key), str):
            return part[key], arranged({k: v for k, v in part.items() if k != key})
    if _is_condition(part):
        kind = next(key for key in part if key not in _MODIFIERS)
        given = part[kind]
        inner = arranged(given) if isinstance(given, Mapping) else {"": _part(kind, given)}
        return kind, {**inner, **{key: part[key] for key in _MODIFIERS if key in part}}
    return str(number), arranged(part)
