"""Where to look while it happens: Prometheus, Alertmanager, and the links of the catalog."""

from collections.abc import Iterator
from urllib.parse import quote

from markupsafe import Markup

from driftbook import names
from driftbook.alerts import Alert
from driftbook.emit.pages.addresses import page_address
from driftbook.emit.pages.markdown import attribute, href, link
from driftbook.model import Catalog, Invariant

_LINKS = {"dashboard_url": "Dashboard", "traces_url": "Traces", "logs_url": "Logs"}
RANGE = "6h"
"""How far back a graph looks."""


def links(catalog: Catalog, invariant: Invariant, plan: tuple[Alert, ...]) -> list[Markup]:
    """Links out of the page, those that answer `what is it now?` first.

    A script adds labels of the alert to the query, to the alerts and to the silence; it knows the
    three by their addresses, and those of the catalog by what they would be with labels.
    """
    asked = graph(catalog, signal(invariant))
    alerts = _alertmanager(catalog, invariant, "alerts")
    silence = _alertmanager(catalog, invariant, "silences/new")
    return [
        *([link("Graph", asked)] if asked else []),
        *_of_catalog(catalog, invariant, plan),
        *([link("Alerts", alerts), link("Silence", silence)] if alerts else []),
    ]


def _of_catalog(
    catalog: Catalog, invariant: Invariant, plan: tuple[Alert, ...]
) -> Iterator[Markup]:
    if not plan:
        return
    first, *others = plan
    constants = {
        name: value
        for name, value in first.labels.items()
        if all(other.labels.get(name) == value for other in others)
    }
    varying = {*invariant.signal.identity, *catalog.prometheus.external_labels}
    for key, label in _LINKS.items():
        bare, filled = page_address(first.annotations.get(key, ""), constants, varying)
        if bare:
            more = Markup('{{: data-filled="{}" }}').format(attribute(href(filled)))
            yield link(label, bare) + (more if filled else Markup(""))


def signal(invariant: Invariant) -> str:
    """The recorded signal, as a query."""
    return f'{names.SIGNAL}{{invariant="{invariant.name}"}}'


def graph(catalog: Catalog, query: str) -> str:
    """A query in Prometheus, or "" where nobody said where that is.

    Prometheus 3 understands the addresses of Prometheus 2.
    """
    base = catalog.prometheus.external_url.rstrip("/")
    asked = f"g0.expr={quote(query, safe='')}&g0.tab=0&g0.range_input={RANGE}"
    return f"{base}/graph?{asked}" if base else ""


def _alertmanager(catalog: Catalog, invariant: Invariant, view: str) -> str:
    base = catalog.alertmanager.external_url.rstrip("/")
    matchers = f'{{alertname="{names.alert(invariant.name)}"}}'
    return f"{base}/#/{view}?filter={quote(matchers, safe='')}" if base else ""
