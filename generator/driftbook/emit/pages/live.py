"""Where to look while it happens: Prometheus, Alertmanager, and the links of the catalog."""

from collections.abc import Iterator
from urllib.parse import quote

from markupsafe import Markup

from driftbook import names
from driftbook.alerts import Alert
from driftbook.emit.pages import words
from driftbook.emit.pages.markdown import link
from driftbook.model import Catalog, Invariant

_LINKS = {"dashboard_url": "Dashboard", "traces_url": "Traces", "logs_url": "Logs"}
RANGE = "6h"
"""How far back a graph looks."""


def links(catalog: Catalog, invariant: Invariant, plan: tuple[Alert, ...]) -> list[Markup]:
    """Links out of the page, those that answer `what is it now?` first.

    A script adds labels of the alert to the query, to the alerts and to the silence; it knows the
    three by their addresses.
    """
    return [link(label, url) for label, url in _addresses(catalog, invariant, plan) if url]


def _addresses(
    catalog: Catalog, invariant: Invariant, plan: tuple[Alert, ...]
) -> Iterator[tuple[str, str]]:
    yield "Graph", graph(catalog, signal(invariant))
    annotations = plan[0].annotations if plan else {}
    for key, label in _LINKS.items():
        yield label, words.static(annotations.get(key, ""))
    yield "Alerts", _alertmanager(catalog, invariant, "alerts")
    yield "Silence", _alertmanager(catalog, invariant, "silences/new")


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
