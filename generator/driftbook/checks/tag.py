"""The file uses a YAML tag such as `!!str` or `!include`.

Quotes say that a value is text; nothing else is needed, and nothing is included.
"""

from driftbook.checks.example import TEAM
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB106"
NAME = "tag"
TITLE = "A YAML tag"
SEVERITY = Severity.ERROR
FOUND_BY = "load"
EXPECTED = "a plain value; quotes make text"
EXAMPLE = Example(TEAM, 'contact: "#shop"', "contact: !!str shop", 'contact: "shop"')
