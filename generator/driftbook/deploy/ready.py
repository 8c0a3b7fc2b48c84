"""Whether the compiled output may be deployed: it is what the catalog compiles to, and proved."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from driftbook import names, pipeline
from driftbook.model import Catalog
from driftbook.prove.compiled import Compiled, proved_besides
from driftbook.prove.drift import drift
from driftbook.prove.finding import Finding

AGAIN = "run `driftbook build` and commit the result"


def faults(root: Path, catalog: Catalog, disk: Compiled, unproved: bool) -> list[Finding]:
    """What speaks against it. unproved: the proof is not asked."""
    found = drift(root, pipeline.compile_rules(catalog), pipeline.FOLDERS)
    found += disk.unreadable
    return found if unproved else [*found, *_unproved(root, disk)]


def _unproved(root: Path, disk: Compiled) -> Iterator[Finding]:
    def say(message: str) -> Finding:
        return Finding("proof", message, names.PROOF)

    try:
        proof: dict[str, Any] = json.loads((root / names.PROOF).read_bytes())
        verdict, proved = str(proof["verdict"]), dict(_digests(proof))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        yield say(f"there is no proof; {AGAIN}, or deploy with --unproved")
        return
    if verdict != "proved":
        yield say(f"the proof says: {verdict}; {AGAIN}, or deploy with --unproved")
    now = {file: disk.digests.get(file, "") for file in proved}
    now |= {file: disk.digests[file] for file in disk.rules}
    now |= proved_besides(root)
    stale = sorted(file for file, digest in now.items() if proved.get(file) != digest)
    if stale:
        more = f" and {len(stale) - 1} more" if len(stale) > 1 else ""
        yield say(f"the proof is not of {stale[0]}{more}; {AGAIN}, or deploy with --unproved")


def _digests(proof: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Path and SHA-256 of every file that was proved."""
    for invariant in proof["invariants"].values():
        for part in invariant.values():
            if isinstance(part, Mapping) and "sha256" in part:
                yield part["file"], part["sha256"]
    yield from proof.get("files", {}).items()
