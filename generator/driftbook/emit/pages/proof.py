"""The page that says what was proved, what that means, and what it does not."""

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from driftbook import names
from driftbook.emit.artifact import Artifact
from driftbook.emit.pages.evidence import AFTERWARDS, Evidence
from driftbook.emit.pages.markdown import code, link, text
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.related import Ref
from driftbook.emit.pages.scenarios import verdict
from driftbook.emit.pages.words import source_url
from driftbook.model import STAGES, Catalog, Invariant

HOW = {
    "drift": "The catalog is compiled again, and every byte on disk compared with the result. So "
    "nobody has edited a rule by hand, and nobody has forgotten to compile.",
    "rules-syntax": "promtool check rules reads every rule file as Prometheus will.",
    "config-syntax": "amtool check-config reads the configuration as Alertmanager will.",
    "alerts": "The alerts that the catalog means are looked for in the rule files on disk: none is "
    "missing, none is there that nobody means, and each has all its labels.",
    "rule-tests": "promtool test rules feeds sample series to the rules and compares what fires, "
    "with all labels and annotations: just inside a bound, just outside, too short, recovered, "
    "with gaps, with NaN, and gone. The scenarios of the catalog are among them.",
    "coverage": "In the tests on disk, not in what driftbook meant to write, each alert is seen to "
    "fire and seen to stay silent.",
    "watchdog": "The alert that always fires is in the rules, and a real Alertmanager sends it to "
    "the dead man's switch: a dead pipeline is noticed by its silence.",
    "routing": "A real Alertmanager with this configuration is shown every alert that the catalog "
    "can raise, and asked which receivers it chose.",
    "inhibition": "The same Alertmanager is shown alerts at the same place and at places that "
    "differ in one label, and asked which it hides.",
    "delivery": "Its receivers are exchanged for a sink on the same machine, and what arrives "
    "there is compared with what was meant.",
    AFTERWARDS: "Every runbook_url of every alert is followed into the built site, to its heading.",
}
"""How each check of the proof is made, in plain words."""
LIMITS = (
    "That the signals exist in your Prometheus, or measure what their names say. `driftbook packs "
    "try` asks a server; for signals of your own somebody has to look.",
    "That a bound is right. It is a decision; the history of an invariant says whose.",
    "That a receiver reaches a person: tokens, channels, phone numbers and time tables of Slack, "
    "PagerDuty and others are not tried.",
    "That the rules run in production. The digest on each invariant's page is that of its rule "
    "file; compare it with what your server has loaded.",
    "That the steps of a runbook work. They are text that people wrote; drills show it.",
    "Anything about versions of the engines other than those named above.",
    "Anything that the sample series do not hold: tests show the presence of behaviour, not the "
    "absence of faults.",
)


def emit(catalog: Catalog, evidence: Evidence) -> Iterator[Artifact]:
    """The one page."""
    yield _proof(catalog, evidence)


def _proof(catalog: Catalog, evidence: Evidence) -> Artifact:
    ref = references("proof")
    invariants = catalog.compiled()
    states = [evidence.state(invariant) for invariant in invariants]
    scenarios = [verdict(scenario, evidence) for scenario in catalog.scenarios.values()]
    return page(
        "proof",
        "proof.md.j2",
        names.PROOF,
        "Proof",
        whole=_whole(evidence, states),
        engines=list(evidence.engines()),
        checks=list(_checks(evidence)),
        numbers=_numbers(catalog, evidence),
        scenarios=_counted(scenarios),
        states=_counted([state or "not proved" for state in states]),
        stale=[
            _linked(i, ref) for i, s in zip(invariants, states, strict=True) if s == "out of date"
        ],
        lacking=[_linked(i, ref) for i, s in zip(invariants, states, strict=True) if not s],
        rows=[_row(catalog, evidence, invariant, ref) for invariant in invariants],
        limits=[_with_code(limit) for limit in LIMITS],
    )


def _whole(evidence: Evidence, states: list[str]) -> str:
    """The verdict on everything; a proof of other rules than these is none of these."""
    if evidence.proof is None:
        return ""
    said = str(evidence.proof.get("verdict", "unknown"))
    return (
        said if all(state not in ("", "out of date") for state in states) else f"{said}, but stale"
    )


def _checks(evidence: Evidence) -> Iterator[dict[str, str]]:
    """Every check that was made before the site, then the one that cannot be on it."""
    for name, says, found in evidence.checks():
        yield {"name": name, "says": says, "how": HOW.get(name, ""), "verdict": found}
    said = (evidence.proof or {}).get("checks", {}).get(AFTERWARDS)
    if said:
        after = "made after this page is built"
        yield {"name": AFTERWARDS, "says": said["says"], "how": HOW[AFTERWARDS], "verdict": after}


def _numbers(catalog: Catalog, evidence: Evidence) -> list[tuple[str, int]]:
    """What the proof is about, counted."""
    entries: Mapping[str, Any] = (evidence.proof or {}).get("invariants", {})
    stages = [count for entry in entries.values() for count in entry["stages"].values()]
    return [
        ("invariants proved", len(entries)),
        ("unit tests", sum(int(entry["tests"]["cases"]) for entry in entries.values())),
        ("times a stage is seen to fire", sum(int(count["fires"]) for count in stages)),
        ("times a stage is seen to stay silent", sum(int(count["silent"]) for count in stages)),
        ("scenarios", len(catalog.scenarios)),
    ]


def _counted(states: list[str]) -> str:
    """`88 proved, 3 out of date`."""
    found = {state: states.count(state) for state in dict.fromkeys(sorted(states))}
    return ", ".join(f"{count} {state}" for state, count in found.items())


def _linked(invariant: Invariant, ref: Ref) -> Markup:
    return ref(invariant.name, f"invariants/{invariant.name}")


def _row(catalog: Catalog, evidence: Evidence, invariant: Invariant, ref: Ref) -> dict[str, Any]:
    entry = evidence.entry(invariant)
    counts = entry["stages"] if entry else {}
    changes = evidence.history.of("invariant", invariant.name)
    state = evidence.state(invariant) or "not proved"
    return {
        "link": _linked(invariant, ref),
        "stages": Markup("<br>").join(
            text(f"{stage}: {counts[stage]['fires']} fire, {counts[stage]['silent']} silent")
            for stage in STAGES
            if stage in counts
        ),
        "tests": link(
            f"{evidence.tests(invariant)} tests",
            source_url(catalog.repo_url, names.test_file(invariant)),
        ),
        "state": text(state) if state == "proved" else Markup(f"<strong>{text(state)}</strong>"),
        "changed": changes[0].date if changes else "",
    }


def _with_code(limit: str) -> Markup:
    """Text of ours with commands between backticks."""
    parts = limit.split("`")
    return Markup("").join(code(p) if n % 2 else f"{text(p)} " for n, p in enumerate(parts) if p)
