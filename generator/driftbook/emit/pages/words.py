"""What the model says, in words for pages and the terminal."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from driftbook import context, names
from driftbook.alerts import Alert
from driftbook.emit.pages.markdown import code, text
from driftbook.model import (
    STAGES,
    Answer,
    Catalog,
    Dataset,
    Invariant,
    Remediation,
    StageName,
    Team,
)
from driftbook.units import spoken

QUESTIONS = {
    "max_staleness": "How old may data be that is read?",
    "read_your_writes": "Do writers read their own writes?",
    "monotonic_reads": "Do reads never go back in time?",
    "conflict_resolution": "How are conflicting writes resolved?",
    "idempotent_writes": "May a write be repeated?",
    "tracing_key": "Which key follows a process through spans and logs?",
    "reconciliation": "What repairs divergence?",
}
STAGE_MEANING: Mapping[StageName, str] = {
    "early": "Warns before users notice.",
    "mid": "Self-repair is not winning.",
    "late": "Repair failed or the damage is wide; someone is woken.",
}
PROPERTIES = {
    "bounded-staleness": "Reads are at most so old.",
    "replica-agreement": "Copies hold the same data.",
    "propagation": "Changes arrive everywhere in time.",
    "read-your-writes": "Writers see what they have written.",
    "monotonic-reads": "Reads never go back in time.",
    "conflict-rate": "Conflicting writes stay rare.",
    "lost-updates": "No acknowledged write disappears.",
    "quorum": "Enough members are healthy to decide.",
    "convergence": "Reconciliation makes progress.",
    "repair-success": "Repairs succeed.",
    "delivery": "Messages are delivered; dead letters stay few.",
    "heartbeat": "A written heartbeat is seen everywhere.",
    "clock-agreement": "Clocks agree.",
    "consistency-level": "Requests use the level they should.",
    "saga-completion": "Distributed processes finish or are compensated.",
    "idempotency": "Repeating a request changes nothing.",
    "error-budget": "The consistency objective is kept.",
}
STRATEGIES = {
    "staged-backfill": "Backfill one stage after another",
    "partitioned-window": "Reconcile one partition and time window at a time",
    "tombstone-aware-merge": "Merge, keeping deletions deleted",
    "rate-limited-reconcile": "Reconcile at a limited rate",
    "reattest": "Check again and attest",
    "merge": "Merge the conflicting versions",
    "manual": "By hand",
}
APPROVALS = {
    "none": "nobody has to approve",
    "owner": "the owning team approves",
    "two-person": "two people approve",
}


def stage_title(stage: StageName) -> str:
    """`Early`."""
    return stage.capitalize()


def answer(question: str, given: Answer | None) -> str:
    """An answer of a contract."""
    if given is None or given.unknown:
        return "unknown"
    if given.not_applicable:
        return f"does not apply: {given.not_applicable}"
    if isinstance(given.value, bool):
        return "yes" if given.value else "no"
    if question == "max_staleness" and isinstance(given.value, int | float):
        return f"at most {spoken(float(given.value), 'seconds')}"
    return str(given.value)


def contract(dataset: Dataset) -> list[tuple[str, str]]:
    """Questions and answers."""
    return [(text, answer(key, dataset.contract.get(key))) for key, text in QUESTIONS.items()]


def places(match: Mapping[str, str]) -> str:
    """The places of an override: `target_region ap-south-1`."""
    return ", ".join(f"{label} {value}" for label, value in match.items())


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told by a stage, and when. ways: kinds of integration, such as `pagerduty`."""

    receiver: str
    severity: str
    ways: tuple[str, ...]
    hours: str
    repeat: float


def told(catalog: Catalog, invariant: Invariant, stage: StageName) -> Told:
    """A draft tells nobody but its owner's early receiver, at every stage."""
    to: StageName = "early" if invariant.lifecycle == "draft" else stage
    return told_team(catalog, invariant.owner, stage, to)


def told_team(catalog: Catalog, team: Team, stage: StageName, to: StageName) -> Told:
    """What a team's receiver of a stage is told. to: the stage whose receiver and hours count."""
    return Told(
        names.receiver(team, to),
        catalog.stages[stage].severity,
        tuple(_ways(team.receivers.get(to, {}))),
        hours(catalog, catalog.stages[to].notify, team.location),
        catalog.stages[to].repeat,
    )


def _ways(receiver: Mapping[str, Any]) -> Iterator[str]:
    for key in receiver:
        yield key.removesuffix("_configs").replace("_", " ")


def ways(told: Told) -> Markup:
    """` by slack and pagerduty`."""
    return Markup(" by ") + text(" and ".join(told.ways)) if told.ways else Markup("")


def hours(catalog: Catalog, notify: str, location: str) -> str:
    """`at any time`, or the hours of a time interval in a team's own time zone."""
    interval = catalog.time_intervals.get(notify)
    if interval is None:
        return "at any time"
    days = ", ".join(
        day.replace(":", " to ").title().replace(" To ", " to ") for day in interval.days
    )
    times = ", ".join(interval.times)
    zone = location or interval.location or "UTC"
    return f"{' '.join(part for part in (days, times) if part)} ({zone})"


def stages_of(alerts: tuple[Alert, ...]) -> dict[StageName, list[Alert]]:
    """Alerts by stage; every stage has its list."""
    return {s: [a for a in alerts if a.condition.stage == s] for s in STAGES}


def changes(catalog: Catalog, service: str) -> str:
    """What `recent_changes` looks for: `every deploy of cart within 1 h`; or ""."""
    known = context.of_service(catalog.changes, service)
    return f"every {context.kinds(known, service)}" if known else ""


def source_url(repo_url: str, file: str) -> str:
    """A file of the catalog on the repository's web pages (GitHub, GitLab and Forgejo agree)."""
    return f"{repo_url.rstrip('/')}/blob/HEAD/{file}" if repo_url else ""


def policy(remediation: Remediation, fill: Callable[[str], str]) -> list[tuple[str, Markup]]:
    """The rules of a remediation, in the order in which one needs them."""
    rows = (
        ("scope", text(fill(remediation.scope))),
        ("dry run", code(fill(remediation.dry_run))),
        ("rate limit", text(fill(remediation.rate_limit))),
        ("approval", text(APPROVALS.get(remediation.approval, remediation.approval))),
        ("a run is known by", code(fill(remediation.idempotency_key))),
        ("rollback", code(fill(remediation.rollback))),
        ("to be recorded", Markup(", ").join(code(fill(r)) for r in remediation.records)),
    )
    return [(name, value) for name, value in rows if value]
