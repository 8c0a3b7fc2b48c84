"""`diverged`: the members of a place differ by more than a tolerance, or their checksums differ.

Members of a table that grows are read at different times, so what can change within two scrapes is
taken off their difference; a member alone differs from nobody, so two have to report. A hash above
2^53 is rounded as a value: checksums travel as a label, and the different ones are counted.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from driftbook import promql
from driftbook.conditions import diverged_tests, members, words
from driftbook.conditions.base import (
    BOUND_SCHEMA,
    BadParameter,
    Curve,
    Fault,
    Recording,
    duration_schema,
    finite,
    read_bound,
    read_seconds,
    read_share,
)
from driftbook.conditions.cases import TestCase
from driftbook.conditions.defaults import held as held
from driftbook.conditions.defaults import place_cases as place_cases
from driftbook.conditions.defaults import reach as reach
from driftbook.conditions.defaults import settles as settles
from driftbook.conditions.defaults import violations as violations
from driftbook.conditions.scope import Scope, by, embedded
from driftbook.model import STAGES as ALL_STAGES
from driftbook.model import Condition, Invariant, SupportingType
from driftbook.names import CHECKSUMS, DELTA, FINITE, RESERVED_LABELS
from driftbook.units import number, spoken

COVERAGE = 0.8
"""Share of the evaluations of `settle` in which members could be compared."""
LONGEST = 30 * 86400.0
"""Seconds that `settle` looks back at most; few servers keep more."""
_LABEL = re.compile(r"(?!__)[a-zA-Z_][a-zA-Z0-9_]*")
AMOUNTS = ("items", "count", "bytes")
"""Units in which a share of the whole means something; 1 % of a time since 1970 is months."""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "Members of a place differ, in the signal or in a checksum, and do not settle.",
    "additionalProperties": False,
    "required": ["over"],
    "properties": {
        "over": members.OVER_SCHEMA,
        "tolerance": {
            **BOUND_SCHEMA,
            "description": "Members may differ by this much. Exactly one of `tolerance` and "
            "`checksums`.",
            "examples": ["10s"],
        },
        "relative": {
            "type": ["number", "string"],
            "description": "Members may differ by this share of the largest, too; default 1% where "
            "the unit is items, count or bytes, else nothing.",
            "examples": ["1%"],
        },
        "checksums": {
            "type": "string",
            "description": "Name of a supporting gauge with the identity and the checksum as "
            "labels, whose value is not 0.",
            "examples": ["content"],
        },
        "label": {
            "type": "string",
            "description": "With `checksums`: the label that holds them; default checksum.",
            "examples": ["checksum"],
        },
        "settle": duration_schema(
            "Members that agree once within this time have settled; default 5m.", "5m"
        ),
        "replicas": {
            "type": "integer",
            "minimum": 2,
            "maximum": 1000,
            "description": "How many members have to report to be compared; default 2.",
            "examples": [2],
        },
    },
    "examples": [{"over": "region", "tolerance": "10s", "settle": "5m"}],
}
STAGES = ALL_STAGES
HOLD = 0.0
PER_PLACE = False
EXPLAINS = False  # it does not say which member is wrong
SUPPORTING: dict[str, SupportingType] = {"checksums": "gauge"}


@dataclass(frozen=True, slots=True)
class Params:
    """tolerance: base unit. relative: share. checksums: a supporting signal, or ""; label: its
    label. settle: seconds. replicas: how many report at least.
    """

    over: str
    tolerance: float = 0.0
    relative: float = 0.0
    checksums: str = ""
    label: str = "checksum"
    settle: float = 300.0
    replicas: int = 2


def parse(kind: str, value: Any, unit: str) -> Params:
    """See ConditionModule."""
    stated = [key for key in ("tolerance", "checksums") if key in value]
    if len(stated) != 1:
        what = "compares two things" if stated else "does not say what it compares"
        raise BadParameter((), f"the condition {what}", "one of tolerance and checksums")
    for key, needs in (("relative", "tolerance"), ("label", "checksums")):
        if key in value and needs not in value:
            raise BadParameter((key,), f"`{key}` belongs to `{needs}`", f"`{needs}`")
    label = value.get("label", "checksum")
    if not _LABEL.fullmatch(label):
        expected = "letters, digits and underscores, without two underscores at its start"
        raise BadParameter(("label",), f'"{label}" is not a label name', expected)
    if label in RESERVED_LABELS:
        expected = "the label that holds the checksum"
        raise BadParameter(("label",), f'the label "{label}" is set by driftbook', expected)
    return Params(
        value["over"],
        read_bound(value["tolerance"], unit, "tolerance") if "tolerance" in value else 0.0,
        _relative(value, unit) if "tolerance" in value else 0.0,
        value.get("checksums", ""),
        label,
        read_seconds(value, "settle", 300.0),
        value.get("replicas", 2),
    )


def _relative(value: Any, unit: str) -> float:
    written = value.get("relative", 0.01 if unit in AMOUNTS else 0)
    if written in (0, "0%"):
        return 0.0
    share = read_share(written, "relative")
    if share >= 1:
        message = "no member differs from the largest by more than all of it"
        raise BadParameter(("relative",), message, "less than 100%")
    return share


def faults(condition: Condition, scope: Scope) -> Iterator[Fault]:
    """Times that hold too few comparisons, labels that are not there, what `members` finds."""
    p: Params = condition.params
    least = max(2 * scope.prometheus.scrape_interval + scope.tick, 4 * scope.tick)
    if p.settle < least:
        message = f"{words.time(p.settle)} may hold fewer than two scrapes of each"
        yield ("settle",), message, f"at least {words.time(least)}"
    elif p.settle > LONGEST:
        message = f"{words.time(p.settle)} is longer than most histories"
        yield ("settle",), message, f"at most {words.time(LONGEST)}"
    yield from members.faults(p.over, scope)
    if not p.checksums:
        return
    if p.label in scope.identity:
        message = f'the label "{p.label}" is in the identity, so that each checksum is a place'
        yield ("label",), message, "a label that is not in the identity"
    expr = scope.invariant.supporting[p.checksums].expr
    for label in (*scope.identity, p.label):
        if not promql.can_carry(expr, label):
            message = f"the supporting signal cannot carry the label {label}"
            yield ("checksums",), message, "a gauge with the identity and the checksum as labels"


def recordings(condition: Condition, scope: Scope) -> tuple[Recording, ...]:
    """What is compared, for all places, as a window cannot look back on an aggregation.

    A share is one of finite members: of infinity it is infinity, which no difference is beyond.
    """
    p: Params = condition.params
    told = {"invariant": scope.invariant.name, "over": p.over}
    if p.checksums:
        told["told_by"] = f"{p.checksums}/{p.label}"
        return (Recording(CHECKSUMS, _checksums(p, scope), told),)
    compared = Recording(DELTA, members.delta(p.over, scope), told)
    return (compared, finite(scope.invariant)) if p.relative else (compared,)


def _checksums(p: Params, scope: Scope) -> str:
    labels_of_place = members.group(p.over, scope)
    group, on = by(labels_of_place), f"on ({', '.join(labels_of_place)})"
    info = _info(p, scope)
    different = f"count {group}(count {by((*labels_of_place, p.label))}({info}))"
    return f"{different}\nand {on} count {group}(count {by(scope.identity)}({info})) > 1"


def _info(p: Params, scope: Scope) -> str:
    return f"({embedded(scope.invariant.supporting[p.checksums].expr)}) != 0"


def expr(condition: Condition, scope: Scope) -> str:
    """The least difference while it had time to settle."""
    p: Params = condition.params
    labels_of_place = members.group(p.over, scope)
    group, on = by(labels_of_place), f"on ({', '.join(labels_of_place)})"
    told = {"over": p.over}
    if p.checksums:
        told["told_by"] = f"{p.checksums}/{p.label}"
    span = scope.recorded(CHECKSUMS if p.checksums else DELTA, told, p.settle)
    beyond = 1 if p.checksums else p.tolerance
    least = math.ceil(COVERAGE * p.settle / scope.tick)
    lines = [f"max {group}(min_over_time({span})) > {number(beyond)}"]
    if p.relative:
        largest = f"max {group}(max_over_time({scope.recorded(FINITE, {}, p.settle)}))"
        lines[0] += f" > {on} {number(p.relative)} * {largest}"
    lines.append(f"and {on} count_over_time({span}) >= {least}")
    if p.replicas > 2:
        lines.append(f"and {on} {_reporting(p, scope)} >= {p.replicas}")
    return scope.limited("\n".join(lines))


def curves(condition: Condition, scope: Scope) -> tuple[Curve, ...]:
    """The plain difference, what is left of it, and the tolerance; or the number of checksums."""
    p: Params = condition.params
    told = {"over": p.over}
    who, group = words.places((p.over,)), by(members.group(p.over, scope))
    if p.checksums:
        told["told_by"] = f"{p.checksums}/{p.label}"
        title = f"Different {words.places((p.label,))} among the {who}"
        return (Curve(title, "count", {"": scope.recorded(CHECKSUMS, told)}, 2),)
    plain = f"max {group}({scope.signal()}) - min {group}({scope.signal()})"
    lines = {"plain": plain, "beyond scrape skew": scope.recorded(DELTA, told)}
    limit = p.tolerance
    if p.relative:
        lines["tolerated"] = f"clamp_min({p.relative} * max {group}({scope.signal()}), {limit})"
    title = f"Difference of the {who}"
    return (Curve(title, scope.invariant.signal.unit, lines, None if p.relative else limit),)


def _reporting(p: Params, scope: Scope) -> str:
    counted = f"{scope.signal()} >= -Inf"  # not NaN
    if p.checksums:
        counted = f"count {by(scope.identity)}({_info(p, scope)})"
    return f"count {by(members.group(p.over, scope))}({counted})"


def labels(condition: Condition, scope: Scope) -> tuple[str, ...]:
    """The identity without the members."""
    return members.group(condition.params.over, scope)


def waits(condition: Condition) -> float:
    """The time to settle, and `for`."""
    p: Params = condition.params
    return p.settle + condition.hold


def sentence(condition: Condition, invariant: Invariant) -> str:
    """`the replicas of a key differ by more than 10 and 1 % for all of 5 min`."""
    p: Params = condition.params
    rest = tuple(label for label in invariant.signal.identity if label != p.over)
    who = f"the {words.places((p.over,))}{members.of_a_place(rest)}"
    how = f"have different {words.places((p.label,))}" if p.checksums else "differ"
    if not p.checksums:
        how += f" by more than {spoken(p.tolerance, invariant.signal.unit)}"
        how += f" and {p.relative * 100:.4g} %" if p.relative else ""
    lasting = f", and that lasts {words.time(condition.hold)}" if condition.hold else ""
    return f"{who} {how} for all of {words.time(p.settle)}{lasting}"


def description(condition: Condition, scope: Scope) -> str:
    """The value is the least difference, or the number of different checksums."""
    p: Params = condition.params
    where = members.template(members.group(p.over, scope))
    who = words.places((p.over,))
    if p.checksums:
        return f"{where}the {who} have {{{{ $value }}}} different {words.places((p.label,))}."
    shown = words.FORMATS[scope.invariant.signal.unit]
    return f"{where}the {who} differ by {{{{ $value | {shown} }}}} or more."


def test_cases(condition: Condition, scope: Scope) -> list[TestCase]:
    """Members that differ, agree, differ shortly, are alone, are read at different times."""
    return diverged_tests.test_cases(condition, scope, scope.ticks(members.drift_window(scope)))
