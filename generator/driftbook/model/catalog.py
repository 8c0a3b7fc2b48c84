"""Everything together."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from driftbook.model.basics import Origin, StageName
from driftbook.model.engines import Alertmanager, Change, Prometheus, StagePolicy, TimeInterval
from driftbook.model.governance import Dataset, Team
from driftbook.model.invariants import Invariant
from driftbook.model.runbooks import Remediation, Runbook
from driftbook.model.scenarios import Scenario
from driftbook.model.targets import Target


@dataclass(frozen=True, slots=True)
class Catalog:
    """scenarios_of: by the name of an invariant, in the order of their names.

    edit_url: where a file is edited on the web, with `{file}` for its path, or "".
    """

    title: str
    site_url: str
    repo_url: str
    prometheus: Prometheus
    alertmanager: Alertmanager
    stages: Mapping[StageName, StagePolicy]
    time_intervals: Mapping[str, TimeInterval]
    links: Mapping[str, str]
    changes: tuple[Change, ...]
    teams: Mapping[str, Team]
    datasets: Mapping[str, Dataset]
    invariants: Mapping[str, Invariant]
    runbooks: Mapping[str, Runbook]
    remediations: Mapping[str, Remediation]
    scenarios: Mapping[str, Scenario]
    scenarios_of: Mapping[str, tuple[Scenario, ...]]
    origin: Origin
    targets: Mapping[str, Target] = field(default_factory=dict)
    edit_url: str = ""

    def compiled(self) -> tuple[Invariant, ...]:
        """The invariants that have rules: all but the retired, by name."""
        return tuple(i for _, i in sorted(self.invariants.items()) if i.lifecycle != "retired")

    def old_names(self, invariant: Invariant) -> list[str]:
        """The names that it once had and no other has now, in order."""
        return sorted({old for old in invariant.renamed_from if old not in self.invariants})
