"""Whether the signals are there: their series, their labels, and samples as often as needed."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import promql_parser as pp

from driftbook import names, promql
from driftbook.doctor.finding import Finding
from driftbook.doctor.subject import Subject
from driftbook.model import Invariant
from driftbook.units import spoken

LOOKS = (60, 600)
"""Seconds over which samples are counted: the first with enough of them, so that what is scraped
often can be told soon after a server started."""
LOOKBACK = 300.0
"""Seconds for which a sample counts without a newer one, unless Prometheus is told otherwise."""
ENOUGH, TOO_FEW = 4, 2
"""Samples that a window should hold, so that two may be lost, and below which it is empty."""
SLOWER = 1.5
"""A series that comes this many times slower than the catalog states was not meant so."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A selector as it stands in an expression. window: seconds; that of an instant one is 0."""

    selector: str
    metric: str
    window: float


def check(subject: Subject) -> Iterator[Finding]:
    """Presence and labels first, then how often samples come, of each selector once."""
    there = subject.counts(f"count by (invariant) ({names.SIGNAL})", "invariant")
    compiled = subject.catalog.compiled()
    for invariant in compiled:
        if not there.get(invariant.name):
            yield from _absent(subject, invariant)
    yield from _labels(subject)
    for selector, (readings, users) in sorted(_by_selector(compiled).items()):
        yield from _often(subject, selector, readings, users)


def _absent(subject: Subject, invariant: Invariant) -> Iterator[Finding]:
    """Why a signal has no series, as far as its selectors tell."""
    told = False
    for reading in _readings(invariant.signal.expr):
        if subject.query(f"count({reading.selector})"):
            continue
        told = True
        if reading.metric and subject.query(f"count({reading.metric})"):
            message = f"no series of {reading.selector}, though {reading.metric} has others"
            todo = "compare its matchers with the labels in Prometheus"
        else:
            message = f"no series of {reading.selector}"
            todo = "is the exporter scraped, and is this the name in its version?"
        yield Finding("error", "signals", invariant.name, message, todo)
    if not told:
        message = "the signal has no series, though all that it reads is there"
        todo = "try its expression in Prometheus; its two sides may share no labels"
        yield Finding("error", "signals", invariant.name, message, todo, _waits(subject, invariant))


def _waits(subject: Subject, invariant: Invariant) -> bool:
    """Whether its rules are loaded and were not evaluated yet."""
    found = (g for g in subject.groups if g.get("name") == names.group(invariant))
    return any(str(group.get("lastEvaluation", "0001")).startswith("0001") for group in found)


def _labels(subject: Subject) -> Iterator[Finding]:
    """Identity labels that are empty on some series: places that cannot be told apart."""
    identities = {i.name: set(i.signal.identity) for i in subject.catalog.compiled()}
    for label in sorted(set().union(*identities.values()) if identities else ()):
        empty = f'count by (invariant) ({names.SIGNAL}{{{label}=""}})'
        for name, count in sorted(subject.counts(empty, "invariant").items()):
            if label in identities.get(name, ()):
                message = f'{count} series without the identity label "{label}"'
                todo = "take it out of `identity`, or add it by relabelling where it is scraped"
                yield Finding("error", "signals", name, message, todo)


def _often(
    subject: Subject, selector: str, readings: set[Reading], users: list[str]
) -> Iterator[Finding]:
    """Samples against windows, and against what the catalog states."""
    every = _every(subject, selector)
    if every is None:
        return  # its absence is told elsewhere
    about = f"{users[0]} and {len(users) - 1} more" if len(users) > 1 else users[0]
    comes = f"{selector} has a sample every {spoken(round(every), 'seconds')}"
    window = min((r.window or LOOKBACK) for r in readings)
    what = "window" if window < LOOKBACK or any(r.window for r in readings) else "lookback"
    if window < TOO_FEW * every:
        message = f"{comes}, too few for a {what} of {spoken(window, 'seconds')}"
        todo = "scrape it more often, or widen the window: now there are gaps, or nothing at all"
        yield Finding("error", "signals", about, message, todo)
    elif any(r.window for r in readings) and window < ENOUGH * every:
        message = f"{comes}; a window of {spoken(window, 'seconds')} should hold {ENOUGH}"
        todo = "scrape it more often, or widen the window: one lost scrape empties it"
        yield Finding("warning", "signals", about, message, todo)
    stated = subject.catalog.prometheus.scrape_interval
    if ":" not in selector.partition("{")[0] and every > SLOWER * stated:
        message = f"{comes}, the catalog states {spoken(stated, 'seconds')}"
        todo = "state the real `scrape_interval`, by which conditions choose their windows"
        yield Finding("warning", "signals", about, message, todo)


def _every(subject: Subject, selector: str) -> float | None:
    """Seconds between two samples of the median series; None where there is none."""
    every = None
    for look in LOOKS:
        counts = subject.query(f"quantile(0.5, count_over_time({selector}[{look}s]))")
        if counts:
            every = look / counts[0][1]
            if counts[0][1] >= ENOUGH:
                break
    return every


def _by_selector(
    compiled: tuple[Invariant, ...],
) -> dict[str, tuple[set[Reading], list[str]]]:
    """Everything that a signal or a supporting signal reads: how, and for which invariants."""
    found: dict[str, tuple[set[Reading], list[str]]] = {}
    for invariant in compiled:
        expressions = [invariant.signal.expr, *(s.expr for s in invariant.supporting.values())]
        for reading in {r for expr in expressions for r in _readings(expr)}:
            readings, users = found.setdefault(reading.selector, (set(), []))
            readings.add(reading)
            if invariant.name not in users:
                users.append(invariant.name)
    return found


@lru_cache(maxsize=65536)
def _readings(expr: str) -> tuple[Reading, ...]:
    try:
        return tuple(dict.fromkeys(_of(promql.parse(expr), 0.0)))
    except promql.PromqlError:
        return ()


def _of(node: Any, window: float) -> Iterator[Reading]:
    if isinstance(node, pp.VectorSelector):
        bare = str(node).partition(" offset ")[0].partition(" @ ")[0].removesuffix("{}")
        if not (node.name or "").startswith("drift:"):
            yield Reading(bare, node.name or "", window)
    elif isinstance(node, pp.MatrixSelector):
        yield from _of(node.vector_selector, node.range.total_seconds())
    elif isinstance(node, pp.BinaryExpr):
        yield from _of(node.lhs, window)
        yield from _of(node.rhs, window)
    elif isinstance(node, pp.Call):
        for argument in node.args:
            yield from _of(argument, window)
    elif (inner := getattr(node, "expr", None)) is not None:
        yield from _of(inner, window)
