"""What changed lately in the catalog: what, when, by whom and why, as git knows it."""

from collections.abc import Iterator

from markupsafe import Markup

from driftbook.emit.artifact import Artifact
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.listing.alphabet import FILES
from driftbook.emit.pages.markdown import code, text
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.related import Ref
from driftbook.emit.pages.tables import table
from driftbook.history import Entry
from driftbook.model import Catalog

MOST = 200
"""Changes on the page; the page of each invariant has all of its own."""
SHOWN = 6
"""Differences of one change; a large rewrite is for git to show."""


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
                    _what(catalog, entry, ref),
                    _differences(entry.change.what),
                    entry.change.author,
                    entry.change.why + " " + entry.change.commit[:9],
                )
                for entry in entries
            ),
        ),
        most=MOST if len(entries) == MOST else 0,
        begins=evidence.history.begins,
    )


def _what(catalog: Catalog, entry: Entry, ref: Ref) -> Markup:
    """The definition, linked where it has a page."""
    shown = code(entry.name)
    if entry.gone or entry.kind not in PAGES:
        return text(entry.kind) + Markup(" ") + shown
    return text(entry.kind) + Markup(" ") + ref(shown, f"{PAGES[entry.kind]}/{entry.name}")


PAGES = {
    "team": "teams",
    "dataset": "datasets",
    "invariant": "invariants",
    "runbook": "runbooks",
    "remediation": "remediations",
    "scenario": "scenarios",
}


def _differences(what: tuple[str, ...]) -> Markup:
    lines = [text(line) for line in what[:SHOWN]]
    if len(what) > SHOWN:
        lines.append(text(f"and {len(what) - SHOWN} more"))
    return Markup("<br>").join(lines)
