"""What an alert says of its surroundings: recent changes of its service, and what fires upstream.

Both are annotations that look at other series while Prometheus evaluates the alert, with the
template function `query`. Labels stay as they are, so an alert keeps its identity across a deploy,
and a join with a version label is not needed, which would restart it (or lose it while two
versions run). A query that fails puts its error into the annotation; the alert still fires.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from driftbook.conditions.scope import by, quoted
from driftbook.gotemplate import humanize_duration
from driftbook.model import Catalog, Change, Invariant
from driftbook.promql import narrowed
from driftbook.units import duration, number, spoken

CHANGES = "recent_changes"
UPSTREAM = "upstream"
LATEST = 5
"""So many changes of one kind are named, the latest first."""
STEPS = 60
"""A series' start is found to a sixtieth of `within`, so that the query costs the same for any."""
_AHEAD = "Fires upstream, look there first: "


@dataclass(frozen=True, slots=True)
class Looking:
    """An annotation that looks at other series. quiet: what it says while there are none."""

    template: str
    quiet: str


def annotations(catalog: Catalog, invariant: Invariant) -> dict[str, Looking]:
    """By the annotation's name; only those that have something to look at."""
    found = {}
    service = invariant.service
    if changes := of_service(catalog.changes, service):
        named = ((age(change, service), _named(change, service)) for change in changes)
        quiet = _none(changes, service)
        found[CHANGES] = Looking(_template("", "; ", named, quiet), f"{quiet}.")
    if levels := upstream(catalog, invariant.dataset.name):
        asked = (
            (_firing(level), "{{ .Labels.invariant }} on {{ .Labels.dataset }}") for level in levels
        )
        every = ", ".join(name for level in levels for name in level)
        quiet = f"Nothing fires upstream: {every}"
        found[UPSTREAM] = Looking(_template(_AHEAD, ", ", asked, quiet), f"{quiet}.")
    return found


def _template(ahead: str, between: str, asked: Iterable[tuple[str, str]], quiet: str) -> str:
    """Lists the results of each query in turn; a text in their place where there are none."""
    first, then = quoted(ahead), quoted(between)
    lines = [f"{{{{ $and := {first} -}}}}"]
    for query, text in asked:
        lines.append(f"{{{{ range query `{query}` -}}}}")
        lines.append(f"  {{{{ $and }}}}{text}{{{{ $and = {then} -}}}}")
        lines.append("{{ end -}}")
    return "\n".join([*lines, f"{{{{ if eq $and {first} }}}}{quiet}{{{{ end }}}}."])


def of_service(changes: Sequence[Change], service: str) -> tuple[Change, ...]:
    """The kinds of change that are known of a service."""
    return tuple(c for c in changes if not c.services or service in c.services)


def age(change: Change, service: str) -> str:
    """PromQL: seconds since each change of a service, the latest first."""
    matcher = f"{change.service_label}={quoted(service)}"
    selector = narrowed(change.selector, [matcher])
    window, group = duration(change.within), by((change.ref_label,) if change.ref_label else ())
    if change.time == "value":
        # over a window: who exposed it may be gone already, replaced by the next version
        at = f"max {group}(max_over_time({selector}[{window}]))"
        return f"sort(bottomk({LATEST}, time() - {at} >= 0 < {number(change.within)}))"
    alive = f"time() * group {group}({selector})"
    born = f"min_over_time(({alive})[{window}:{duration(step(change))}])"
    before = f"group {group}(present_over_time({selector}[{window}] offset {window}))"
    return f"sort(bottomk({LATEST}, time() - {born} unless {before}))"


def step(change: Change) -> float:
    """Seconds to which the start of a series is found."""
    return max(60.0, change.within / STEPS)


def _named(change: Change, service: str) -> str:
    ref = (
        f"{{{{ with .Labels.{change.ref_label} }}}} {{{{ . }}}}{{{{ end }}}}"
        if change.ref_label
        else ""
    )
    return f"{change.what} of {service}{ref}, {{{{ .Value | humanizeDuration }}}} ago"


def told(change: Change, service: str, ref: str, seconds: float) -> str:
    """What the annotation says of one change."""
    name = f" {ref}" if ref and change.ref_label else ""
    return f"{change.what} of {service}{name}, {humanize_duration(seconds)} ago"


def told_all(parts: Iterable[str]) -> str:
    """What it says of several."""
    return "; ".join(parts) + "."


def _none(changes: Sequence[Change], service: str) -> str:
    """`No deploy or schema migration of cart within 1 h`."""
    return f"No {kinds(changes, service, ', no ')}"


def kinds(changes: Sequence[Change], service: str, between: str = ", every ") -> str:
    """`deploy or schema migration of cart within 1 h`, and so on for other times."""
    by_time: dict[float, list[str]] = {}
    for change in changes:
        by_time.setdefault(change.within, []).append(change.what)
    parts = [
        f"{' or '.join(dict.fromkeys(named))} of {service} within {spoken(within, 'seconds')}"
        for within, named in by_time.items()
    ]
    return between.join(parts)


def upstream(catalog: Catalog, dataset: str) -> tuple[tuple[str, ...], ...]:
    """The datasets that one is derived from, directly first, then through one other, and so on."""
    seen = {dataset}
    levels: list[tuple[str, ...]] = []
    level: tuple[str, ...] = (dataset,)
    while level:
        parents = (
            p
            for name in level
            if name in catalog.datasets
            for p in catalog.datasets[name].derived_from
        )
        level = tuple(dict.fromkeys(p for p in parents if p not in seen))
        seen.update(level)
        levels += [level] if level else []
    return tuple(levels)


def firing_upstream(pairs: Iterable[tuple[str, str]]) -> str:
    """What the annotation says of invariants and the datasets on which they fire."""
    return _AHEAD + ", ".join(f"{invariant} on {dataset}" for invariant, dataset in pairs) + "."


def _firing(datasets: Sequence[str]) -> str:
    names = "|".join(datasets)  # slugs: nothing to escape
    alerts = f'ALERTS{{alertstate="firing",invariant!="",dataset=~"{names}"}}'
    return f"group by (dataset, invariant) ({alerts})"
