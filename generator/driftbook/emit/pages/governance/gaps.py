"""Every weak spot of the catalog, by owner."""

from collections.abc import Iterator, Sequence

from driftbook.emit.artifact import Artifact
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.governance import weak
from driftbook.emit.pages.governance.weak import Weakness
from driftbook.emit.pages.listing.alphabet import FILES
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.tables import table
from driftbook.model import Catalog


def emit(catalog: Catalog, evidence: Evidence, found: Sequence[Weakness]) -> Iterator[Artifact]:
    """One page: counts by owner, then all."""
    ref = references("gaps")
    owners = [team for _, team in sorted(catalog.teams.items())]
    used = [kind for kind in weak.KINDS if any(w.kind == kind for w in found)]
    counts = {(team.name, kind): 0 for team in owners for kind in weak.KINDS}
    for w in found:
        counts[w.owner.name, w.kind] += 1
    yield page(
        "gaps",
        "gaps.md.j2",
        FILES,
        "Weak spots",
        hide="toc",
        searched=False,
        owners=table(
            ("owner", *(weak.SHORT[kind] for kind in used), "all"),
            (
                (
                    ref(team.title, f"teams/{team.name}", "weak"),
                    *(counts[team.name, kind] or "" for kind in used),
                    sum(counts[team.name, kind] for kind in used),
                )
                for team in owners
            ),
        ),
        kinds=[(weak.SHORT[kind], weak.KINDS[kind]) for kind in used],
        rows=weak.listed(found, "gaps", owner=True),
        proved=evidence.proof is not None,
    )
