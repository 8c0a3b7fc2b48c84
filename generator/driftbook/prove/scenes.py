"""Which alerts to show to Alertmanager, and what is meant to happen to them.

What is meant is said here from the model alone, not from the routes that were emitted:

- a receiver is that of the owner's stage; a draft's is the owner's early one;
- an alert hides another of the same invariant when its stage is worse and their varying labels
  (identity, the match of an override, external labels) are the same; one that stands for several
  places also hides those at places that it judges, when each of its own labels is there with equal
  value and both are about the value of the signal.

A scene holds one source and targets of one milder stage, at the same place and at places that
differ from it in a single label. More sources would mask each other: Alertmanager names only the
first alert that inhibits. Scenes of all invariants share a round, so that one that reaches over to
another invariant is seen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from driftbook import conditions, names
from driftbook.alerts import Alert
from driftbook.model import STAGES, Catalog, Invariant

Place = dict[str, str]


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert as it would arrive. varying: the labels that say which divergence it is of."""

    alert: Alert
    labels: Mapping[str, str]
    varying: frozenset[tuple[str, str]]
    receiver: str

    @property
    def key(self) -> frozenset[tuple[str, str]]:
        """What tells it from every other alert."""
        return frozenset(self.labels.items())

    @property
    def rank(self) -> int:
        """0 early, 1 mid, 2 late."""
        return STAGES.index(self.alert.condition.stage)

    def __str__(self) -> str:
        where = ", ".join(f'{k}="{v}"' for k, v in sorted(self.varying))
        return f"{self.alert.condition.stage} {self.alert.condition.kind}{{{where}}}"


def hides(source: Raised, target: Raised) -> bool:
    """Whether the source is meant to inhibit the target."""
    if source.alert.invariant != target.alert.invariant or source.rank <= target.rank:
        return False
    if source.varying == target.varying:
        return True
    return (
        source.varying < target.varying
        and conditions.explains(source.alert.condition, target.alert.condition)
        and _covers(source.alert, dict(target.varying))
    )


@dataclass(frozen=True, slots=True)
class Subject:
    """An invariant with each of its alerts and the constant labels that its rule has on disk."""

    invariant: Invariant
    alerts: tuple[tuple[Alert, Mapping[str, str]], ...]


def rounds(catalog: Catalog, subjects: list[Subject]) -> Iterator[list[Raised]]:
    """Sets of alerts, each to be posted to an Alertmanager of its own."""
    scenes = [list(_scenes(catalog, subject)) for subject in subjects]
    for together in zip_longest(*scenes, fillvalue=[]):
        yield [raised for scene in together for raised in scene]


def _scenes(catalog: Catalog, subject: Subject) -> Iterator[list[Raised]]:
    """First each stage by itself, where nothing is hidden; then each source with each stage."""
    places = list(_places(catalog, subject))
    everywhere = {r.key: r for place in places for r in _raised(catalog, subject, place)}
    milder = {rank: [r for r in everywhere.values() if r.rank == rank] for rank in range(3)}
    yield from (same for same in milder.values() if same)
    sources = {
        r.key: r
        for place in [places[0], *_overridden(catalog, subject)]
        for r in _raised(catalog, subject, place)
    }
    for source in sorted(sources.values(), key=lambda r: (-r.rank, sorted(r.key))):
        for rank in range(source.rank):
            if milder[rank]:
                yield [source, *milder[rank]]


def first(catalog: Catalog, subject: Subject) -> list[Raised]:
    """Every alert of an invariant once, at the first place where it can be."""
    found: dict[int, Raised] = {}
    for place in [next(_places(catalog, subject)), *_overridden(catalog, subject)]:
        for raised in _raised(catalog, subject, place):
            found.setdefault(id(raised.alert), raised)
    return list(found.values())


def _places(catalog: Catalog, subject: Subject) -> Iterator[Place]:
    """One place, its neighbours in one label each, then the same for each override."""
    labels = [*subject.invariant.signal.identity, *catalog.prometheus.external_labels]
    base = {label: f"{label}-a" for label in labels}
    yield base
    yield from ({**base, label: f"{label}-b"} for label in labels)
    for place in _overridden(catalog, subject):
        yield place
        yield from ({**place, label: f"{label}-b"} for label in labels)


def _overridden(catalog: Catalog, subject: Subject) -> list[Place]:
    """A place for each override of the invariant."""
    labels = [*subject.invariant.signal.identity, *catalog.prometheus.external_labels]
    base = {label: f"{label}-a" for label in labels}
    return [{**base, **override.match} for override in subject.invariant.overrides]


def _raised(catalog: Catalog, subject: Subject, place: Place) -> Iterator[Raised]:
    """The alerts that can be at a place."""
    outside = {label: place[label] for label in catalog.prometheus.external_labels}
    for alert, constant in subject.alerts:
        if not _covers(alert, place):
            continue
        receiver = meant_receiver(subject.invariant, alert)
        whole = {label: place[label] for label in alert.identity}
        given = [whole]
        if alert.condition.kind == "missing" and alert.identity:
            # The absence of the whole signal, raised by a rule that else names its members.
            given.append({k: v for k, v in whole.items() if k in alert.scope.match})
        for own in given:
            varying = frozenset({**own, **alert.scope.match, **outside}.items())
            labels = {"alertname": alert.name, **constant, **own, **outside}
            yield Raised(alert, labels, varying, receiver)


def _covers(alert: Alert, place: Place) -> bool:
    scope = alert.scope
    left_out = any(match.items() <= place.items() for match in scope.excluded)
    return scope.match.items() <= place.items() and not left_out


def meant_receiver(invariant: Invariant, alert: Alert) -> str:
    """Where the alert is meant to go."""
    stage = "early" if invariant.lifecycle == "draft" else alert.condition.stage
    return names.receiver(invariant.owner, stage)
