"""Documents to model: references followed, defaults filled in, notations turned into numbers.

Total: whatever cannot be resolved is reported and left out, so that the checks that follow see
the rest of the catalog. It reads documents whose shape is right; `known` holds the names of all
documents, broken ones too, so that a reference to a broken one is not reported as unknown.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from driftbook.diagnostics import Diagnostic
from driftbook.document import Document
from driftbook.model import Catalog
from driftbook.resolve import governance, invariants, runbooks, scenarios
from driftbook.resolve.references import Names, Resolver, Unresolved
from driftbook.units import seconds


def resolve(
    documents: Sequence[Document],
    known: Names,
    base: Mapping[str, Any],
    recordings: Mapping[str, Mapping[str, str]],
) -> tuple[Catalog, list[Diagnostic]]:
    """The catalog, without what could not be resolved, and why it could not.

    base: the organisation's Alertmanager configuration. recordings: `samples` of scenarios ->
    series in promtool's notation. The first catalog document counts; there has to be one.
    """
    by_kind: dict[str, list[Document]] = {}
    for document in documents:
        by_kind.setdefault(document.kind, []).append(document)
    r = Resolver(known, recordings)
    head = by_kind["catalog"][0]
    r.evaluation_interval = seconds(head.data["prometheus"]["evaluation_interval"])
    builders = (
        ("team", r.teams, governance.team),
        ("runbook", r.runbooks, runbooks.runbook),
        ("remediation", r.remediations, runbooks.remediation),
        ("dataset", r.datasets, governance.dataset),
        ("invariant", r.invariants, invariants.invariant),
        ("scenario", r.scenarios, scenarios.scenario),
    )
    for kind, built, build in builders:
        for document in by_kind.get(kind, []):
            try:
                made = build(r, document)
            except Unresolved:
                continue
            cast(dict[str, Any], built).setdefault(document.name, made)
    return governance.catalog(r, head, base), r.found
