"""The resolved catalog: what people declared, with references followed and defaults filled in.

Frozen values only, and nothing of ours is imported: every later stage reads these shapes, none
changes them. Durations are seconds, bounds are in the base unit of their signal.
"""

from driftbook.model.basics import STAGES, Origin, PathInFile, StageName, SupportingType, Worse
from driftbook.model.catalog import Catalog
from driftbook.model.engines import Alertmanager, Change, Prometheus, StagePolicy, TimeInterval
from driftbook.model.governance import Answer, Dataset, Team
from driftbook.model.invariants import (
    Condition,
    Invariant,
    Override,
    Retired,
    Signal,
    Slo,
    Supporting,
)
from driftbook.model.runbooks import Cause, Remediation, Runbook, Step
from driftbook.model.scenarios import Expectation, Note, Scenario
from driftbook.model.targets import (
    AlertmanagerTarget,
    Auth,
    Connection,
    FileTarget,
    KubernetesTarget,
    MimirTarget,
    PrometheusTarget,
    Secret,
    Target,
    TargetSettings,
    Tls,
    VmalertTarget,
)

__all__ = [
    "STAGES",
    "Alertmanager",
    "AlertmanagerTarget",
    "Answer",
    "Auth",
    "Catalog",
    "Cause",
    "Change",
    "Condition",
    "Connection",
    "Dataset",
    "Expectation",
    "FileTarget",
    "Invariant",
    "KubernetesTarget",
    "MimirTarget",
    "Note",
    "Origin",
    "Override",
    "PathInFile",
    "Prometheus",
    "PrometheusTarget",
    "Remediation",
    "Retired",
    "Runbook",
    "Scenario",
    "Secret",
    "Signal",
    "Slo",
    "StageName",
    "StagePolicy",
    "Step",
    "Supporting",
    "SupportingType",
    "Target",
    "TargetSettings",
    "Team",
    "TimeInterval",
    "Tls",
    "VmalertTarget",
    "Worse",
]
