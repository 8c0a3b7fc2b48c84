"""A file is missing, is not a file, or leads out of the project.

Symbolic links and paths with `..` are followed only while they stay inside the project.
"""

from driftbook.checks.example import CATALOG
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB112"
NAME = "unreadable-file"
TITLE = "A file that cannot be read"
SEVERITY = Severity.ERROR
FOUND_BY = "load"
EXPECTED = "a readable file inside the project"
EXAMPLE = Example(
    CATALOG,
    'version: "0.25"',
    'version: "0.25"\n  base: ../../etc/alertmanager.yml',
    'version: "0.25"',
)
