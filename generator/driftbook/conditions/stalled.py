"""`stalled`: work is waiting and nothing gets done, also when the worker and its counter are gone.

The backlog has to be there for the whole window, so that an idle queue that receives one item is
not a stall. What excuses it is progress within the window, matched with `unless`: a counter that
is gone excuses nothing. A counter that is born with its first item shows no increase, so a new
series above 0 is progress, too; a worker that restarts again and again looks like progress to
`increase()`, so its resets are counted, and a series with too many counts for nothing.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from driftbook import promql
from driftbook.conditions import stalled_tests, words
from driftbook.conditions.base import (
    BOUND_SCHEMA,
    BadParameter,
    Fault,
    duration_schema,
    read_bound,
    read_seconds,
)
from driftbook.conditions.cases import PlaceCase, TestCase
from driftbook.conditions.defaults import curves as curves
from driftbook.conditions.defaults import description as description
from driftbook.conditions.defaults import labels as labels
from driftbook.conditions.defaults import reach as reach
from driftbook.conditions.defaults import recordings as recordings
from driftbook.conditions.defaults import violations as violations
from driftbook.conditions.scope import Scope, by, embedded
from driftbook.model import STAGES as ALL_STAGES
from driftbook.model import Condition, Invariant, SupportingType
from driftbook.units import duration, number

MEMORY = 3600.0
"""Seconds before the window in which a series that was there was not born in it."""
COVERAGE = 0.8
"""Share of the window's evaluations in which the backlog must be known."""
LONGEST = 30 * 86400.0
"""Seconds that a window looks back at most; few servers keep more."""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A backlog is not empty and nothing gets done, or the worker has gone.",
    "additionalProperties": False,
    "properties": {
        "done": {
            "type": "string",
            "description": "Name of a supporting counter of what got done. Exactly one of `done` "
            "and `last_success`.",
            "examples": ["repairs_done"],
        },
        "last_success": {
            "type": "string",
            "description": "Name of a supporting gauge: the time of the last success, in seconds "
            "since 1970.",
            "examples": ["last_repair"],
        },
        "window": duration_schema("How long work waits and nothing gets done; default 10m.", "10m"),
        "above": {
            **BOUND_SCHEMA,
            "description": "The backlog counts as waiting above this; default 0.",
        },
        "by": {
            "type": "array",
            "items": {"type": "string"},
            "uniqueItems": True,
            "description": "Identity labels that the supporting signal carries, `[]` for one "
            "worker of all places; default: the whole identity.",
            "examples": [["queue"]],
        },
        "restarts": {
            "type": "integer",
            "minimum": 2,
            "maximum": 1000,
            "description": "With `done`: so many resets of one counter are a crash loop, in which "
            "what gets done does not count; default 3.",
            "examples": [3],
        },
        "restarts_within": duration_schema(
            "The time for `restarts`; default 30m, or `window` where that is longer.", "30m"
        ),
    },
    "examples": [{"done": "repairs_done", "window": "10m"}],
}
STAGES = ALL_STAGES
HOLD = 120.0
PER_PLACE = True
EXPLAINS = False
SUPPORTING: dict[str, SupportingType] = {"done": "counter", "last_success": "gauge"}


@dataclass(frozen=True, slots=True)
class Params:
    """done, last_success: names of supporting signals, one of them "". window, restarts_within:
    seconds. above: base unit. by: labels of the supporting signal, None for the identity.
    """

    done: str = ""
    last_success: str = ""
    window: float = 600.0
    above: float = 0.0
    by: tuple[str, ...] | None = None
    restarts: int = 3
    restarts_within: float = 1800.0


def parse(kind: str, value: Any, unit: str) -> Params:
    """See ConditionModule."""
    stated = [key for key in SUPPORTING if key in value]
    if len(stated) != 1:
        what = "two supporting signals" if stated else "no supporting signal"
        raise BadParameter((), f"the condition names {what}", "one of done and last_success")
    for key in ("restarts", "restarts_within"):
        if key in value and "done" not in value:
            raise BadParameter((key,), "only a counter shows restarts", "`done`")
    window = read_seconds(value, "window", 600.0)
    return Params(
        value.get("done", ""),
        value.get("last_success", ""),
        window,
        read_bound(value["above"], unit, "above") if "above" in value else 0.0,
        tuple(value["by"]) if "by" in value else None,
        value.get("restarts", 3),
        read_seconds(value, "restarts_within", max(1800.0, window)),
    )


def faults(condition: Condition, scope: Scope) -> Iterator[Fault]:
    """Signals that are no backlog, windows with too few samples, labels that are not there."""
    p: Params = condition.params
    scrape = scope.prometheus.scrape_interval
    if scope.beyond == "<":
        yield (), "a backlog gets worse above, this signal below", "a signal with `worse: above`"
    least = max(2 * scrape + scope.tick, 4 * scope.tick)
    if p.window < least:
        message = f"a window of {words.time(p.window)} may hold fewer than two scrapes"
        yield ("window",), message, f"at least {words.time(least)}"
    if p.window > LONGEST:
        message = f"a window of {words.time(p.window)} is longer than most histories"
        yield ("window",), message, f"at most {words.time(LONGEST)}"
    elif p.done and p.restarts_within > LONGEST:
        message = f"{words.time(p.restarts_within)} is longer than most histories"
        yield ("restarts_within",), message, f"at most {words.time(LONGEST)}"
    if p.done and p.restarts_within < max(p.window, 2 * p.restarts * scrape):
        message = f"{words.time(p.restarts_within)} is too short to see {p.restarts} restarts"
        expected = words.time(max(p.window, 2 * p.restarts * scrape))
        yield ("restarts_within",), message, f"at least {expected}"
    yield from _label_faults(p, scope)


def _label_faults(p: Params, scope: Scope) -> Iterator[Fault]:
    stated = p.by is not None
    expr = scope.invariant.supporting[p.done or p.last_success].expr
    for index, label in enumerate(_by(p, scope)):
        path = ("by", index) if stated else ("done" if p.done else "last_success",)
        if label not in scope.identity:
            known = ", ".join(scope.identity) or "none: the identity is empty"
            yield path, f'"{label}" is not a label of the identity', f"one of {known}"
        elif not promql.can_carry(expr, label):
            message = f"the supporting signal cannot carry the identity label {label}"
            yield path, message, "`by` with the labels that it carries"


def _by(p: Params, scope: Scope) -> tuple[str, ...]:
    return scope.identity if p.by is None else p.by


def expr(condition: Condition, scope: Scope) -> str:
    """The backlog where it was never empty, unless something got done."""
    p: Params = condition.params
    span = scope.signal(p.window)
    least = math.ceil(COVERAGE * p.window / scope.tick)
    waiting = (
        f"last_over_time({span})\n"
        f"and min_over_time({span}) > {number(p.above)}\n"
        f"and count_over_time({span}) >= {least}\n"
    )
    progress = _done(p, scope) if p.done else _succeeded(p, scope)
    return scope.limited(f"{waiting}unless on ({', '.join(_by(p, scope))}) {progress}")


def _done(p: Params, scope: Scope) -> str:
    counter = scope.invariant.supporting[p.done].expr
    counter = promql.parse(counter).prettify() if "#" in counter else counter.strip()
    span = duration(p.window)
    before = f"{counter}[{duration(max(p.window, MEMORY))}] offset {span}"
    resets = f"resets({counter}[{duration(p.restarts_within)}])"
    return (
        f"group {by(_by(p, scope))}(\n  (\n"
        f"    increase({counter}[{span}]) > 0\n"
        f"    or last_over_time({counter}[{span}]) > 0 unless present_over_time({before})\n"
        f"  )\n  unless {resets} >= {p.restarts}\n)"
    )


def _succeeded(p: Params, scope: Scope) -> str:
    """A time in milliseconds, or far ahead of the clock, is no success, and hides no other."""
    times = embedded(scope.invariant.supporting[p.last_success].expr)
    window = number(p.window)
    fresh = f"({times}) >= time() - {window} <= time() + {window}"
    return f"group {by(_by(p, scope))}({fresh})"


def waits(condition: Condition) -> float:
    """The whole window, and `for`."""
    p: Params = condition.params
    return p.window + condition.hold


def sentence(condition: Condition, invariant: Invariant) -> str:
    """`a queue is not empty for 10 min and “repairs done” does not rise, or …`."""
    p: Params = condition.params
    empty = p.above == 0 and invariant.signal.unit in ("items", "count", "bytes")
    waits = "not empty" if empty else words.beyond(invariant, p.above)
    what = f"{words.a_place(invariant)} is {waits} for all of {words.time(p.window)}"
    name = f"“{(p.done or p.last_success).replace('_', ' ')}”"
    if p.done:
        what += (
            f" and {name} does not rise, is gone, or restarts {p.restarts} or more times"
            f" within {words.time(p.restarts_within)}"
        )
    else:
        what += f" and {name} is longer ago than that, or gone"
    return what + (f", and that lasts {words.time(condition.hold)}" if condition.hold else "")


def held(condition: Condition, scope: Scope, value: float) -> bool:
    """Whether the value is a backlog, as nothing gets done where no counter is."""
    above: float = condition.params.above
    return value > above


def settles(condition: Condition) -> float:
    """The whole window has passed, and `for`."""
    hold: float = condition.params.window + condition.hold
    return hold


def place_cases(condition: Condition, scope: Scope) -> list[PlaceCase]:
    """Without a worker: waiting, then worked off; idle, one item, and lost samples."""
    return stalled_tests.place_cases(condition, scope, COVERAGE)


def test_cases(condition: Condition, scope: Scope) -> list[TestCase]:
    """With a worker: it works, stops, goes, restarts, is new, loops."""
    return stalled_tests.test_cases(condition, scope, _by(condition.params, scope))
