"""Runbooks and remediations."""

from collections.abc import Mapping
from typing import Any

from driftbook.document import Document
from driftbook.model import STAGES, Cause, Remediation, Runbook, StageName, Step
from driftbook.resolve.references import Resolver, origin
from driftbook.units import seconds


def runbook(r: Resolver, document: Document) -> Runbook:
    data = document.data
    stages: dict[StageName, tuple[Step, ...]] = {
        stage: tuple(_step(step) for step in data["stages"][stage])
        for stage in STAGES
        if data.get("stages", {}).get(stage)
    }
    return Runbook(
        data["name"],
        data["title"],
        data["meaning"],
        data.get("symptoms", ""),
        tuple(Cause(c["name"], c.get("confirm", {})) for c in data.get("causes", ())),
        stages,
        origin(document),
    )


def _step(data: Mapping[str, Any]) -> Step:
    kind = next((k for k in ("check", "act", "escalate") if k in data), "check")
    texts = ("query", "run", "expect", "otherwise", "verify", "rollback", "irreversible")
    return Step(
        data["id"],
        kind,  # type: ignore[arg-type]
        data.get(kind, ""),
        **{name: data.get(name, "") for name in texts},
        after=seconds(data["after"]) if "after" in data else None,
    )


def remediation(r: Resolver, document: Document) -> Remediation:
    data = document.data
    texts = ("scope", "dry_run", "rate_limit", "approval", "idempotency_key", "rollback")
    return Remediation(
        name=data["name"],
        title=data.get("title", data["name"].replace("-", " ").capitalize()),
        strategy=data["strategy"],
        **{name: data.get(name, "") for name in texts},
        records=tuple(data.get("records", ())),
        origin=origin(document),
    )
