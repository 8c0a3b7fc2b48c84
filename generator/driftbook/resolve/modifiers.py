"""Signals that are computed from others: what is written, as one PromQL expression.

Pure functions. Each gives one value per place, with the identity and nothing else on it. Where
there is nothing to divide by, the value is left out rather than made up, so that the signal's own
absence is what alerts; only a backlog stays, because idle workers do not make it smaller.
"""

from collections.abc import Mapping
from typing import Any

from driftbook import gotemplate
from driftbook.checks.computed_window import WINDOW
from driftbook.conditions.scope import by, embedded
from driftbook.promql.selectors import narrowed
from driftbook.units import bound, number, seconds

SHARP = 1.288
"""Half of z = 2.576, of the one-sided 99.5 % limit for a Poisson count m in its square-root form,
`(sqrt(m) - z/2)²`: the square root of a count has a standard deviation of about one half,
whatever the count (Anscombe 1948). At m = 1 it is 0; Wilson's limit is far too high there."""
LEAST = "0.1/s"


def per_workload(
    expr: str, identity: tuple[str, ...], counter: str, written: Mapping[str, Any]
) -> str:
    """Seconds that a backlog lasts at the rate at which it is worked off.

    expr: the backlog, in items. counter: what was worked off. The rate is at least `least`, and is
    taken to be that where the counter is gone. Up to `items`, a backlog is no work at all.
    """
    group = by(identity)
    backlog = f"sum {group}({_numbers(expr)})"
    rate = f"rate({narrowed(counter, ())}[{written.get('window', WINDOW)}])"
    done = f"sum {group}({_numbers(rate)})"
    least = number(bound(written.get("least", LEAST), "events_per_second"))
    drain = f"{backlog}\n/\nclamp_min({done} or {backlog} * 0, {least})"
    items = written.get("items", 0)
    return f"{drain}\n* ({backlog} > bool {number(items)})" if items else drain


def _numbers(vector: str) -> str:
    """Its elements that are numbers: a single NaN would make a whole sum unknown, and silent."""
    return f"({embedded(vector)}) >= -Inf"


def stale_probability(identity: tuple[str, ...], written: Mapping[str, Any]) -> str:
    """How probable it is that a read `within` after the write does not see it, 0 to 1.

    histogram: buckets of the time from a write to its visibility on one replica. A reader that
    asks several replicas, which are late independently of each other, is stale only if all are.
    An instance counts if it has the bucket of `within` in as many samples as its total, so that
    none whose buckets differ, or changed a moment ago, looks late.
    """
    group, window = by(identity), written.get("window", WINDOW)

    def over(le: str) -> str:
        return f"{narrowed(written['histogram'], [le])}[{window}]"

    early, every = over(_le(seconds(written["within"]))), over(_ALL)
    known = f"sum without (le) (count_over_time({early})) >= ignoring (le) count_over_time({every})"

    def rate(buckets: str) -> str:
        return f"sum {group}(\n  rate({buckets})\n  and ignoring (le) ({known})\n)"

    share = f"1 - {rate(early)}\n/ ({rate(every)} > 0)"
    replicas = int(written.get("replicas", 1))
    late = f"clamp_min({embedded(share)}, 0)"
    return f"{late} ^ {replicas}" if replicas > 1 else late


_ALL = 'le="+Inf"'


def _le(secs: float) -> str:
    """The bucket's bound, which Go's clients write `10` and others, and Prometheus 3, `10.0`."""
    text = gotemplate.plain(secs)
    return f'le="{text}"' if "." in text or "e" in text else f'le=~"{text}|{text}[.]0"'


def drift_sample(identity: tuple[str, ...], written: Mapping[str, Any]) -> str:
    """Lower 99.5 % confidence limit of the share of mismatches among what was checked, 0 to 1.

    mismatches, checked: their numbers in the same window. Without a mismatch counter, which many
    exporters have only from the first mismatch on, it is 0; without a check there is no value.
    """
    group = by(identity)
    checked = f"sum {group}({_numbers(written['checked'])})"
    mismatches = f"sum {group}({_numbers(written['mismatches'])})"
    counted = f"{mismatches} or {checked} * 0"
    return f"clamp_min(sqrt({embedded(counted)}) - {SHARP}, 0) ^ 2\n/\n({checked} > 0)"
