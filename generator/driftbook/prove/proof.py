"""The proof as a whole: every check in turn, a file for machines and a table for people."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.table import Table

from driftbook import names
from driftbook.emit.artifact import Artifact
from driftbook.model import Catalog, Invariant, StageName
from driftbook.prove import alertmanager, compiled, rule_alerts, rule_tests, syntax
from driftbook.prove.compiled import Compiled
from driftbook.prove.coverage import Count, coverage
from driftbook.prove.drift import drift
from driftbook.prove.engines import Engines
from driftbook.prove.finding import CHECKS, Finding
from driftbook.prove.links import links
from driftbook.prove.workers import Workers

Say = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and of how much."""
BY_ALERTMANAGER = frozenset(["routing", "inhibition", "delivery"])
NEED_ENGINES = BY_ALERTMANAGER | {"rules-syntax", "config-syntax", "rule-tests"}
FOLDERS = (names.RULES, names.RULE_TESTS, str(Path(names.ALERTMANAGER).parent))


@dataclass(frozen=True, slots=True)
class Proof:
    """made: the checks that were made. engines: name -> version, {} where they are missing.

    files: SHA-256 of what was proved besides the invariants' own files.
    """

    findings: tuple[Finding, ...]
    made: frozenset[str]
    engines: Mapping[str, str]
    invariants: Mapping[str, Mapping[str, Any]]
    files: Mapping[str, str] = field(default_factory=dict)

    def verdict(self, check: str) -> str:
        """holds, fails or not made."""
        if any(f.check == check for f in self.findings):
            return "fails"
        return "holds" if check in self.made else "not made"

    @property
    def not_made(self) -> tuple[str, ...]:
        """The checks that could not be made."""
        return tuple(check for check in CHECKS if self.verdict(check) == "not made")

    def data(self, engines: bool = True) -> dict[str, Any]:
        """The content of `rules/proof.json`: the same for the same catalog and engines.

        engines: whether their versions are in it.
        """
        whole = "partly proved" if self.not_made else "proved"
        return {
            "about": names.header("the catalog and its proof"),
            "verdict": "failed" if self.findings else whole,
            **({"engines": dict(self.engines)} if engines else {}),
            "checks": {
                check: {"says": says, "verdict": self.verdict(check)}
                for check, says in CHECKS.items()
            },
            "files": dict(self.files),
            "invariants": self.invariants,
        }

    def artifact(self) -> Artifact:
        """`rules/proof.json`."""
        return Artifact(names.PROOF, json.dumps(self.data(), indent=1, ensure_ascii=False) + "\n")

    def table(self) -> Table:
        """The checks for people."""
        table = Table(box=None, pad_edge=False)
        for title in ("check", "verdict", "what it says"):
            table.add_column(title, overflow="fold")
        colors = {"holds": "green", "fails": "bold red", "not made": "yellow"}
        for check, says in CHECKS.items():
            verdict = self.verdict(check)
            table.add_row(check, f"[{colors[verdict]}]{verdict}[/]", says)
        return table


def kept(root: Path) -> dict[str, Any] | None:
    """The proof on disk without the versions of its engines; None where it cannot be read.

    A machine with another release of the engines has the same proof, made by others.
    """
    try:
        data: dict[str, Any] = json.loads((root / names.PROOF).read_bytes())
        return {key: value for key, value in data.items() if key != "engines"}
    except (OSError, ValueError, AttributeError):
        return None


def prove(
    root: Path,
    catalog: Catalog,
    artifacts: Iterable[Artifact] | None,
    engines: Engines | None,
    say: Say = lambda what, done, of: None,
) -> Proof:
    """Everything but the links. What lies on disk is proved, whoever wrote it.

    artifacts: what the catalog compiles to, or None where it has just been written.

    Without engines, only what needs none. Raises FatalError when an engine breaks down.
    """
    found = drift(root, artifacts, FOLDERS) if artifacts is not None else []
    disk = compiled.read(root)
    subjects, faults = rule_alerts.subjects(catalog, disk)
    found += [*faults, *rule_alerts.watchdog(disk)]
    counts, faults = coverage(catalog, disk)
    found += faults
    made = frozenset(CHECKS) - {"links"}
    if engines is None:
        found += disk.unreadable
        made -= NEED_ENGINES
    else:
        with Workers() as workers:
            say("checking rules and routes", 0, 1)
            found += syntax.rules(disk, engines, workers)
            refused = syntax.routes(disk, engines, workers)
            found += refused
            if refused:  # Alertmanager would not start with it
                made -= BY_ALERTMANAGER
            else:
                say("asking Alertmanager", 0, 1)
                routed = alertmanager.prove(catalog, subjects, disk, engines, workers)
                found += routed
                if alertmanager.misrouted(routed):
                    made -= {"delivery"}
            found += rule_tests.run(
                disk,
                engines,
                workers,
                progress=lambda done, of: say("running unit tests", done, of),
            )
    known = engines.versions() if engines else {}
    return Proof(
        _ordered(found),
        made,
        known,
        _invariants(catalog, disk, counts, found, "proved" if engines else "partly proved"),
        compiled.proved_besides(root),
    )


def with_links(proof: Proof, root: Path, catalog: Catalog) -> Proof:
    """The proof with the links into the built site."""
    found = links(catalog, compiled.read(root))
    failed = {f.invariant for f in found}
    return replace(
        proof,
        findings=_ordered([*proof.findings, *found]),
        made=proof.made | {"links"},
        invariants={
            name: {**entry, "verdict": "failed"} if name in failed else entry
            for name, entry in proof.invariants.items()
        },
    )


def with_finding(proof: Proof, finding: Finding) -> Proof:
    """The proof with one more finding."""
    return replace(proof, findings=_ordered([*proof.findings, finding]))


def _ordered(found: Iterable[Finding]) -> tuple[Finding, ...]:
    order = {check: number for number, check in enumerate(CHECKS)}
    return tuple(sorted(dict.fromkeys(found), key=lambda f: (order[f.check], f.file, f.message)))


def _invariants(
    catalog: Catalog,
    disk: Compiled,
    counts: Mapping[str, Mapping[StageName, Count]],
    found: Iterable[Finding],
    clean: str,
) -> dict[str, dict[str, Any]]:
    failed = {f.invariant for f in found}
    return {
        i.name: {"verdict": "failed" if i.name in failed else clean}
        | _files(i, disk)
        | {"stages": {s: {"fires": c.fires, "silent": c.silent} for s, c in counts[i.name].items()}}
        for i in catalog.compiled()
    }


def _files(invariant: Invariant, disk: Compiled) -> dict[str, Any]:
    def entry(file: str) -> dict[str, Any]:
        return {"file": file, "sha256": disk.digests.get(file, "")}

    history = names.history_file(invariant)
    return {
        "rules": entry(names.rule_file(invariant)),
        "tests": entry(names.test_file(invariant)) | {"cases": disk.cases(invariant)},
        **({"history": entry(history)} if history in disk.tests else {}),
    }
