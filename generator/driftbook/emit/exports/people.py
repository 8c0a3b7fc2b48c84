"""The parts of `catalog.json` that people act on: owners, data, procedures, tests."""

from typing import Any

from driftbook.emit.pages.words import told_team
from driftbook.model import STAGES, Answer, Catalog, Dataset, Remediation, Runbook, Scenario, Step
from driftbook.model import Team as TeamModel


def exported(catalog: Catalog) -> dict[str, Any]:
    """By kind, then by name."""
    return {
        "teams": {n: _team(catalog, t) for n, t in sorted(catalog.teams.items())},
        "datasets": {n: _dataset(d) for n, d in sorted(catalog.datasets.items())},
        "runbooks": {n: _runbook(r) for n, r in sorted(catalog.runbooks.items())},
        "remediations": {n: _remediation(r) for n, r in sorted(catalog.remediations.items())},
        "scenarios": {n: _scenario(s) for n, s in sorted(catalog.scenarios.items())},
    }


def _team(catalog: Catalog, team: TeamModel) -> dict[str, Any]:
    """Receivers by name and kind: their content may hold addresses that are nobody's business."""
    receivers = {}
    for stage in STAGES:
        told = told_team(catalog, team, stage, stage)
        receivers[stage] = {"name": told.receiver, "ways": list(told.ways), "hours": told.hours}
    return {
        "title": team.title,
        "contact": team.contact,
        "location": team.location,
        "page": f"teams/{team.name}/",
        "source": team.origin.file,
        "receivers": receivers,
    }


def _dataset(dataset: Dataset) -> dict[str, Any]:
    return {
        "title": dataset.title,
        "page": f"datasets/{dataset.name}/",
        "source": dataset.origin.file,
        "service": dataset.service,
        "store": dataset.store,
        "owner": dataset.owner.name,
        "tier": dataset.tier,
        "derived_from": list(dataset.derived_from),
        "impact": dataset.impact.strip(),
        "contract": {q: _answer(a) for q, a in sorted(dataset.contract.items())},
    }


def _answer(answer: Answer) -> dict[str, Any]:
    if answer.unknown:
        return {"unknown": True}
    if answer.not_applicable:
        return {"not_applicable": answer.not_applicable}
    return {"value": answer.value}


def _runbook(runbook: Runbook) -> dict[str, Any]:
    return {
        "title": runbook.title,
        "page": f"runbooks/{runbook.name}/",
        "source": runbook.origin.file,
        "meaning": runbook.meaning.strip(),
        "symptoms": runbook.symptoms.strip(),
        "causes": [{"name": c.name, "confirm": dict(c.confirm)} for c in runbook.causes],
        "stages": {s: [_step(step) for step in runbook.stages.get(s, ())] for s in STAGES},
    }


def _step(step: Step) -> dict[str, Any]:
    more = {
        "query": step.query,
        "run": step.run,
        "expect": step.expect,
        "otherwise": step.otherwise,
        "verify": step.verify,
        "rollback": step.rollback,
        "irreversible": step.irreversible,
        "after_seconds": step.after,
    }
    said = {key: value for key, value in more.items() if value not in ("", None)}
    return {"id": step.id, "kind": step.kind, "text": step.text.strip(), **said}


def _remediation(remediation: Remediation) -> dict[str, Any]:
    return {
        "title": remediation.title,
        "page": f"remediations/{remediation.name}/",
        "source": remediation.origin.file,
        "strategy": remediation.strategy,
        "scope": remediation.scope,
        "dry_run": remediation.dry_run,
        "rate_limit": remediation.rate_limit,
        "approval": remediation.approval,
        "idempotency_key": remediation.idempotency_key,
        "rollback": remediation.rollback,
        "records": list(remediation.records),
    }


def _scenario(scenario: Scenario) -> dict[str, Any]:
    return {
        "title": scenario.title,
        "page": f"scenarios/{scenario.name}/",
        "source": scenario.origin.file,
        "invariants": list(scenario.invariants),
        "every_seconds": scenario.every,
        "expect": [
            {
                "at_seconds": e.at,
                "invariant": e.invariant,
                "stage": e.stage,
                "condition": e.condition,
                "labels": dict(e.labels),
                "firing": e.firing,
            }
            for e in scenario.expect
        ],
    }
