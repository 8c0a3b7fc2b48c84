"""Two documents of one kind have the same name, or there are two catalog documents.

Names are unique per kind; the place of the first one is given too.
"""

from collections.abc import Iterator

from driftbook.checks.example import FILES, TEAM
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Path, Place, Severity

_OTHER = FILES[TEAM].replace("title: Shop team", "title: Payments team")
CODE = "DB302"
NAME = "duplicate-name"
TITLE = "A name is defined twice"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    TEAM,
    "kind: team",
    "kind: team",
    "kind: team",
    extra={"invariants/teams/pay.yaml": _OTHER.replace("name: shop", "name: pay")},
    bad_extra={"invariants/teams/pay.yaml": _OTHER},
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """By file, so that the first is always the same one."""
    first: dict[tuple[str, str], str] = {}
    for file, document in sorted(subject.documents.items()):
        earlier = first.setdefault((document.kind, document.name), file)
        if earlier != file:
            is_catalog = document.kind == "catalog"
            path: Path = ("kind",) if is_catalog else ("name",)
            what = "catalog document" if is_catalog else f'{document.kind} "{document.name}"'
            expected = "one catalog" if is_catalog else "a name of its own"
            other = Place(earlier, path)
            message = f"a second {what}"
            yield found(CODE, message, file, path, expected=expected, other=other)
