"""`repeated`: corrective actions failed, or conflicts happened, several times within a window.

`increase()` comes before `sum()`: the increase of a sum turns one restart into failures that
never happened. A counter that is born with its first failure shows one too few, so a series that
starts at 1 within the window counts for one more. One that starts higher is an old counter seen for
the first time, and one that was there within an hour before the window only had a gap. A birth is
a series of its own in the sum, apart by a label, so that it counts from its first sample on. PromQL
knows the lowest value in a window but not the first, so the count may be off by one for a series
that was born and restarted within one window.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from driftbook.conditions import words
from driftbook.conditions.base import Curve, Fault, duration_schema, read_seconds
from driftbook.conditions.cases import (
    Check,
    Firing,
    Run,
    TestCase,
    notation,
    raw_series,
)
from driftbook.conditions.defaults import held as held
from driftbook.conditions.defaults import place_cases as place_cases
from driftbook.conditions.defaults import reach as reach
from driftbook.conditions.defaults import recordings as recordings
from driftbook.conditions.defaults import settles as settles
from driftbook.conditions.defaults import violations as violations
from driftbook.conditions.scope import Scope, by, quoted, without
from driftbook.model import STAGES as ALL_STAGES
from driftbook.model import Condition, Invariant, SupportingType
from driftbook.promql import narrowed
from driftbook.units import duration

MEMORY = 3600.0
"""Seconds before the window in which a series that was there was not born in it."""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A counter of failures rose several times within a window.",
    "additionalProperties": False,
    "required": ["signal"],
    "properties": {
        "signal": {
            "type": "string",
            "description": "Name of a supporting counter.",
            "examples": ["repairs_failed"],
        },
        "times": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000000,
            "description": "How many failures at least; default 3.",
            "examples": [3],
        },
        "within": duration_schema("The window; default 30m.", "30m"),
        "by": {
            "type": "array",
            "items": {"type": "string"},
            "uniqueItems": True,
            "description": "Identity labels, carried by the counter, to count apart.",
            "examples": [["target_region"]],
        },
        "across": {
            "type": "string",
            "description": "A label of the counter: so many of its values must each repeat.",
            "examples": ["shard"],
        },
        "members": {
            "type": "integer",
            "minimum": 2,
            "maximum": 100000,
            "description": "With `across`: how many values of the label at least; default 3.",
            "examples": [3],
        },
        "unless": {
            "type": "string",
            "description": "A supporting counter of successes that excuses failures.",
            "examples": ["repairs_succeeded"],
        },
    },
    "examples": [{"signal": "repairs_failed", "times": 3, "within": "30m"}],
}
STAGES = ALL_STAGES
HOLD = 0.0
PER_PLACE = False
EXPLAINS = False
SUPPORTING: dict[str, SupportingType] = {"signal": "counter", "unless": "counter"}


@dataclass(frozen=True, slots=True)
class Params:
    """signal, unless: names of supporting counters; within: seconds."""

    signal: str
    times: int = 3
    within: float = 1800.0
    by: tuple[str, ...] = ()
    across: str = ""
    members: int = 3
    unless: str = ""


def parse(kind: str, value: Any, unit: str) -> Params:
    """See ConditionModule."""
    return Params(
        value["signal"],
        value.get("times", 3),
        read_seconds(value, "within", 1800.0),
        tuple(value.get("by", ())),
        value.get("across", ""),
        value.get("members", 3),
        value.get("unless", ""),
    )


def faults(condition: Condition, scope: Scope) -> Iterator[Fault]:
    """Windows that hold fewer than two scrapes, and labels that are not of the identity."""
    p: Params = condition.params
    if p.within < 2 * scope.prometheus.scrape_interval + scope.tick:
        message = f"a window of {words.time(p.within)} may hold fewer than two scrapes"
        yield ("within",), message, "at least two scrapes and an evaluation"
    if 2 * condition.hold > p.within:
        message = f"failures may leave the window before a `for` of {words.time(condition.hold)}"
        yield (), message, "a `for` of at most half the window"
    for index, label in enumerate(p.by):
        if label not in scope.identity:
            known = ", ".join(scope.identity) or "none: the identity is empty"
            yield ("by", index), f'"{label}" is not a label of the identity', f"one of {known}"
    if p.across and p.across in p.by:
        yield ("across",), f'"{p.across}" is counted apart already', "another label than in `by`"
    if scope.match and not set(scope.match) <= set(p.by):
        wanted = ", ".join(scope.match)
        yield ("by",), "the counter is not told apart by the override's labels", f"by: [{wanted}]"


def _counter(name: str, scope: Scope, by_labels: tuple[str, ...]) -> str:
    """The bare selector, held to the places of the scope as far as the counter tells them apart."""
    extra = [f"{label}={quoted(value)}" for label, value in scope.match.items()]
    for match in scope.excluded:
        if len(match) == 1 and set(match) <= set(by_labels):
            extra += [f"{label}!={quoted(value)}" for label, value in match.items()]
    return narrowed(scope.invariant.supporting[name].expr, extra)


def _limited(counted: str, p: Params, scope: Scope) -> str:
    """Without the places of overrides on several labels, where the counter has those labels."""
    told_apart = [m for m in scope.excluded if len(m) > 1 and set(m) <= set(p.by)]
    return without(counted, told_apart)


def expr(condition: Condition, scope: Scope) -> str:
    """Failures within the window, where they are enough."""
    p: Params = condition.params
    counted = f"{_count(p, scope)} >= {p.times}"
    if p.across:
        counted = f"count {by(p.by)}({counted}) >= {p.members}"
    if p.unless:
        span = duration(p.within)
        done = f"sum {by(p.by)}(increase({_counter(p.unless, scope, p.by)}[{span}])) > 0"
        counted = f"({counted})\nunless on ({', '.join(p.by)}) ({done})"
    return _limited(counted, p, scope)


def _count(p: Params, scope: Scope) -> str:
    inner = p.by + ((p.across,) if p.across else ())
    failed, span = _counter(p.signal, scope, p.by), duration(p.within)
    before = duration(max(p.within, MEMORY))
    born = (
        f"min_over_time({failed}[{span}]) == 1"
        f" unless present_over_time({failed}[{before}] offset {span})"
    )
    return (
        f"sum {by(inner)}(\n  increase({failed}[{span}])\n"
        f'  or label_replace({born}, "born", "yes", "", "")\n)'
    )


def curves(condition: Condition, scope: Scope) -> tuple[Curve, ...]:
    """How often it happened within the window."""
    p: Params = condition.params
    title = f"“{p.signal.replace('_', ' ')}” within {words.time(p.within)}"
    return (Curve(title, "count", {"": _count(p, scope)}, p.times),)


def labels(condition: Condition, scope: Scope) -> tuple[str, ...]:
    """Those of `by`."""
    by_labels: tuple[str, ...] = condition.params.by
    return by_labels


def waits(condition: Condition) -> float | None:
    """It counts events, however long they take."""
    return None


def sentence(condition: Condition, invariant: Invariant) -> str:
    """`repairs failed 3 or more times within 30 min`."""
    p: Params = condition.params
    what = f"“{p.signal.replace('_', ' ')}” happened {p.times} or more times"
    if p.across:
        what += f" on each of {p.members} or more {words.places((p.across,))}"
    what += f" within {words.time(p.within)}"
    if p.by:
        what += f" for {words.a_place_of(p.by)}"
    return what + (f", without “{p.unless.replace('_', ' ')}”" if p.unless else "")


def description(condition: Condition, scope: Scope) -> str:
    """The sentence, with the labels filled in; extrapolated counts are not worth showing."""
    p: Params = condition.params
    where = "".join(f"{label} {{{{ $labels.{label} }}}}: " for label in p.by)
    text = sentence(condition, scope.invariant)
    return f"{where}{text}."


def test_cases(condition: Condition, scope: Scope) -> list[TestCase]:
    """Enough failures, one fewer, a counter born with its first, a restart, an old counter."""
    p: Params = condition.params
    window, keep = scope.ticks(p.within), scope.ticks(condition.keep)
    hold = scope.ticks(condition.hold)
    pause = max(1, (window - hold - 6) // p.times)
    if pause * p.times > window - hold - 3:
        pause, steps = 1, 1  # more failures than evaluations: one jump stands for all
    else:
        steps = p.times
    quiet, last = window + 4, window + 4 + pause * steps
    ask = (condition, scope)
    fires = Check(last + hold, (Firing(condition, scope, _where(p, scope), 0.0),), ask)
    calm_again = Check(last + window + 3 + hold + keep, (), ask)

    def counts(jump: int, first: int, start: float | str) -> tuple[Run, ...]:
        each = jump if steps == 1 else 1
        runs: list[Run] = [(start, quiet)]
        total = steps if steps == 1 else jump
        runs += [(float(first + each * (i + 1)), pause) for i in range(total)]
        top = first + each * total
        return (*runs, (float(top), window + 8 + hold + keep + pause * (steps - total)))

    cases = {
        f"{p.times} failures": (
            counts(p.times, 0, 0.0),
            (Check(quiet - 2, (), ask), fires, calm_again),
        ),
        "an old counter seen for the first time": (
            (("_", quiet), (100.0 * p.times, window + 4)),
            (Check(quiet + 3, (), ask),) if p.times > 1 else (),
        ),
    }
    if 2 <= p.times <= window // 4:
        few = Check(last + hold, (), ask)
        cases[f"one fewer: {p.times - 1}"] = (counts(p.times - 1, 0, 0.0), (few,))
        cases["a counter born with its first failure"] = (counts(p.times, 0, "_"), (fires,))
    return [
        TestCase(name, made, checks)
        for name, (runs, checks) in cases.items()
        if checks and (made := _series(p, scope, runs))
    ]


def _where(p: Params, scope: Scope) -> dict[str, str]:
    return {label: scope.match.get(label, "p") for label in p.by}


def _series(p: Params, scope: Scope, runs: tuple[Run, ...]) -> dict[str, str]:
    """The counter on every member that `across` needs; {} where no series fits its selector."""
    values = notation(runs)
    where = _where(p, scope)
    found: dict[str, str] = {}
    for index in range(p.members if p.across else 1):
        labels_of = where | ({p.across: f"m{index + 1}"} if p.across else {})
        one = raw_series(_counter(p.signal, scope, p.by), labels_of)
        if one is None:
            return {}
        found[one] = values
    return found
