"""What the "I was paged" box and the page for lost addresses know of the alerts.

A script and not JSON, because a page that is read from a file system may load nothing else. It is
loaded when someone asks, so it holds every alert, in few bytes.
"""

import json

from driftbook import names
from driftbook.emit.artifact import Artifact
from driftbook.model import STAGES, Catalog, Invariant

FILE = f"{names.PAGES}/assets/alert-names.js"


def known_alerts(catalog: Catalog) -> Artifact:
    """`assets/alert-names.js`; what its rows hold is told in `alert-reading.js`, which reads it."""
    identities: dict[tuple[str, ...], int] = {}
    rows = [
        _row(catalog, invariant, identities) for _, invariant in sorted(catalog.invariants.items())
    ]
    head = f'{{"external":{_json(catalog.prometheus.external_labels)}'
    lists = f'"identities":{_json(list(identities))}'
    lines = ",\n".join(rows)
    mark = f"/* {names.header(catalog.origin.file)} */"
    text = f'{mark}\nwindow.driftbookAlerts = {head},{lists},"alerts":[\n{lines}\n]}};\n'
    return Artifact(FILE, text)


def found_by(invariant: Invariant) -> tuple[str, ...]:
    """The names by which people search for it: of its alert and its own, now and before."""
    every = (invariant.name, *invariant.renamed_from)
    return tuple(found for name in every for found in (names.alert(name), name))


def living(catalog: Catalog, invariant: Invariant) -> Invariant | None:
    """Who took over in the end: successors may be retired themselves. None where nobody did."""
    seen = {invariant.name}
    heir = catalog.invariants.get(invariant.successor)
    while heir is not None and heir.lifecycle == "retired" and heir.name not in seen:
        seen.add(heir.name)
        heir = catalog.invariants.get(heir.successor)
    return heir if heir is not None and heir.lifecycle != "retired" else None


def _row(catalog: Catalog, invariant: Invariant, identities: dict[tuple[str, ...], int]) -> str:
    retired = invariant.lifecycle == "retired"
    heir = living(catalog, invariant) if retired else None
    stages = () if retired else invariant.stages
    return _json(
        [
            invariant.name,
            invariant.title,
            sum(1 << bit for bit, stage in enumerate(STAGES) if stage in stages),
            identities.setdefault(invariant.signal.identity, len(identities)),
            catalog.old_names(invariant),
            heir.name if heir else "",
        ]
    )


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
