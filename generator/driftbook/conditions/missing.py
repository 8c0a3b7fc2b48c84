"""`missing`: the signal of an expected place has gone silent, each named where that is possible.

`absent()` names nobody and keeps only equality labels, so an inventory (`expected`) or a memory of
what reported before comes first, and `absent()` covers the case in which that is gone as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from driftbook.conditions import words
from driftbook.conditions.base import Fault, duration_schema, read_seconds
from driftbook.conditions.cases import (
    STALE,
    Check,
    Firing,
    TestCase,
    calm,
    inventory_series,
    notation,
    place,
)
from driftbook.conditions.defaults import SUPPORTING as SUPPORTING
from driftbook.conditions.defaults import curves as curves
from driftbook.conditions.defaults import held as held
from driftbook.conditions.defaults import place_cases as place_cases
from driftbook.conditions.defaults import reach as reach
from driftbook.conditions.defaults import recordings as recordings
from driftbook.conditions.defaults import settles as settles
from driftbook.conditions.defaults import violations as violations
from driftbook.conditions.defaults import waits as waits
from driftbook.conditions.scope import Scope, by, embedded, series
from driftbook.model import STAGES as ALL_STAGES
from driftbook.model import Condition, Invariant
from driftbook.names import SIGNAL

SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "The signal, or an expected member of it, is absent.",
    "additionalProperties": False,
    "properties": {
        "memory": duration_schema(
            "Without an inventory: name the members that reported within this time.", "6h"
        ),
    },
    "examples": [{}],
}
STAGES = ALL_STAGES
HOLD = 600.0
PER_PLACE = False
EXPLAINS = False


@dataclass(frozen=True, slots=True)
class Params:
    """memory: seconds, 0 for none."""

    memory: float = 0.0


def parse(kind: str, value: Any, unit: str) -> Params:
    """See ConditionModule."""
    return Params(read_seconds(value, "memory", 0.0))


def faults(condition: Condition, scope: Scope) -> Iterator[Fault]:
    """Silence shorter than two scrapes, and memories that forget before `for` has passed."""
    p: Params = condition.params
    if scope.match:
        yield (), "silence has no bound that an override could change", "no `missing` in overrides"
    if condition.hold < 2 * scope.prometheus.scrape_interval:
        yield (), "one lost scrape would alert", "a `for` of at least two scrapes"
    if p.memory and p.memory <= condition.hold:
        yield ("memory",), "members are forgotten before the alert fires", "longer than `for`"
    if p.memory and scope.invariant.signal.expected:
        yield ("memory",), "the signal has an inventory already", "no memory beside `expected`"


def expr(condition: Condition, scope: Scope) -> str:
    """Expected members without signal, or the absence of everything."""
    p: Params = condition.params
    signal, expected = scope.signal(), scope.invariant.signal.expected
    gone = f"absent({signal})"
    on = f"on ({', '.join(scope.identity)})"
    group = f"group {by(scope.identity)}"
    if expected:
        known = f"{group}({embedded(expected)})"
    elif p.memory and scope.identity:
        known = f"{group}(present_over_time({scope.signal(p.memory)}))"
    else:
        return gone
    return f"{known} unless {on} {signal}\nor {gone} unless on () {known}"


def labels(condition: Condition, scope: Scope) -> tuple[str, ...]:
    """The identity where members can be named."""
    named = scope.invariant.signal.expected or condition.params.memory
    return scope.identity if named else ()


def sentence(condition: Condition, invariant: Invariant) -> str:
    """`an expected region pair has sent no signal for 10 min`."""
    lasting = words.lasting(condition.hold)
    if invariant.signal.identity and invariant.signal.expected:
        return f"an expected {words.place(invariant.signal.identity)} has sent no signal{lasting}"
    if invariant.signal.identity and condition.params.memory:
        memory = words.time(condition.params.memory)
        place_word = words.place(invariant.signal.identity)
        return f"a {place_word} seen within {memory} has sent no signal{lasting}"
    return f"there is no signal at all{lasting}"


def description(condition: Condition, scope: Scope) -> str:
    """Names the member; without one, the signal as a whole."""
    named = labels(condition, scope)
    where = ", ".join(f"{label} {{{{ $labels.{label} }}}}" for label in named)
    return f"No signal{f' from {where}' if where else ' at all'}: nothing is known about drift."


def test_cases(condition: Condition, scope: Scope) -> list[TestCase]:
    """The signal vanishes and comes back; a member vanishes while another stays."""
    n, keep, start = scope.ticks(condition.hold), scope.ticks(condition.keep), 6
    good = calm(scope.invariant)
    lost = ((good, start), (STALE, 1), ("_", n + 2), (good, keep + 4))
    where = place(scope, "p")
    nobody = Firing(condition, scope, {}, 1)
    one = series(SIGNAL, {"invariant": scope.invariant.name, **where})
    back = start + n + 3 + keep
    ask = (condition, scope)
    named = labels(condition, scope)
    whole = Firing(condition, scope, where, 1) if named and condition.params.memory else nobody
    before = [Check(start + n - 1, (), ask)] if n else []
    checks = (*before, Check(start + n, (whole,), ask), Check(back, (), ask))
    cases = [TestCase("the signal vanishes and comes back", {one: notation(lost)}, checks)]
    other = place(scope, "q")
    steady = notation(((good, start + n + keep + 8),))
    stays = series(SIGNAL, {"invariant": scope.invariant.name, **other})
    inventory = inventory_series(scope, (where, other), steady)
    if named and other != where and (condition.params.memory or inventory):
        pair = {one: notation(lost), stays: steady, **inventory}
        member = Firing(condition, scope, where, 1)
        checks = (*before, Check(start + n, (member,), ask), Check(back, (), ask))
        cases.append(TestCase("one member vanishes", pair, checks))
    return cases
