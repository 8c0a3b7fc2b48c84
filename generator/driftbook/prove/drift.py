"""What lies on disk against what the catalog compiles to."""

from collections.abc import Iterable
from pathlib import Path

from driftbook.emit.artifact import Artifact
from driftbook.prove.finding import Finding
from driftbook.prove.syntax import invariant_of
from driftbook.write import diff

AGAIN = "run `driftbook build` and commit the result"


def drift(root: Path, artifacts: Iterable[Artifact], folders: Iterable[str]) -> list[Finding]:
    """Files that are missing, that differ, and marked ones that no invariant compiles to."""
    found = diff(root, artifacts, folders)
    said = {
        "is missing": found.added,
        "differs from what the catalog compiles to": found.changed,
        "is stale: nothing in the catalog compiles to it": found.removed,
    }
    return [
        Finding("drift", f"{message}; {AGAIN}", file, invariant_of(file))
        for message, files in said.items()
        for file in files
    ]
