"""The file is not YAML.

Said at the place where the parser gave up; the cause is often a line or two above: a missing
colon, a tab, a bracket that was not closed.
"""

from driftbook.checks.example import TEAM
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB101"
NAME = "syntax"
TITLE = "The file is not YAML"
SEVERITY = Severity.ERROR
FOUND_BY = "load"
EXPECTED = ""
EXAMPLE = Example(TEAM, "title: Shop team", "title: [Shop team", "title: Shop team")
