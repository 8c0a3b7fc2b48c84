"""A number beyond its limits, a text that is too long or of the wrong form, an entry listed
twice.
"""

from driftbook.checks.example import DATASET
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB207"
NAME = "bad-value"
TITLE = "A value out of its range or form"
SEVERITY = Severity.ERROR
FOUND_BY = "shape"
EXAMPLE = Example(DATASET, "tier: 1", "tier: 4", "tier: 1")
