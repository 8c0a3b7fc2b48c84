"""Alerts that are not of the catalog, and what may not happen to them.

- One without an invariant, or with an invariant of nobody whom the catalog knows, is left to the
  organisation's routes, even if it has labels like ours.
- One of a known owner at a stage that is not known (rules newer than the routes) reaches the
  owner's late receiver.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from driftbook import conditions, names
from driftbook.model import STAGES, Catalog
from driftbook.prove.finding import Finding

Labels = Mapping[str, str]
Got = Callable[[Labels], Mapping[str, Any] | None]
"""An alert as Alertmanager answers, by its labels."""
_NAME = "NotOfDriftbook"


def raised(catalog: Catalog) -> list[Labels]:
    """All of them, to be posted beside the catalog's own."""
    return [*_unmarked(), *_foreign(), *_unknown_stages(catalog)]


def judge(catalog: Catalog, got: Got) -> Iterator[Finding]:
    """What happens to them and should not."""
    file = names.ALERTMANAGER
    for labels in [*_unmarked(), *_foreign()]:
        alert = got(labels)
        ours = [name for name in _receivers(alert) if name.startswith("driftbook-")]
        what = "of an unknown owner" if "invariant" in labels else "without an invariant"
        if ours:
            yield Finding("routing", f"an alert {what} goes to {ours[0]}", file)
        if alert and alert["status"]["inhibitedBy"]:
            yield Finding("inhibition", f"alerts {what} hide each other", file)
    for labels in _unknown_stages(catalog):
        receivers, late = _receivers(got(labels)), f"driftbook-{labels['owner']}-late"
        if receivers != [late]:
            whose = f"an alert of {labels['owner']} at an unknown stage"
            message = f"{whose} goes to {', '.join(receivers) or 'nobody'} and not to {late}"
            yield Finding("routing", message, file)


def _receivers(alert: Mapping[str, Any] | None) -> list[str]:
    return [receiver["name"] for receiver in alert["receivers"]] if alert else []


def _unmarked() -> Iterator[Labels]:
    for stage in STAGES:
        for kind in conditions.CONDITIONS:
            yield {"alertname": _NAME, "stage": stage, "condition": kind}


def _foreign() -> Iterator[Labels]:
    """Each with an invariant of its own: the rules of inhibition go by it."""
    for stage in STAGES:
        yield {"alertname": _NAME, "invariant": f"theirs-{stage}", "stage": stage}
        yield {"alertname": _NAME, "invariant": f"x-{stage}", "stage": stage, "owner": "no-team"}


def _unknown_stages(catalog: Catalog) -> Iterator[Labels]:
    for owner in sorted({i.owner.name for i in catalog.compiled()}):
        yield {"alertname": _NAME, "invariant": f"of-{owner}", "owner": owner, "stage": "later"}
