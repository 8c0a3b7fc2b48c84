"""The page that says what was proved."""

from collections.abc import Iterator

from driftbook import names
from driftbook.emit.artifact import Artifact
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.page import page, references
from driftbook.model import Catalog


def emit(catalog: Catalog, evidence: Evidence) -> Iterator[Artifact]:
    """The one page."""
    yield _proof(catalog, evidence)


def _proof(catalog: Catalog, evidence: Evidence) -> Artifact:
    ref = references("proof")
    rows = [
        {
            "link": ref(invariant.name, f"invariants/{invariant.name}"),
            "tests": tests,
            "stages": "; ".join(
                f"{stage} {count['fires']} and {count['silent']}" for stage, count in stages.items()
            ),
            "verdict": verdict,
        }
        for invariant, verdict, tests, stages in evidence.counts(catalog)
    ]
    return page(
        "proof",
        "proof.md.j2",
        names.PROOF,
        "Proof",
        engines=[f"{name} {version}" for name, version in evidence.engines()],
        checks=list(evidence.checks()),
        rows=rows,
    )
