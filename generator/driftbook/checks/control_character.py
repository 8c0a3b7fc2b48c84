"""The file holds a character that no editor shows.

Controls, line separators other than a newline, and the marks that reorder text can make a file
mean something else than what a reviewer reads. Also refused as an escape in double quotes.
"""

from driftbook.checks.example import TEAM
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB103"
NAME = "control-character"
TITLE = "A control character"
SEVERITY = Severity.ERROR
FOUND_BY = "load"
EXPECTED = "printable text"
EXAMPLE = Example(TEAM, "title: Shop team", "title: Shop\u202eteam", "title: Shop team")
