"""What changed lately in the catalog: what, when, by whom and why, as git knows it."""

from collections.abc import Iterator

from driftbook.emit.artifact import Artifact
from driftbook.emit.pages.changes import about, few
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.listing.alphabet import FILES
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.tables import table
from driftbook.model import Catalog

MOST = 200
"""Changes on the page; the page of each invariant has all of its own."""


def emit(catalog: Catalog, evidence: Evidence) -> Iterator[Artifact]:
    """One page."""
    ref = references("changed")
    entries = evidence.history.recent(catalog, MOST)
    yield page(
        "changed",
        "changed.md.j2",
        FILES,
        "Recently changed",
        hide="toc",
        rows=table(
            ("when", "what", "change", "by", "why"),
            (
                (
                    entry.change.date,
                    about(entry, ref),
                    few(entry.change.what),
                    entry.change.author,
                    entry.change.why + " " + entry.change.commit[:9],
                )
                for entry in entries
            ),
        ),
        most=MOST if len(entries) == MOST else 0,
        begins=evidence.history.begins,
    )
