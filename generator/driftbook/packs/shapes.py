"""What a pack says, as frozen values; the texts of `caveats`, `notes` and `why` are Markdown."""

import builtins
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from driftbook.model import StageName, Worse
from driftbook.packs.versions import fits

Verdict = Literal["healthy", "broken", "silent", "noisy", "absent"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric that an expression reads. labels: those that the exporter sets itself."""

    name: str
    type: str
    unit: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A key of `with` that stands as `$name` in the expression.

    type: how the value is read: `label` inside a quoted matcher, `number`, `duration`, `promql`.
    """

    name: str
    type: Literal["label", "number", "duration", "promql"]
    default: str
    description: str


@dataclass(frozen=True, slots=True)
class Spelling:
    """The expression for a range of the exporter's versions."""

    versions: str
    expr: str


@dataclass(frozen=True, slots=True)
class Absent:
    """What it means when the signal is gone. fault: whether somebody should be told."""

    fault: bool
    means: str


@dataclass(frozen=True, slots=True)
class Companion:
    """Another signal, as `pack/signal`, in which a fault shows that this one does not see."""

    signal: str
    why: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """when: conditions in the catalog's notation. source: of the figure, or ""."""

    when: Mapping[str, Any] | tuple[Mapping[str, Any], ...]
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a signal reads in a case: labels in braces -> value; nothing when it is gone."""

    reads: Mapping[str, float]
    verdict: Verdict
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """Sample data, and what the signals read of it at a time.

    capture: a page of `/metrics` that was really served, by name. at, every: durations.
    """

    name: str
    title: str
    capture: str
    series: Mapping[str, str]
    at: str
    every: str
    version: str
    signals: Mapping[str, Reading]


@dataclass(frozen=True, slots=True)
class PackSignal:
    """spellings: one without `versions` where the metrics have always had one name.

    together: whether all spellings may be joined by `or` when no version is stated.
    """

    pack: str
    id: str
    title: str
    property: str
    metrics: tuple[Metric, ...]
    unit: str
    worse: Worse
    identity: tuple[str, ...]
    spellings: tuple[Spelling, ...]
    together: bool
    versions: str
    expected: str
    supporting: Mapping[str, Mapping[str, str]]
    parameters: Mapping[str, Parameter]
    absent: Absent
    companions: tuple[Companion, ...]
    caveats: tuple[str, ...]
    evidence: str
    unverified: tuple[str, ...]
    source: str
    suggested: Mapping[StageName, Suggestion]

    @builtins.property
    def name(self) -> str:
        """`pack/signal`, as catalogs write it."""
        return f"{self.pack}/{self.id}"

    def expr(self, version: str = "") -> str:
        """The expression for a version, for any version when none is stated; "" where none fits.

        Without a version the spellings that may not stand together give nothing.
        """
        if version:
            fitting = [s.expr for s in self.spellings if fits(version, s.versions)]
            return fitting[-1] if fitting else ""
        if len(self.spellings) > 1 and not self.together:
            return ""
        return "\nor\n".join(s.expr for s in self.spellings)


@dataclass(frozen=True, slots=True)
class Pack:
    """captures: job, nodes and queries, which tell how captured pages become series."""

    name: str
    title: str
    system: str
    exporter: str
    versions: str
    verified: str
    sources: tuple[str, ...]
    config: tuple[str, ...]
    notes: tuple[str, ...]
    signals: Mapping[str, PackSignal]
    cases: tuple[Case, ...]
    captures: Mapping[str, Any]
