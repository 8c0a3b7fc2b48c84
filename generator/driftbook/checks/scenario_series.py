"""A scenario names an invariant, but has no series of any metric that its signal reads.

Whatever it expects would be true or false for a reason that has nothing to do with its samples.
"""

from collections.abc import Iterator

from driftbook.checks import exprs
from driftbook.checks.example import SCENARIO
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity
from driftbook.document import Document
from driftbook.promql import PromqlError, facts

CODE = "DB801"
NAME = "scenario-series"
TITLE = "A scenario without series for an invariant"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    SCENARIO,
    "'orders_replication_lag_seconds{region=\"eu\"}': '1x20 60x40'",
    "'orders_replication_delay_seconds{region=\"eu\"}': '1x20 60x40'",
    "'orders_replication_lag_seconds{region=\"eu\"}': '1x20 70x40'",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each invariant that a scenario names; series of recordings count as well."""
    documents = {d.name: d for d in subject.of_kind("invariant")}
    for name, scenario in sorted(subject.catalog.scenarios.items()):
        sampled = {_metric(selector) for selector in scenario.series}
        if None in sampled or (scenario.samples and not _recorded(subject, name)):
            continue  # what cannot be read is reported by checks of their own
        for index, invariant in enumerate(scenario.invariants):
            document = documents.get(invariant)
            read = _read(document) if document else set()
            if read and not read & sampled:
                message = f'there are no series for "{invariant}"'
                expected = "series of " + " or ".join(sorted(read))
                path = ("invariants", index)
                yield found(CODE, message, scenario.origin.file, path, expected=expected)


def _read(document: Document) -> set[str]:
    """The metrics of an invariant; none when its signal does not parse."""
    expressions = [expr.facts for expr in exprs.of(document)]
    if expressions[0] is None:
        return set()
    return {use.metric for said in expressions if said for use in said.uses}


def _metric(selector: str) -> str | None:
    try:
        return facts(selector).uses[0].metric
    except (PromqlError, IndexError):
        return None


def _recorded(subject: Subject, name: str) -> bool:
    """Whether the recording was read: it has series that are not written in the document."""
    scenario = subject.catalog.scenarios[name]
    document = subject.documents.get(scenario.origin.file)
    return document is not None and len(scenario.series) > len(document.data.get("series", {}))
