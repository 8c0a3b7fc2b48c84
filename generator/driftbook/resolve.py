"""Documents to model: references followed, defaults filled in, notations turned into numbers.

Total: whatever cannot be resolved is reported and left out, so that the checks that follow see
the rest of the catalog. It reads documents whose shape is right; `known` holds the names of all
documents, broken ones too, so that a reference to a broken one is not reported as unknown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from driftbook import conditions
from driftbook.checks.bound_notation import CODE as BOUND_NOTATION
from driftbook.checks.unknown_reference import CODE as UNKNOWN_REFERENCE
from driftbook.conditions.base import BadParameter
from driftbook.diagnostics import Diagnostic, Path, Place, Severity, nearest
from driftbook.document import Document
from driftbook.model import (
    STAGES,
    Alertmanager,
    Answer,
    Catalog,
    Cause,
    Condition,
    Dataset,
    Expectation,
    Invariant,
    Origin,
    Override,
    Prometheus,
    Remediation,
    Runbook,
    Scenario,
    Signal,
    StageName,
    StagePolicy,
    Step,
    Supporting,
    Team,
    TimeInterval,
)
from driftbook.units import seconds

Names = set[tuple[str, str]]
DEFAULT_STAGES = {
    "early": {"severity": "info", "notify": "always", "repeat": "24h"},
    "mid": {"severity": "warning", "notify": "always", "repeat": "8h"},
    "late": {"severity": "critical", "notify": "always", "repeat": "1h"},
}
DEFAULT_MISSING = {"for": "10m", "stage": "mid"}
MODIFIERS = ("for", "keep_firing_for")


class _Unresolved(Exception):
    """A reference that leads nowhere; it has been reported, or its target has been."""


@dataclass(slots=True)
class _Resolver:
    """What is known while documents are resolved, in the order of their dependencies."""

    known: Names
    recordings: Mapping[str, Mapping[str, str]]
    evaluation_interval: float = 30.0
    found: list[Diagnostic] = field(default_factory=list)
    teams: dict[str, Team] = field(default_factory=dict)
    datasets: dict[str, Dataset] = field(default_factory=dict)
    runbooks: dict[str, Runbook] = field(default_factory=dict)
    remediations: dict[str, Remediation] = field(default_factory=dict)
    invariants: dict[str, Invariant] = field(default_factory=dict)
    scenarios: dict[str, Scenario] = field(default_factory=dict)


def resolve(
    documents: Sequence[Document],
    known: Names,
    base: Mapping[str, Any],
    recordings: Mapping[str, Mapping[str, str]],
) -> tuple[Catalog | None, list[Diagnostic]]:
    """The catalog, without what could not be resolved, and why it could not.

    base: the organisation's Alertmanager configuration. recordings: `samples` of scenarios ->
    series in promtool's notation. None when there is no catalog document.
    """
    by_kind: dict[str, list[Document]] = {}
    for document in documents:
        by_kind.setdefault(document.kind, []).append(document)
    r = _Resolver(known, recordings)
    heads = by_kind.get("catalog", [])
    if heads:
        r.evaluation_interval = seconds(heads[0].data["prometheus"]["evaluation_interval"])
    builders = (
        ("team", r.teams, _team),
        ("runbook", r.runbooks, _runbook),
        ("remediation", r.remediations, _remediation),
        ("dataset", r.datasets, _dataset),
        ("invariant", r.invariants, _invariant),
        ("scenario", r.scenarios, _scenario),
    )
    for kind, built, build in builders:
        for document in by_kind.get(kind, []):
            try:
                made = build(r, document)
            except _Unresolved:
                continue
            cast(dict[str, Any], built).setdefault(document.name, made)
    return (_catalog(r, heads[0], base) if heads else None), r.found


def _origin(document: Document) -> Origin:
    return Origin(document.file, document.digest)


def _refer(
    r: _Resolver, document: Document, kind: str, built: Mapping[str, Any], path: Path
) -> Any:
    """What a name in the document refers to. Raises _Unresolved, reported unless it is broken."""
    name: Any = document.data
    for step in path:
        name = name[step]
    if name in built:
        return built[name]
    if (kind, name) not in r.known:
        names = [n for k, n in r.known if k == kind]
        expected = nearest(name, names) or f"a {kind} of the catalog"
        message = f'there is no {kind} "{name}"'
        place = Place(document.file, path)
        r.found.append(Diagnostic(UNKNOWN_REFERENCE, Severity.ERROR, message, place, expected))
    raise _Unresolved


def _version(text: str) -> tuple[int, int]:
    major, minor = text.split(".")[:2]
    return int(major), int(minor)


def _catalog(r: _Resolver, document: Document, base: Mapping[str, Any]) -> Catalog:
    data = document.data
    prometheus, alertmanager = data["prometheus"], data["alertmanager"]
    stages = {s: {**DEFAULT_STAGES[s], **data.get("stages", {}).get(s, {})} for s in STAGES}
    return Catalog(
        title=data["title"],
        site_url=data["site_url"],
        repo_url=data.get("repo_url", ""),
        prometheus=Prometheus(
            _version(prometheus["version"]),
            seconds(prometheus["scrape_interval"]),
            seconds(prometheus["evaluation_interval"]),
            tuple(prometheus.get("external_labels", ())),
        ),
        alertmanager=Alertmanager(
            _version(alertmanager["version"]),
            alertmanager["watchdog"],
            base,
            alertmanager.get("base", ""),
        ),
        stages={
            s: StagePolicy(p["severity"], p["notify"], seconds(p["repeat"]))
            for s, p in stages.items()
        },
        time_intervals={
            name: TimeInterval(
                name, tuple(t.get("days", ())), tuple(t.get("times", ())), t.get("location", "")
            )
            for name, t in data.get("time_intervals", {}).items()
        },
        links=data.get("links", {}),
        teams=r.teams,
        datasets=r.datasets,
        invariants=r.invariants,
        runbooks=r.runbooks,
        remediations=r.remediations,
        scenarios=r.scenarios,
        scenarios_of=_scenarios_of(r.scenarios),
        origin=_origin(document),
    )


def _scenarios_of(scenarios: Mapping[str, Scenario]) -> dict[str, tuple[Scenario, ...]]:
    found: dict[str, tuple[Scenario, ...]] = {}
    for _, scenario in sorted(scenarios.items()):
        for name in scenario.invariants:
            found[name] = (*found.get(name, ()), scenario)
    return found


def _team(r: _Resolver, document: Document) -> Team:
    data = document.data
    return Team(
        data["name"],
        data["title"],
        data["contact"],
        data["receivers"],
        data.get("location", ""),
        _origin(document),
    )


def _dataset(r: _Resolver, document: Document) -> Dataset:
    data = document.data
    for index, _ in enumerate(data.get("derived_from", ())):
        try:
            _refer(r, document, "dataset", {}, ("derived_from", index))
        except _Unresolved:
            continue
    return Dataset(
        name=data["name"],
        title=data["title"],
        service=data["service"],
        store=data["store"],
        owner=_refer(r, document, "team", r.teams, ("owner",)),
        tier=data["tier"],
        derived_from=tuple(data.get("derived_from", ())),
        impact=data.get("impact", ""),
        contract={question: _answer(question, a) for question, a in data["contract"].items()},
        origin=_origin(document),
    )


def _answer(question: str, given: Any) -> Answer:
    if isinstance(given, Mapping):
        return Answer(not_applicable=given["not_applicable"])
    if given == "unknown":
        return Answer()
    return Answer(seconds(given) if question == "max_staleness" else given)


def _runbook(r: _Resolver, document: Document) -> Runbook:
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
        _origin(document),
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


def _remediation(r: _Resolver, document: Document) -> Remediation:
    data = document.data
    texts = ("scope", "dry_run", "rate_limit", "approval", "idempotency_key", "rollback")
    return Remediation(
        name=data["name"],
        title=data.get("title", data["name"].replace("-", " ").capitalize()),
        strategy=data["strategy"],
        **{name: data.get(name, "") for name in texts},
        records=tuple(data.get("records", ())),
        origin=_origin(document),
    )


def _invariant(r: _Resolver, document: Document) -> Invariant:
    data = document.data
    dataset: Dataset = _refer(r, document, "dataset", r.datasets, ("dataset",))
    runbook: Runbook = _refer(r, document, "runbook", r.runbooks, ("runbook",))
    remediation = (
        _refer(r, document, "remediation", r.remediations, ("remediation",))
        if data.get("remediation")
        else None
    )
    owner = _refer(r, document, "team", r.teams, ("owner",)) if "owner" in data else dataset.owner
    if data.get("successor"):
        _check_successor(r, document)
    return Invariant(
        name=data["name"],
        title=data["title"],
        dataset=dataset,
        property=data["property"],
        signal=_signal(data["signal"]),
        supporting={
            name: Supporting(name, s["expr"], s["type"])
            for name, s in data.get("supporting", {}).items()
        },
        conditions=tuple(_conditions(r, document)),
        overrides=tuple(_overrides(r, document)),
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
        origin=_origin(document),
    )


def _check_successor(r: _Resolver, document: Document) -> None:
    try:
        _refer(r, document, "invariant", {}, ("successor",))
    except _Unresolved:
        return


def _signal(data: Mapping[str, Any]) -> Signal:
    missing = data.get("missing", {})
    return Signal(
        expr=data["expr"].strip(),
        unit=data["unit"],
        worse=data["worse"],
        identity=tuple(data["identity"]),
        expected=data.get("expected", "").strip(),
        missing_not_applicable=missing.get("not_applicable", ""),
    )


def _conditions(r: _Resolver, document: Document) -> Iterator[Condition]:
    """The stages' conditions in order, the signal's own absence behind its stage's others."""
    data = document.data
    missing = {**DEFAULT_MISSING, **data["signal"].get("missing", {})}
    for stage in STAGES:
        if stage in data["stages"]:
            yield from _stage(r, document, ("stages", stage))
        if "not_applicable" not in missing and missing["stage"] == stage:
            memory = {"memory": missing["memory"]} if "memory" in missing else {}
            written: dict[str, Any] = {"missing": memory, "for": missing["for"]}
            at: Path = ("signal", "missing") if "missing" in data["signal"] else ("signal",)
            yield from _condition(r, document, stage, written, at)


def _stage(r: _Resolver, document: Document, path: Path) -> Iterator[Condition]:
    written: Any = document.data
    for step in path:
        written = written[step]
    stage = cast(StageName, path[-1])
    if isinstance(written, list):
        for index, one in enumerate(written):
            yield from _condition(r, document, stage, one, (*path, index))
    else:
        yield from _condition(r, document, stage, written, path)


def _condition(
    r: _Resolver, document: Document, stage: StageName, written: Mapping[str, Any], at: Path
) -> Iterator[Condition]:
    kinds = [key for key in written if key not in MODIFIERS]
    if len(kinds) != 1:
        return  # a check of its own reports it
    kind = kinds[0]
    module = conditions.CONDITIONS[kind]
    try:
        params = module.parse(kind, written[kind], document.data["signal"]["unit"])
    except BadParameter as bad:
        place = Place(document.file, (*at, kind, *bad.path))
        fault = Diagnostic(BOUND_NOTATION, Severity.ERROR, str(bad), place, bad.expected)
        r.found.append(fault)
        return
    named = [(key, getattr(params, key, "")) for key in ("signal", "unless")]
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


def _overrides(r: _Resolver, document: Document) -> Iterator[Override]:
    for index, override in enumerate(document.data.get("overrides", ())):
        made: list[Condition] = []
        for stage in STAGES:
            if stage in override["stages"]:
                made += _stage(r, document, ("overrides", index, "stages", stage))
        yield Override(override["match"], tuple(made), override["reason"])


def _scenario(r: _Resolver, document: Document) -> Scenario:
    data = document.data
    for index, _ in enumerate(data["invariants"]):
        try:
            _refer(r, document, "invariant", {}, ("invariants", index))
        except _Unresolved:
            continue
    samples = data.get("samples", "")
    return Scenario(
        name=data["name"],
        title=data.get("title", data["name"].replace("-", " ").capitalize()),
        invariants=tuple(data["invariants"]),
        every=seconds(data["every"]),
        series={**r.recordings.get(document.file, {}), **data.get("series", {})},
        samples=samples,
        expect=tuple(_expectation(e) for e in data["expect"]),
        origin=_origin(document),
    )


def _expectation(data: Mapping[str, Any]) -> Expectation:
    return Expectation(
        seconds(data["at"]),
        data.get("invariant", ""),
        data.get("stage"),
        data.get("condition", ""),
        data.get("labels", {}),
        data.get("firing", True),
    )
