"""What stands beside an invariant: found once for the whole catalog."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from markupsafe import Markup

from driftbook.model import Catalog, Invariant

Ref = Callable[..., Markup]
MANY = 8
"""More links than these in one group help nobody; the index has them all."""


class Relations:
    """Indexes over a catalog, so that every page costs the same."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.by_dataset: dict[str, list[Invariant]] = defaultdict(list)
        self.by_runbook: dict[str, list[Invariant]] = defaultdict(list)
        self.by_remediation: dict[str, list[Invariant]] = defaultdict(list)
        self.by_scenario: dict[str, list[str]] = defaultdict(list)
        self.by_signal: dict[str, list[Invariant]] = defaultdict(list)
        self.downstream: dict[str, list[str]] = defaultdict(list)
        self.retired_for: dict[str, list[Invariant]] = defaultdict(list)
        for invariant in catalog.compiled():
            self.by_dataset[invariant.dataset.name].append(invariant)
            self.by_runbook[invariant.runbook.name].append(invariant)
            if invariant.signal.used:
                self.by_signal[invariant.signal.used].append(invariant)
            if invariant.remediation:
                self.by_remediation[invariant.remediation.name].append(invariant)
        for _, scenario in sorted(catalog.scenarios.items()):
            for name in scenario.invariants:
                self.by_scenario[name].append(scenario.name)
        for _, dataset in sorted(catalog.datasets.items()):
            for upstream in dataset.derived_from:
                self.downstream[upstream].append(dataset.name)
        for _, invariant in sorted(catalog.invariants.items()):
            if invariant.lifecycle == "retired" and invariant.successor:
                self.retired_for[invariant.successor].append(invariant)

    def of(self, invariant: Invariant, ref: Ref) -> list[dict[str, Any]]:
        """Groups of links, none of them long: what one looks at next."""
        dataset = invariant.dataset
        beside = (i for i in self.by_dataset[dataset.name] if i.name != invariant.name)
        followers = self.by_runbook[invariant.runbook.name]
        elsewhere = (i for i in followers if i.dataset.name != dataset.name)
        groups: tuple[tuple[str, Iterable[Invariant]], ...] = (
            ("The same dataset", beside),
            ("What it is derived from", self._all(dataset.derived_from)),
            ("What is derived from it", self._all(self.downstream[dataset.name])),
            ("The same runbook", elsewhere),
            ("Retired for it", self.retired_for[invariant.name]),
        )
        linked = (
            (title, [ref(i.title, f"invariants/{i.name}") for i in islice(found, MANY)])
            for title, found in groups
        )
        return [{"title": title, "links": links} for title, links in linked if links]

    def _all(self, datasets: Any) -> Iterator[Invariant]:
        for name in datasets:
            yield from self.by_dataset[name]
