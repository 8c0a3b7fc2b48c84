"""The document does not say what it is, or says something unknown.

The kinds are catalog, team, dataset, invariant, runbook, remediation and scenario.
"""

from driftbook.checks.example import REMEDIATION
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB110"
NAME = "unknown-kind"
TITLE = "No kind, or an unknown one"
SEVERITY = Severity.ERROR
FOUND_BY = "load"
EXAMPLE = Example(
    REMEDIATION,
    "kind: remediation",
    "kind: remediation",
    "kind: remediation",
    bad_extra={
        "runbooks/remediations/manual.yaml": "kind: remedation\nname: manual\n",
    },
)
