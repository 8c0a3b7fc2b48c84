"""The file has more than 1 MiB, or nests more than 40 levels deep.

No document that a person reviews is like that. Recordings belong in `samples`.
"""

from driftbook.checks.example import REMEDIATION
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB111"
NAME = "file-size"
TITLE = "Too large or too deep"
SEVERITY = Severity.ERROR
FOUND_BY = "load"
EXPECTED = "at most 1 MiB and 40 levels"
EXAMPLE = Example(
    REMEDIATION,
    "records: [range, rows_changed, operator, reason]",
    "records: " + "[" * 41 + "]" * 41,
    "records: [range, rows_changed, operator, reason]",
)
