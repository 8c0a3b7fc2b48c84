"""A key is there but its text, list or mapping is empty."""

from driftbook.checks.example import TEAM
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB208"
NAME = "empty-value"
TITLE = "Nothing is written"
SEVERITY = Severity.ERROR
FOUND_BY = "shape"
EXAMPLE = Example(TEAM, "title: Shop team", "title:", "title: Shop team")
