"""What a dataset is made from, and what is made from it, as lists of links."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from markupsafe import Markup

from driftbook.emit.pages.related import MANY, Ref
from driftbook.model import Catalog

DEPTH = 4
"""Further away a dataset is rarely the cause, and its own page leads on."""


class Lineage:
    """The lineage of a catalog, both ways, found once."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.downstream: dict[str, list[str]] = {name: [] for name in catalog.datasets}
        for name, dataset in sorted(catalog.datasets.items()):
            for upstream in dataset.derived_from:
                self.downstream[upstream].append(name)

    def before(self, name: str, ref: Ref) -> Markup:
        """What it is derived from, and what that is derived from."""
        return self._tree(name, lambda n: self.catalog.datasets[n].derived_from, ref)

    def after(self, name: str, ref: Ref) -> Markup:
        """What is derived from it."""
        return self._tree(name, lambda n: self.downstream[n], ref)

    def _tree(self, name: str, nexts: Callable[[str], Sequence[str]], ref: Ref) -> Markup:
        lines = list(self._lines(name, nexts, ref, 0, {name: True}))
        return Markup("\n").join(lines)

    def _lines(
        self,
        name: str,
        nexts: Callable[[str], Sequence[str]],
        ref: Ref,
        depth: int,
        seen: Mapping[str, bool],
    ) -> Iterator[Markup]:
        found = [n for n in nexts(name) if n not in seen]
        for n in found[:MANY]:
            dataset = self.catalog.datasets[n]
            link = ref(dataset.title, f"datasets/{n}")
            yield Markup(f"{'    ' * depth}-   {link}, tier {dataset.tier}")
            if depth + 1 < DEPTH:
                yield from self._lines(n, nexts, ref, depth + 1, {**seen, n: True})
        if len(found) > MANY:
            yield Markup(f"{'    ' * depth}-   and {len(found) - MANY} more")
