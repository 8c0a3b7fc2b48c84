"""Invariants: their signal, their conditions with parameters parsed, their overrides."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from driftbook import conditions
from driftbook.checks.bound_notation import CODE as BOUND_NOTATION
from driftbook.checks.unknown_reference import CODE as UNKNOWN_REFERENCE
from driftbook.conditions.base import BadParameter, read_bound
from driftbook.diagnostics import Diagnostic, Path, Place, Severity, nearest
from driftbook.document import Document
from driftbook.model import (
    STAGES,
    Condition,
    Dataset,
    Invariant,
    Override,
    Retired,
    Runbook,
    Signal,
    Slo,
    StageName,
    Supporting,
)
from driftbook.resolve.references import Resolver, Unresolved, origin, refer
from driftbook.resolve.signals import signal as signal_of
from driftbook.units import bound, seconds

DEFAULT_MISSING = {"for": "10m", "stage": "mid"}
DEFAULT_PERIOD = "30d"
MODIFIERS = ("for", "keep_firing_for")


def invariant(r: Resolver, document: Document) -> Invariant:
    data = document.data
    dataset: Dataset = refer(r, document, "dataset", r.datasets, ("dataset",))
    runbook: Runbook = refer(r, document, "runbook", r.runbooks, ("runbook",))
    remediation = (
        refer(r, document, "remediation", r.remediations, ("remediation",))
        if data.get("remediation")
        else None
    )
    owner = refer(r, document, "team", r.teams, ("owner",)) if "owner" in data else dataset.owner
    if data.get("successor"):
        _check_successor(r, document)
    made = signal_of(r, document)
    return Invariant(
        name=data["name"],
        title=data["title"],
        dataset=dataset,
        property=data["property"],
        signal=made,
        supporting={
            name: Supporting(name, s["expr"], s["type"])
            for name, s in data.get("supporting", {}).items()
        },
        conditions=tuple(_conditions(r, document, made)),
        overrides=tuple(_overrides(r, document, made)),
        runbook=runbook,
        remediation=remediation,
        impact=data.get("impact", ""),
        description=data.get("description", ""),
        service=data.get("service", dataset.service),
        owner=owner,
        tier=data.get("tier", dataset.tier),
        lifecycle=data.get("lifecycle", "active"),
        successor=data.get("successor") or "",
        renamed_from=tuple(data.get("renamed_from", ())),
        origin=origin(document),
        slo=_slo(r, document, made.unit),
        retired=Retired(**data["retired"]) if "retired" in data else None,
    )


def _slo(r: Resolver, document: Document, unit: str) -> Slo | None:
    """The objective; its values are judged by a check of its own."""
    stated = document.data.get("slo")
    if stated is None:
        return None
    try:
        objective = stated["objective"]
        share = objective if isinstance(objective, int | float) else _share(objective)
        within = read_bound(stated["within"], unit, "within")
    except BadParameter as bad:
        place = Place(document.file, ("slo", *bad.path))
        r.found.append(Diagnostic(BOUND_NOTATION, Severity.ERROR, str(bad), place, bad.expected))
        return None
    return Slo(float(share), within, seconds(stated.get("period", DEFAULT_PERIOD)))


def _share(objective: str) -> float:
    try:
        return bound(objective, "ratio")
    except ValueError as fault:
        message = f'"{objective}" is not a share of time'
        raise BadParameter(("objective",), message, str(fault)) from None


def _check_successor(r: Resolver, document: Document) -> None:
    try:
        refer(r, document, "invariant", {}, ("successor",))
    except Unresolved:
        return


def _conditions(r: Resolver, document: Document, signal: Signal) -> Iterator[Condition]:
    """The stages' conditions in order, the signal's own absence behind its stage's others."""
    data = document.data
    missing = {**DEFAULT_MISSING, **data["signal"].get("missing", {})}
    for stage in STAGES:
        if stage in data["stages"]:
            yield from _stage(r, document, signal, ("stages", stage))
        if "not_applicable" not in missing and missing["stage"] == stage:
            memory = {"memory": missing["memory"]} if "memory" in missing else {}
            written: dict[str, Any] = {"missing": memory, "for": missing["for"]}
            at: Path = ("signal", "missing") if "missing" in data["signal"] else ("signal",)
            yield from _condition(r, document, signal, stage, written, at)


def _stage(r: Resolver, document: Document, signal: Signal, path: Path) -> Iterator[Condition]:
    written: Any = document.data
    for step in path:
        written = written[step]
    stage = cast(StageName, path[-1])
    if isinstance(written, list):
        for index, one in enumerate(written):
            yield from _condition(r, document, signal, stage, one, (*path, index))
    else:
        yield from _condition(r, document, signal, stage, written, path)


def _condition(
    r: Resolver,
    document: Document,
    signal: Signal,
    stage: StageName,
    written: Mapping[str, Any],
    at: Path,
) -> Iterator[Condition]:
    kinds = [key for key in written if key not in MODIFIERS]
    if len(kinds) != 1:
        return  # a check of its own reports it
    kind = kinds[0]
    module = conditions.CONDITIONS[kind]
    try:
        params = module.parse(kind, written[kind], signal.unit)
    except BadParameter as bad:
        place = Place(document.file, (*at, kind, *bad.path))
        fault = Diagnostic(BOUND_NOTATION, Severity.ERROR, str(bad), place, bad.expected)
        r.found.append(fault)
        return
    named = [(key, getattr(params, key, "")) for key in module.SUPPORTING]
    supporting = document.data.get("supporting", {})
    for key, name in named:
        if name and name not in supporting:
            expected = nearest(name, supporting) or "a name under `supporting`"
            place = Place(document.file, (*at, kind, key))
            message = f'there is no supporting signal "{name}"'
            r.found.append(Diagnostic(UNKNOWN_REFERENCE, Severity.ERROR, message, place, expected))
            return
    hold = seconds(written["for"]) if "for" in written else module.HOLD
    tick = r.evaluation_interval
    hold = -(-round(hold * 1000) // round(tick * 1000)) * tick if tick else hold
    keep = seconds(written["keep_firing_for"]) if "keep_firing_for" in written else 0.0
    yield Condition(kind, stage, params, hold, keep, at)


def _overrides(r: Resolver, document: Document, signal: Signal) -> Iterator[Override]:
    for index, override in enumerate(document.data.get("overrides", ())):
        made: list[Condition] = []
        for stage in STAGES:
            if stage in override["stages"]:
                made += _stage(r, document, signal, ("overrides", index, "stages", stage))
        yield Override(override["match"], tuple(made), override["reason"])
