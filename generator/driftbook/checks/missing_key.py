"""A key that every document of its kind needs is not there."""

from driftbook.checks.example import TEAM
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB202"
NAME = "missing-key"
TITLE = "A required key is missing"
SEVERITY = Severity.ERROR
FOUND_BY = "shape"
EXAMPLE = Example(TEAM, 'contact: "#shop"\n', "", 'contact: "#shop"\n')
