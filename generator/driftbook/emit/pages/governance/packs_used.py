"""The packs whose signals this catalog uses, and by which invariants."""

from collections.abc import Iterator

from driftbook import packs
from driftbook.emit.artifact import Artifact
from driftbook.emit.pages import lookup
from driftbook.emit.pages.listing.alphabet import FILES
from driftbook.emit.pages.markdown import code
from driftbook.emit.pages.measured import versions
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.tables import table
from driftbook.model import Catalog, Invariant

PLACE = "packs"


def emit(catalog: Catalog) -> Iterator[Artifact]:
    """One page: packs, then the invariants by signal."""
    used = [i for i in catalog.compiled() if i.signal.used]
    own = [i for i in catalog.compiled() if not i.signal.used]
    by_pack: dict[str, list[Invariant]] = {}
    for invariant in sorted(used, key=lambda i: (i.signal.used, i.name)):
        by_pack.setdefault(packs.signal(invariant.signal.used).pack, []).append(invariant)
    ref, signal = references(PLACE), lookup.signal(PLACE)
    yield page(
        PLACE,
        "packs_used.md.j2",
        FILES,
        "Packs in use",
        hide="toc",
        packs=table(
            ("pack", "exporter", "signals", "invariants"),
            (
                (
                    lookup.pack(PLACE, name),
                    code(packs.load(name).exporter),
                    len({i.signal.used for i in mine}),
                    len(mine),
                )
                for name, mine in sorted(by_pack.items())
            ),
        ),
        signals=table(
            ("signal", "invariant", "exporter, versions"),
            (
                (
                    signal(i.signal.used),
                    ref(i.title, f"invariants/{i.name}"),
                    versions(packs.load(packs.signal(i.signal.used).pack), i.signal),
                )
                for mine in by_pack.values()
                for i in mine
            ),
        ),
        own=len(own),
        used=len(used),
    )
