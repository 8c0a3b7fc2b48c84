"""`for` or `keep_firing_for` is not a multiple of the evaluation interval.

Prometheus looks only at evaluations, so it takes the next one: 90 s at an interval of 1 min fires
at 2 min.
"""

from collections.abc import Iterator

from driftbook.checks import exprs
from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Path, Severity
from driftbook.document import Document
from driftbook.units import duration, seconds

CODE = "DB507"
NAME = "rounded-for"
TITLE = "A time is rounded up"
SEVERITY = Severity.NOTE
FOUND_BY = "check"
EXAMPLE = Example(
    INVARIANT,
    "{above: 30s, for: 5m, ",
    "{above: 30s, for: 5m10s, ",
    "{above: 30s, for: 5m30s, ",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each one that is written."""
    tick = subject.catalog.prometheus.evaluation_interval
    for document in subject.of_kind("invariant"):
        for path, written in _times(document):
            steps = round(seconds(written) * 1000), round(tick * 1000)
            if steps[1] and steps[0] % steps[1]:
                rounded = duration(-(-steps[0] // steps[1]) * tick)
                message = f"{written} is rounded up to {rounded}"
                expected = f"a multiple of the evaluation interval, {duration(tick)}"
                yield found(
                    CODE, message, document.file, path, expected=expected, severity=SEVERITY
                )


def _times(document: Document) -> Iterator[tuple[Path, str]]:
    missing = document.data["signal"].get("missing", {})
    if "for" in missing:
        yield ("signal", "missing", "for"), missing["for"]
    for path, _, condition in exprs.conditions(document):
        for key in ("for", "keep_firing_for"):
            if key in condition:
                yield (*path, key), condition[key]
