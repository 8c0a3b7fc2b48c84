"""`alerts.json`: where an alert's name leads, also one that is no longer raised."""

from typing import Any

from driftbook import names
from driftbook.emit.pages import words
from driftbook.model import Catalog, Invariant, StageName

VERSION = 1


def exported(catalog: Catalog) -> dict[str, Any]:
    """The whole document."""
    return {
        "$schema": "https://driftbook.dev/schema/alerts-export.schema.json",
        "version": VERSION,
        "title": catalog.title,
        "site_url": catalog.site_url,
        "external_labels": list(catalog.prometheus.external_labels),
        "alerts": alert_index(catalog),
    }


def alert_index(catalog: Catalog) -> dict[str, dict[str, Any]]:
    """Name of an alert -> what is known of it, by name; old and retired ones too.

    `state` is active, draft, retired or renamed; `successor` is the alert that took its place, or
    "". `page` is the address below the site.
    """
    found = {
        names.alert(i.name): _current(catalog, i) for _, i in sorted(catalog.invariants.items())
    }
    for _, invariant in sorted(catalog.invariants.items()):
        for old in catalog.old_names(invariant):
            found.setdefault(names.alert(old), _renamed(catalog, invariant))
    return dict(sorted(found.items()))


def _current(catalog: Catalog, invariant: Invariant) -> dict[str, Any]:
    live = invariant.lifecycle != "retired"
    stages = invariant.stages if live else ()
    successor = names.alert(invariant.successor) if invariant.successor else ""
    return {
        "state": invariant.lifecycle,
        **_known(invariant, successor),
        "labels": list(invariant.signal.identity),
        "old_names": [names.alert(old) for old in invariant.renamed_from],
        "stages": {stage: _stage(catalog, invariant, stage) for stage in stages},
    }


def _renamed(catalog: Catalog, invariant: Invariant) -> dict[str, Any]:
    known = _known(invariant, names.alert(invariant.name))
    return {"state": "renamed", **known, "labels": [], "old_names": [], "stages": {}}


def _known(invariant: Invariant, successor: str) -> dict[str, Any]:
    return {
        "title": invariant.title,
        "invariant": invariant.name,
        "page": names.page(invariant.name),
        "owner": invariant.owner.name,
        "service": invariant.service,
        "dataset": invariant.dataset.name,
        "tier": invariant.tier,
        "property": invariant.property,
        "successor": successor,
    }


def _stage(catalog: Catalog, invariant: Invariant, stage: StageName) -> dict[str, Any]:
    told = words.told(catalog, invariant, stage)
    return {
        "anchor": stage,
        "url": names.runbook_url(catalog.site_url, invariant.name, stage),
        "severity": told.severity,
        "receiver": told.receiver,
        "ways": list(told.ways),
        "hours": told.hours,
        "conditions": list(
            dict.fromkeys(c.kind for c in invariant.every_condition() if c.stage == stage)
        ),
    }
