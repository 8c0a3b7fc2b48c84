"""Statements about data: their signals, and the conditions that judge them."""

import builtins
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from driftbook.model.basics import STAGES, Origin, PathInFile, StageName, SupportingType, Worse
from driftbook.model.governance import Dataset, Team
from driftbook.model.runbooks import Remediation, Runbook


@dataclass(frozen=True, slots=True)
class Signal:
    """expr: PromQL with the identity labels and nothing else on its result.

    expected: inventory of places, PromQL, or "". used: the signal of a pack that it is, as
    `pack/signal`, or ""; exporter_version: what the catalog says of the exporter, or "".
    """

    expr: str
    unit: str
    worse: Worse
    identity: tuple[str, ...]
    expected: str = ""
    missing_not_applicable: str = ""
    used: str = ""
    exporter_version: str = ""


@dataclass(frozen=True, slots=True)
class Slo:
    """The share of time for which the signal is to be no worse than a bound.

    objective: 0 to 1; within: the bound, base unit; period: seconds.
    """

    objective: float
    within: float
    period: float

    @property
    def budget(self) -> float:
        """The share of time for which it may be worse."""
        return round(1 - self.objective, 12)


@dataclass(frozen=True, slots=True)
class Supporting:
    """A further signal that a condition needs; a counter is a bare selector."""

    name: str
    expr: str
    type: SupportingType


@dataclass(frozen=True, slots=True)
class Condition:
    """One way in which a stage judges the signal.

    kind: name of a module's condition (`above`, `growing`, …); params: the frozen dataclass that
    this module made of what was written; hold, keep: `for` and `keep_firing_for` in seconds, hold
    rounded up to the evaluation interval. at: path of the condition in its file.
    """

    kind: str
    stage: StageName
    params: Any
    hold: float
    keep: float
    at: PathInFile = ()


@dataclass(frozen=True, slots=True)
class Override:
    """Other conditions for some places; the general ones of the same stages leave them out."""

    match: Mapping[str, str]
    conditions: tuple[Condition, ...]
    reason: str

    @property
    def stages(self) -> frozenset[StageName]:
        """The stages that it replaces."""
        return frozenset(c.stage for c in self.conditions)


@dataclass(frozen=True, slots=True)
class Retired:
    """since: a day, as YYYY-MM-DD."""

    since: str
    reason: str


@dataclass(frozen=True, slots=True)
class Invariant:
    """conditions: in the order of stages, then as written; those of overrides are apart."""

    name: str
    title: str
    dataset: Dataset
    property: str
    signal: Signal
    supporting: Mapping[str, Supporting]
    conditions: tuple[Condition, ...]
    overrides: tuple[Override, ...]
    runbook: Runbook
    remediation: Remediation | None
    impact: str
    description: str
    service: str
    owner: Team
    tier: int
    lifecycle: Literal["draft", "active", "retired"]
    successor: str
    renamed_from: tuple[str, ...]
    origin: Origin
    slo: Slo | None = None
    retired: Retired | None = None

    @builtins.property
    def stages(self) -> tuple[StageName, ...]:
        """The stages that have a condition, in order."""
        used = {c.stage for c in self.every_condition()}
        return tuple([s for s in STAGES if s in used])

    def every_condition(self) -> tuple[Condition, ...]:
        """General ones first, then those of overrides."""
        return sum((o.conditions for o in self.overrides), self.conditions)
