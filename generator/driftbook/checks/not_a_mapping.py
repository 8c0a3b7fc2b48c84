"""The file is empty, or holds a list or a single value.

A document is a mapping that starts with its `kind`.
"""

from driftbook.checks.example import REMEDIATION
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB109"
NAME = "not-a-mapping"
TITLE = "The document is not a mapping"
SEVERITY = Severity.ERROR
FOUND_BY = "load"
EXPECTED = "a mapping that starts with `kind:`"
EXAMPLE = Example(
    REMEDIATION,
    "kind: remediation",
    "kind: remediation",
    "kind: remediation",
    bad_extra={"runbooks/remediations/later.yaml": "# to be written\n"},
)
