"""Two overrides of one stage may cover the same place.

Both would fire for it, with different bounds.
"""

from collections.abc import Iterator
from itertools import combinations

from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Place, Severity

CODE = "DB510"
NAME = "override-overlap"
TITLE = "Overrides that overlap"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
_SECOND = """\
  - match: {region: ap-south-1}
    stages: {late: {above: 50s}}
    reason: Another one.
impact: A shopper who"""
EXAMPLE = Example(
    INVARIANT,
    "impact: A shopper who",
    _SECOND,
    _SECOND.replace("ap-south-1", "ap-south-2"),
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each pair."""
    for document in subject.of_kind("invariant"):
        numbered = enumerate(document.data.get("overrides", ()))
        for (i, one), (k, two) in combinations(numbered, 2):
            shared = [stage for stage in one["stages"] if stage in two["stages"]]
            apart = any(two["match"].get(label, v) != v for label, v in one["match"].items())
            if shared and not apart:
                message = f"two overrides of {' and '.join(shared)} can cover the same place"
                other = Place(document.file, ("overrides", i, "match"))
                expected = "matches that differ in a value of one label"
                path = ("overrides", k, "match")
                yield found(CODE, message, document.file, path, expected=expected, other=other)
