"""There is no catalog document.

Exactly one document of the kind `catalog` says what holds for all: where the site is published,
and what the rules will run on.
"""

from pathlib import Path

from driftbook.checks.example import CATALOG, FILES, REMEDIATION
from driftbook.checks.kit import Example
from driftbook.diagnostics import Diagnostic, Place, Severity

CODE = "DB304"
NAME = "no-catalog"
TITLE = "There is no catalog document"
SEVERITY = Severity.ERROR
FOUND_BY = "resolve"
_OTHER = FILES[REMEDIATION].replace("name: backfill", "name: by-hand")
EXAMPLE = Example(CATALOG, FILES[CATALOG], _OTHER, FILES[CATALOG])


def missing(root: Path) -> Diagnostic:
    """Said of the folder in which people look for it."""
    folder = "invariants/catalog.yaml"
    where = "" if (root / "invariants").is_dir() else ", nor a folder `invariants`"
    message = f"there is no document of the kind `catalog`{where}"
    expected = "a file with `kind: catalog`; `-C DIR` names another project"
    return Diagnostic(CODE, SEVERITY, message, Place(folder, line=1, column=1), expected)
