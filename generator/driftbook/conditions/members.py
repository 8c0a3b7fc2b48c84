"""What conditions share that compare or count the members of a place: replicas, voters.

The signal has one series for each member, so its identity includes the label `over` that names
them; alerts carry the rest of the identity.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from driftbook import promql
from driftbook.conditions import words
from driftbook.conditions.base import Fault
from driftbook.conditions.cases import Run, notation, place
from driftbook.conditions.scope import Scope, by, quoted, series
from driftbook.diagnostics import nearest
from driftbook.names import SIGNAL
from driftbook.units import duration, number

OVER_SCHEMA: dict[str, Any] = {
    "type": "string",
    "description": "The identity label that names the members; alerts carry the others.",
    "examples": ["replica"],
}


def group(over: str, scope: Scope) -> tuple[str, ...]:
    """The labels of a place with all its members."""
    return tuple(label for label in scope.identity if label != over)


def faults(over: str, scope: Scope) -> Iterator[Fault]:
    """A label that names no members, or of which there is one, or that an override takes apart."""
    if over not in scope.identity:
        known = nearest(over, scope.identity) or f"one of {', '.join(scope.identity)}"
        expected = known if scope.identity else "a signal with one series for each member"
        yield ("over",), f'"{over}" is not a label of the identity', expected
        return
    only = _only(over, scope)
    if only:
        yield ("over",), f'the signal has no {over} but "{only}"', "a signal of every member"
    if over in scope.match:
        message = f"an override on {over} leaves one member to judge"
        yield ("over",), message, "an override on other labels"
    if any(over in match for match in scope.excluded):
        message = f"an override of this stage takes members out by their {over}"
        yield ("over",), message, "overrides on other labels, or of another stage"


def _only(over: str, scope: Scope) -> str:
    """The value that every selector of the signal holds the label to, or ""."""
    try:
        facts = promql.facts(scope.invariant.signal.expr)
    except promql.PromqlError:
        return ""  # a check of its own reports it
    if facts.functions & {"label_replace", "label_join", "count_values"}:
        return ""
    held = {dict(use.equal).get(over, "") for use in facts.uses if not use.filters}
    return held.pop() if len(held) == 1 else ""


def delta(over: str, scope: Scope) -> str:
    """The largest difference, less what two scrapes can explain; of two members or more."""
    source = f"{SIGNAL}{{invariant={quoted(scope.invariant.name)}}}"
    some = f"{source} >= -Inf"  # not NaN
    labels_of_place = group(over, scope)
    each, on = by(labels_of_place), f"on ({', '.join(labels_of_place)})"
    skew = number(2 * scope.prometheus.scrape_interval)
    slope = f"max {each}(abs(deriv({source}[{duration(drift_window(scope))}])))"
    return (
        f"clamp_min(\n"
        f"  max {each}({some}) - {on} min {each}({some}) - {on} {skew} * {slope},\n  0\n)\n"
        f"and {on} count {each}({some}) > 1"
    )


def drift_window(scope: Scope) -> float:
    """Seconds over which a member's rate of change is taken: some scrapes, and 10 min at least."""
    return max(600.0, 10 * scope.prometheus.scrape_interval, 10 * scope.tick)


def of_a_place(labels: tuple[str, ...]) -> str:
    """` of a cluster`, or nothing where all members are of one."""
    return f" of {words.a_place_of(labels)}" if labels else ""


def template(labels: tuple[str, ...]) -> str:
    """`cluster {{ $labels.cluster }}: ` for a description."""
    where = ", ".join(f"{label} {{{{ $labels.{label} }}}}" for label in labels)
    return f"{where}: " if where else ""


def where(over: str, scope: Scope, member: str = "m1") -> dict[str, str]:
    """Labels of a member of the place that tests use."""
    return place(scope, "p") | {over: member}


def signals(over: str, scope: Scope, courses: Sequence[tuple[Run, ...] | str]) -> dict[str, str]:
    """The recorded signal of members m1, m2 … whose values run through the courses."""
    return {
        series(SIGNAL, {"invariant": scope.invariant.name, **where(over, scope, f"m{index}")}): (
            course if isinstance(course, str) else notation(course)
        )
        for index, course in enumerate(courses, start=1)
    }
