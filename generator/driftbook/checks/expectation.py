"""A scenario expects a stage, a condition or a label that the invariant's alerts do not have.

An expectation that nothing fires would be true for that reason alone.
"""

from collections.abc import Iterator
from typing import Any

from driftbook import conditions, names
from driftbook.checks.example import SCENARIO
from driftbook.checks.kit import Example, Subject, found
from driftbook.conditions.scope import scopes
from driftbook.diagnostics import Diagnostic, Path, Severity, nearest
from driftbook.model import Invariant, StageName

CODE = "DB805"
NAME = "expectation"
TITLE = "An expectation that no alert can meet"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    SCENARIO,
    "stage: late, condition: above, ",
    "stage: late, condition: persists, ",
    "stage: mid, condition: persists, ",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each expectation that names one of the scenario's invariants."""
    live = subject.catalog.invariants
    for document in subject.of_kind("scenario"):
        for index, expectation in enumerate(document.data["expect"]):
            name = expectation.get("invariant", "")
            invariant = live.get(name)
            named = invariant is not None and name in document.data["invariants"]
            if invariant and named and _whole(subject, invariant, expectation.get("stage")):
                fault = _fault(subject, invariant, expectation)
                if fault is not None:
                    key, message, expected = fault
                    path: Path = ("expect", index, *key)
                    yield found(CODE, message, document.file, path, expected=expected)


def _whole(subject: Subject, invariant: Invariant, stage: StageName | None) -> bool:
    """Whether every condition of the stage was understood; what was not has been reported."""
    document = subject.documents.get(invariant.origin.file)
    written = document.data["stages"].get(stage, []) if document else []
    count = len(written) if isinstance(written, list) else 1
    return count == sum(c.at[:2] == ("stages", stage) for c in invariant.conditions)


def _fault(
    subject: Subject, invariant: Invariant, expectation: dict[str, Any]
) -> tuple[tuple[str, ...], str, str] | None:
    if invariant.lifecycle == "retired":
        return ("invariant",), f"{invariant.name} is retired", "an invariant that has alerts"
    stage, kind = expectation["stage"], expectation.get("condition", "")
    pairs = [p for p in scopes(invariant, subject.catalog.prometheus) if p[0].stage == stage]
    if not pairs:
        expected = "one of " + ", ".join(invariant.stages)
        return ("stage",), f"{invariant.name} has no stage {stage}", expected
    kinds = sorted({condition.kind for condition, _ in pairs})
    if kind and kind not in kinds:
        expected = nearest(kind, kinds) or "one of " + ", ".join(kinds)
        return ("condition",), f"its stage {stage} has no condition `{kind}`", expected
    carried = set(names.ALERT_LABELS)
    for condition, scope in pairs:
        if kind in ("", condition.kind):
            carried |= {*conditions.of(condition).labels(condition, scope), *scope.match}
    for label in expectation.get("labels", {}):
        if label not in carried:
            own = sorted(carried - set(names.ALERT_LABELS))
            expected = nearest(label, own) or ("one of " + ", ".join(own) if own else "no labels")
            return ("labels", label), f'those alerts have no label "{label}"', expected
    return None
