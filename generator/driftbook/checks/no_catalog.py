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
    expected = f"a file with `kind: catalog`; {_elsewhere(root)}"
    return Diagnostic(CODE, SEVERITY, message, Place(folder, line=1, column=1), expected)


def _elsewhere(root: Path) -> str:
    """How to name the project; people like to be in one of its folders."""
    for up, parent in enumerate(root.parents, start=1):
        if any(_is_catalog(path) for path in (parent / "invariants").glob("*.y*ml")):
            return f"`-C {'/'.join(['..'] * up)}` names the project in {parent}"
    return "`-C DIR` names another project"


def _is_catalog(path: Path) -> bool:
    try:
        return b"\nkind: catalog" in b"\n" + path.read_bytes()[:4096]
    except OSError:
        return False
