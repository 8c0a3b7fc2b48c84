"""Names become file names, anchors, labels and alert names.

They are lower-case words joined by single hyphens, start with a letter, and have at most 63
characters. Names of supporting signals are joined by underscores.
"""

from driftbook.checks.example import SCENARIO
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB206"
NAME = "bad-name"
TITLE = "Not a name"
SEVERITY = Severity.ERROR
FOUND_BY = "shape"
EXAMPLE = Example(
    SCENARIO, "name: eu-falls-behind", "name: EU_falls_behind", "name: eu-falls-behind-again"
)
