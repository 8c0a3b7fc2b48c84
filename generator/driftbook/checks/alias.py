"""The file uses `&anchor`, `*alias` or `<<`.

What is shared by a name inside one file cannot be seen in a review of another place. Write the
value where it belongs; a text that starts with `*` or `&` needs quotes.
"""

from driftbook.checks.example import TEAM
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB105"
NAME = "alias"
TITLE = "An anchor, an alias or a merge key"
SEVERITY = Severity.ERROR
FOUND_BY = "load"
EXPECTED = "the value itself; quotes around a text that starts with * or &"
EXAMPLE = Example(
    TEAM,
    "receivers:\n  early: {slack_configs",
    "receivers:\n  early: &slack {slack_configs",
    "receivers:\n  early: {slack_configs",
)
