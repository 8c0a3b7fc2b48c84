"""A key that the kind of document does not have.

Usually a misspelling; the nearest known key is named.
"""

from driftbook.checks.example import TEAM
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB201"
NAME = "unknown-key"
TITLE = "An unknown key"
SEVERITY = Severity.ERROR
FOUND_BY = "shape"
EXAMPLE = Example(TEAM, 'contact: "#shop"', 'contakt: "#shop"', 'contact: "#shop"')
