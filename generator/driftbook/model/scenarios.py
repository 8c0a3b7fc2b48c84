"""Sample series with the stages expected at given times."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from driftbook.model.basics import Origin, StageName


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a scenario expects at a time. invariant and stage are empty when nothing may fire."""

    at: float
    invariant: str = ""
    stage: StageName | None = None
    condition: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    firing: bool = True


@dataclass(frozen=True, slots=True)
class Note:
    """What a picture of a scenario points at. at: seconds from the first sample."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """series: selector -> promtool notation, recordings included. every: seconds."""

    name: str
    title: str
    invariants: tuple[str, ...]
    every: float
    series: Mapping[str, str]
    samples: str
    expect: tuple[Expectation, ...]
    notes: tuple[Note, ...]
    origin: Origin
