"""A mapping has the same key twice.

YAML parsers silently keep one of them; which one differs. The place of the first is given too.
"""

from driftbook.checks.example import TEAM
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB104"
NAME = "duplicate-key"
TITLE = "A key is given twice"
SEVERITY = Severity.ERROR
FOUND_BY = "load"
EXPECTED = "each key once"
EXAMPLE = Example(TEAM, "title: Shop team", "title: Shop team\ntitle: The shop", "title: The shop")
