"""The resolved catalog: what people declared, with references followed and defaults filled in.

Frozen values only, and nothing of ours is imported: every later stage reads these shapes, none
changes them. Durations are seconds, bounds are in the base unit of their signal.
"""

import builtins
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

StageName = Literal["early", "mid", "late"]
Worse = Literal["above", "below"]
SupportingType = Literal["counter", "gauge"]
STAGES: tuple[StageName, ...] = ("early", "mid", "late")
PathInFile = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a definition was read: file from the project's root, digest of the file's bytes."""

    file: str
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Prometheus:
    """What the rules will run on. Intervals in seconds."""

    version: tuple[int, int]
    scrape_interval: float
    evaluation_interval: float
    external_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeInterval:
    """Hours in which a stage may notify; `days` and `times` as written in the catalog."""

    name: str
    days: tuple[str, ...]
    times: tuple[str, ...]
    location: str = ""


@dataclass(frozen=True, slots=True)
class StagePolicy:
    """How a stage is told: severity, `always` or a time interval's name, repeat in seconds."""

    severity: str
    notify: str
    repeat: float


@dataclass(frozen=True, slots=True)
class Change:
    """A metric that marks changes of services, such as deploys.

    time: `value`, a gauge of the unix time of the change, or `start`, a series that begins with
    it. ref_label: names the version or the ticket, or "". within: seconds back in which a change
    is worth naming. services: those that the metric knows, () for all.
    """

    selector: str
    what: str
    service_label: str
    ref_label: str
    time: Literal["value", "start"]
    within: float
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """base: the organisation's configuration as plain data; watchdog: receiver of the heartbeat."""

    version: tuple[int, int]
    watchdog: Mapping[str, Any]
    base: Mapping[str, Any] = field(default_factory=dict)
    base_file: str = ""


@dataclass(frozen=True, slots=True)
class Team:
    name: str
    title: str
    contact: str
    receivers: Mapping[StageName, Mapping[str, Any]]
    location: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of a contract: a value, or why the question does not apply; both empty: unknown."""

    value: str | float | bool | None = None
    not_applicable: str = ""

    @property
    def unknown(self) -> bool:
        """Whether nobody has answered yet."""
        return self.value is None and not self.not_applicable


@dataclass(frozen=True, slots=True)
class Dataset:
    """contract: question -> answer; `max_staleness` is in seconds."""

    name: str
    title: str
    service: str
    store: str
    owner: Team
    tier: int
    derived_from: tuple[str, ...]
    impact: str
    contract: Mapping[str, Answer]
    origin: Origin

    @property
    def tracing_key(self) -> str:
        """The business process id carried on spans and logs, or ""."""
        answer = self.contract.get("tracing_key")
        return str(answer.value) if answer and answer.value is not None else ""

    @property
    def max_staleness(self) -> float | None:
        """Seconds, or None when the contract does not say."""
        value = self.contract["max_staleness"].value if "max_staleness" in self.contract else None
        return float(value) if value is not None else None


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
class Cause:
    """confirm: any of query, run, look, expect -> text."""

    name: str
    confirm: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """kind: check, act or escalate; text: Markdown. after: seconds or None."""

    id: str
    kind: Literal["check", "act", "escalate"]
    text: str
    query: str = ""
    run: str = ""
    expect: str = ""
    otherwise: str = ""
    verify: str = ""
    rollback: str = ""
    irreversible: str = ""
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Runbook:
    name: str
    title: str
    meaning: str
    symptoms: str
    causes: tuple[Cause, ...]
    stages: Mapping[StageName, tuple[Step, ...]]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Remediation:
    name: str
    title: str
    strategy: str
    scope: str
    dry_run: str
    rate_limit: str
    approval: str
    idempotency_key: str
    rollback: str
    records: tuple[str, ...]
    origin: Origin


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

    @builtins.property
    def stages(self) -> tuple[StageName, ...]:
        """The stages that have a condition, in order."""
        used = {c.stage for c in self.conditions}.union(*(o.stages for o in self.overrides))
        return tuple(s for s in STAGES if s in used)


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


@dataclass(frozen=True, slots=True)
class Catalog:
    """scenarios_of: by the name of an invariant, in the order of their names."""

    title: str
    site_url: str
    repo_url: str
    prometheus: Prometheus
    alertmanager: Alertmanager
    stages: Mapping[StageName, StagePolicy]
    time_intervals: Mapping[str, TimeInterval]
    links: Mapping[str, str]
    changes: tuple[Change, ...]
    teams: Mapping[str, Team]
    datasets: Mapping[str, Dataset]
    invariants: Mapping[str, Invariant]
    runbooks: Mapping[str, Runbook]
    remediations: Mapping[str, Remediation]
    scenarios: Mapping[str, Scenario]
    scenarios_of: Mapping[str, tuple[Scenario, ...]]
    origin: Origin

    def compiled(self) -> tuple[Invariant, ...]:
        """The invariants that have rules: all but the retired, by name."""
        return tuple(i for _, i in sorted(self.invariants.items()) if i.lifecycle != "retired")
