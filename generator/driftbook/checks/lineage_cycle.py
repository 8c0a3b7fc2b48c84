"""A dataset is derived from itself, directly or through others.

Lineage says which dataset is upstream; in a circle nothing is.
"""

from collections.abc import Iterator, Mapping, Sequence

from driftbook.checks.example import DATASET
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Path, Place, Severity

CODE = "DB303"
NAME = "lineage-cycle"
TITLE = "Lineage goes in a circle"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(DATASET, "derived_from: []", "derived_from: [orders]", "derived_from: []")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each circle once, at the first of its datasets by name, with the entry that closes it."""
    datasets = {d.name: d for d in subject.of_kind("dataset")}
    parents = {name: d.data.get("derived_from", ()) for name, d in datasets.items()}
    seen: set[str] = set()
    for start in sorted(parents):
        circle = _circle(start, parents) if start not in seen else []
        seen.update(circle)
        if circle:
            following = circle[1] if len(circle) > 1 else start
            path = _at(start, following, parents)
            back = Place(datasets[circle[-1]].file, _at(circle[-1], start, parents))
            message = "lineage goes in a circle: " + " from ".join([*circle, start])
            expected = "datasets that are upstream only"
            file, other = datasets[start].file, back if len(circle) > 1 else None
            yield found(CODE, message, file, path, expected=expected, other=other)


def _at(name: str, parent: str, parents: Mapping[str, Sequence[str]]) -> Path:
    return "derived_from", list(parents[name]).index(parent)


def _circle(start: str, parents: Mapping[str, Sequence[str]]) -> list[str]:
    """The shortest way from a dataset back to itself, [] when there is none."""
    ways = [[start]]
    seen = {start}
    for way in ways:
        for parent in parents.get(way[-1], ()):
            if parent == start:
                return way
            if parent not in seen:
                seen.add(parent)
                ways.append([*way, parent])
    return []
