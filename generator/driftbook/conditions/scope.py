"""Where a condition judges: all places of an invariant but those that an override covers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from driftbook import names
from driftbook.model import Condition, Invariant, Prometheus
from driftbook.promql.text import escaped
from driftbook.units import duration, number


@lru_cache(maxsize=8192)
def quoted(value: str) -> str:
    """A PromQL string literal."""
    return f'"{escaped(value)}"'


def series(metric: str, labels: Mapping[str, str]) -> str:
    """`metric{a="1",b="2"}`."""
    inside = ",".join([f"{name}={quoted(value)}" for name, value in labels.items()])
    return f"{metric}{{{inside}}}" if inside else metric


def embedded(expr: str) -> str:
    """An expression between parentheses; on lines of its own where a comment would swallow them."""
    text = expr.strip()
    return f"\n  {text.replace(chr(10), chr(10) + '  ')}\n" if "\n" in text or "#" in text else text


def by(labels: tuple[str, ...]) -> str:
    """`by (a, b) ` for an aggregation, nothing for no labels."""
    return f"by ({', '.join(labels)}) " if labels else ""


def point(labels: Mapping[str, str]) -> str:
    """A vector of one element with these labels, to match places on whether or not they report."""
    vector = "vector(1)"
    for name, value in labels.items():
        literal = quoted(value.replace("$", "$$"))  # `$` refers to groups of the expression
        vector = f'label_replace({vector}, "{name}", {literal}, "", "")'
    return vector


def without(vector: str, matches: Sequence[Mapping[str, str]]) -> str:
    """The vector without the places of some matches."""
    for match in matches:
        vector = f"{vector}\nunless on ({', '.join(match)}) {point(match)}"
    return vector


@dataclass(frozen=True, slots=True)
class Scope:
    """The places of one invariant that one condition judges.

    match: the labels of the override that the condition belongs to, {} for a general one.
    excluded: the matches of the overrides that replace the condition's stage.
    """

    invariant: Invariant
    prometheus: Prometheus
    match: Mapping[str, str]
    excluded: tuple[Mapping[str, str], ...]

    @property
    def identity(self) -> tuple[str, ...]:
        """Labels that name a place."""
        return self.invariant.signal.identity

    @property
    def beyond(self) -> str:
        """The comparison by which the signal is worse than a bound."""
        return ">" if self.invariant.signal.worse == "above" else "<"

    @property
    def tick(self) -> float:
        """Seconds from one evaluation to the next."""
        return self.prometheus.evaluation_interval

    def ticks(self, seconds: float) -> int:
        """Whole evaluations in a time that is a multiple of the interval, else rounded up."""
        return -int(-seconds // self.tick)

    def signal(self, window: float = 0) -> str:
        """The recorded signal, over a window of seconds where one is given."""
        return self.recorded(names.SIGNAL, {}, window)

    def violation(self, bound: float, window: float = 0) -> str:
        """The recorded 0/1 violation of a bound."""
        return self.recorded(names.VIOLATION, {"bound": number(bound)}, window)

    def limited(self, vector: str) -> str:
        """The vector without the places of overrides that match on several labels.

        Overrides on one label are left out by the selectors already.
        """
        return without(vector, [match for match in self.excluded if len(match) > 1])

    def narrowed(self, vector: str) -> str:
        """A vector that is not made of our selectors, such as an inventory, held to the places."""
        if self.match:
            vector = f"{vector} and on ({', '.join(self.match)}) {point(self.match)}"
        return without(vector, self.excluded)

    def recorded(self, metric: str, extra: Mapping[str, str], window: float = 0) -> str:
        """A recorded series of the invariant, held to the places of the scope."""
        labels = {"invariant": self.invariant.name, **extra, **self.match}
        parts = [f"{name}={quoted(value)}" for name, value in labels.items()]
        for match in self.excluded:
            if len(match) == 1:
                parts += [f"{name}!={quoted(value)}" for name, value in match.items()]
        span = f"[{duration(window)}]" if window else ""
        return f"{metric}{{{','.join(parts)}}}{span}"


def scopes(invariant: Invariant, prometheus: Prometheus) -> tuple[tuple[Condition, Scope], ...]:
    """Every condition of the invariant with its scope: general ones first, then overrides."""
    stated = [(override.match, override.stages) for override in invariant.overrides]

    def excluded(condition: Condition) -> tuple[Mapping[str, str], ...]:
        if condition.kind == "missing":
            return ()  # silence is the same everywhere
        return tuple(match for match, stages in stated if condition.stage in stages)

    general = tuple(
        (condition, Scope(invariant, prometheus, {}, excluded(condition)))
        for condition in invariant.conditions
    )
    special = tuple(
        (condition, Scope(invariant, prometheus, override.match, ()))
        for override in invariant.overrides
        for condition in override.conditions
    )
    return general + special
