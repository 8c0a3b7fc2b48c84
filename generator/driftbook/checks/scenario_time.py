"""A time at which something is expected lies behind the last sample.

Nothing can be said about it: series end five minutes after their last sample. Add samples, or
gaps (`_x10`) where silence is what is tested.
"""

from collections.abc import Iterator

from driftbook.checks.example import SCENARIO
from driftbook.checks.kit import Example, Subject, found
from driftbook.checks.notation import samples
from driftbook.diagnostics import Diagnostic, Severity
from driftbook.units import duration, seconds

CODE = "DB802"
NAME = "scenario-time"
TITLE = "An expectation outside the scenario"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(SCENARIO, "{at: 40m, ", "{at: 140m, ", "{at: 50m, ")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Against the longest series."""
    for scenario in subject.catalog.scenarios.values():
        counts = [samples(values) for values in scenario.series.values()]
        document = subject.documents.get(scenario.origin.file)
        if document is None or not counts or None in counts:
            continue
        end = (max(count or 0 for count in counts) - 1) * scenario.every
        for index, expectation in enumerate(document.data["expect"]):
            if seconds(expectation["at"]) > end:
                message = f"{expectation['at']} is behind the last sample"
                expected = f"at most {duration(end)}, or longer series"
                path = ("expect", index, "at")
                yield found(CODE, message, document.file, path, expected=expected)
