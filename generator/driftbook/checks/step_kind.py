"""A step says nothing to do, or two things at once.

A person under pressure does one thing at a time: split the step.
"""

from driftbook.checks.example import RUNBOOK
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB210"
NAME = "step-kind"
TITLE = "A step that is not one of check, act, escalate"
SEVERITY = Severity.ERROR
FOUND_BY = "shape"
EXAMPLE = Example(
    RUNBOOK,
    "{id: page-dba, escalate: Database on call, after: 10m}",
    "{id: page-dba, after: 10m}",
    "{id: page-dba, escalate: Database on call}",
)
