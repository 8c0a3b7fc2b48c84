"""The file is not UTF-8, or starts with a byte order mark.

Save it as UTF-8 without BOM. Other encodings would be guessed differently by different tools.
"""

from driftbook.checks.example import TEAM
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB102"
NAME = "encoding"
TITLE = "The file is not UTF-8"
SEVERITY = Severity.ERROR
FOUND_BY = "load"
EXPECTED = "UTF-8 without a byte order mark"
EXAMPLE = Example(TEAM, "title: Shop team", "title: Sh\udce4p team", "title: Shäp team")
