"""When a stage must fire and be told, computed from the compiled catalog.

    fault -> the signal shows it -> scrape -> evaluation -> `for` -> group_wait -> told

A signal shows a fault either at once or when it has grown to the bound; that is what `Shows` says.
Everything behind that is read from the model and from the routes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from driftbook import conditions, names
from driftbook.model import Catalog, Condition, StageName
from driftbook.units import seconds

Routes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shows:
    """How a signal shows a fault.

    after: seconds from the fault until the signal is beyond the bound of a stage whatever it is, or
    begins to grow. per_second: how fast it grows from there; 0 for one that jumps.
    """

    after: float = 0.0
    per_second: float = 0.0

    def crosses(self, condition: Condition) -> float:
        """Seconds from the fault until the bound of the condition is crossed, at the latest."""
        bound = getattr(condition.params, "bound", None)
        if not self.per_second or bound is None:
            return self.after
        return self.after + float(bound) / self.per_second


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the time goes, in seconds, each at the longest."""

    shows: float
    scrape: float
    evaluation: float
    settles: float
    group_wait: float

    @property
    def fires(self) -> float:
        """From the fault until Prometheus fires."""
        return self.shows + self.scrape + self.evaluation + self.settles

    @property
    def told(self) -> float:
        """From the fault until a receiver is told."""
        return self.fires + self.group_wait


def condition(catalog: Catalog, invariant: str, stage: StageName, kind: str = "") -> Condition:
    """The condition of a stage; its only one but for `missing`, unless its kind is given."""
    found = [
        c
        for c in catalog.invariants[invariant].conditions
        if c.stage == stage and (c.kind == kind if kind else c.kind != "missing")
    ]
    assert len(found) == 1, f"{invariant} has {len(found)} conditions {kind} at {stage}"
    return found[0]


def parts(catalog: Catalog, routes: Routes, invariant: str, what: Condition, shows: Shows) -> Parts:
    """The longest times of one alert."""
    route = route_of(catalog, routes, invariant, what.stage)
    return Parts(
        shows.crosses(what),
        catalog.prometheus.scrape_interval,
        catalog.prometheus.evaluation_interval,
        conditions.of(what).settles(what),
        seconds(route["group_wait"]),
    )


def receiver(catalog: Catalog, invariant: str, stage: StageName) -> str:
    """Who is meant to be told: of a draft, the owner's early receiver hears everything."""
    one = catalog.invariants[invariant]
    return names.receiver(one.owner, "early" if one.lifecycle == "draft" else stage)


def route_of(catalog: Catalog, routes: Routes, invariant: str, stage: StageName) -> Routes:
    """The route in the configuration that leads to the receiver meant, with its timing."""
    name = receiver(catalog, invariant, stage)
    found = [r for r in _routes(routes["route"]) if r["receiver"] == name and "group_wait" in r]
    assert found, f"no route leads to {name}"
    return found[0]


def _routes(route: Routes) -> Iterator[Routes]:
    yield route
    for child in route.get("routes") or ():
        yield from _routes(child)


def resolves(catalog: Catalog, routes: Routes, invariant: str, what: Condition) -> Parts:
    """From the recovery of the signal until that is told, at the longest.

    Alertmanager tells the end of an alert at the next turn of its group.
    """
    route = route_of(catalog, routes, invariant, what.stage)
    prometheus = catalog.prometheus
    window = conditions.of(what).settles(what) - what.hold
    return Parts(
        0.0,
        prometheus.scrape_interval,
        prometheus.evaluation_interval,
        window + what.keep,
        seconds(route["group_interval"]),
    )
