"""By name: every invariant, and every name that an alert has or ever had."""

from collections.abc import Iterator

from markupsafe import Markup

from driftbook import names
from driftbook.emit.artifact import Artifact
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.listing.rows import Listing
from driftbook.emit.pages.markdown import code
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.tables import table
from driftbook.model import Catalog, Invariant

FILES = "the catalog"


def emit(catalog: Catalog, evidence: Evidence) -> Iterator[Artifact]:
    """Two pages."""
    yield _invariants(catalog, evidence)
    yield _alerts(catalog)


def _invariants(catalog: Catalog, evidence: Evidence) -> Artifact:
    every = [i for _, i in sorted(catalog.invariants.items())]
    rows = Listing(catalog, evidence, "invariants").full(every)
    return page(
        "invariants",
        "index.md.j2",
        FILES,
        "Invariants",
        hide="toc",
        searched=False,
        intro="Every invariant, by name, with what each stage compares its signal with. The alert "
        "for a signal that has gone is left out.",
        sections=[{"rows": rows}],
    )


def _alerts(catalog: Catalog) -> Artifact:
    ref = references("alerts")
    found = sorted(_named(catalog), key=lambda entry: (entry[0].lower(), entry[0], entry[2]))
    return page(
        "alerts",
        "index.md.j2",
        FILES,
        "Alerts",
        hide="toc",
        searched=False,
        intro="Every name that an alert has, or once had, with the page to read.",
        sections=[
            {
                "rows": table(
                    ("alert", "page", "stages", "state"),
                    (
                        (
                            code(name),
                            ref(invariant.title, f"invariants/{invariant.name}"),
                            "" if invariant.lifecycle == "retired" else ", ".join(invariant.stages),
                            _state(catalog, invariant, old),
                        )
                        for name, invariant, old in found
                    ),
                )
            }
        ],
    )


def _named(catalog: Catalog) -> Iterator[tuple[str, Invariant, str]]:
    """Names of alerts with their invariants; the third is the old name of the invariant, or ""."""
    for name, invariant in catalog.invariants.items():
        yield names.alert(name), invariant, ""
        for old in catalog.old_names(invariant):
            yield names.alert(old), invariant, old


def _state(catalog: Catalog, invariant: Invariant, old: str) -> Markup | str:
    if old:
        return Markup("old name of ") + code(names.alert(invariant.name))
    successor = catalog.invariants.get(invariant.successor)
    if invariant.lifecycle == "retired" and successor:
        return Markup("retired for ") + code(names.alert(successor.name))
    return invariant.lifecycle
