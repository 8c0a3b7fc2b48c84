"""A value that is not among the choices of its key. The nearest one is named."""

from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB204"
NAME = "not-in-list"
TITLE = "Not one of the choices"
SEVERITY = Severity.ERROR
FOUND_BY = "shape"
EXAMPLE = Example(INVARIANT, "unit: seconds", "unit: second", "unit: seconds")
