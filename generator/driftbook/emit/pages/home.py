"""The front page: from a page in the night to the right one here, and to every index."""

from collections.abc import Iterator
from urllib.parse import quote

from markupsafe import Markup

from driftbook import names
from driftbook.emit.artifact import Artifact
from driftbook.emit.pages.landing import known_alerts
from driftbook.emit.pages.markdown import link
from driftbook.emit.pages.page import page, references
from driftbook.model import Catalog


def emit(catalog: Catalog) -> Iterator[Artifact]:
    """The page, and what its box knows of the alerts."""
    yield _home(catalog)
    yield known_alerts(catalog)


def _home(catalog: Catalog) -> Artifact:
    ref = references("")
    counts = {
        "invariant": len(catalog.compiled()),
        "dataset": len(catalog.datasets),
        "team": len(catalog.teams),
        "runbook": len(catalog.runbooks),
        "scenario": len(catalog.scenarios),
    }
    made = [ref(f"{n} {noun}{'' if n == 1 else 's'}", f"{noun}s") for noun, n in counts.items()]
    return page(
        "",
        "home.md.j2",
        catalog.origin.file,
        catalog.title,
        catalog=catalog,
        counts=made,
        firing=list(_firing(catalog)),
    )


def _firing(catalog: Catalog) -> Iterator[Markup]:
    """Where one sees what fires now, as far as the catalog says where these are."""
    matchers = quote(f"{{{names.ROOT_MATCHER}}}", safe="")
    if base := catalog.alertmanager.external_url.rstrip("/"):
        yield link("Alertmanager", f"{base}/#/alerts?filter={matchers}")
    if base := catalog.prometheus.external_url.rstrip("/"):
        query = quote(f'ALERTS{{alertstate="firing",{names.ROOT_MATCHER}}}', safe="")
        yield link("Prometheus", f"{base}/graph?g0.expr={query}&g0.tab=1")
        yield link("Prometheus, with those that are pending", f"{base}/alerts")
