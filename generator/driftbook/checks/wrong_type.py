"""A list where text is expected, a number where it must be quoted, and so on.

YAML reads 2.50 as the number 2.5: versions and label values need quotes.
"""

from driftbook.checks.example import CATALOG
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB203"
NAME = "wrong-type"
TITLE = "A value of the wrong type"
SEVERITY = Severity.ERROR
FOUND_BY = "shape"
EXAMPLE = Example(CATALOG, 'version: "2.42"', "version: 2.42", 'version: "2.42"')
