"""What people do: runbooks with their steps, and the policy of a repair."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from driftbook.model.basics import Origin, StageName


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
