"""What alerts say where they arrive: Alertmanager's templates, and the fields that name them.

The templates are Go templates that Alertmanager executes; they use nothing newer than 0.22. They
are put together here from pieces, because Go's templates cannot give a value back: what builds
a link is the same in each, with the escaping of its channel. The labels that mark a place come
from the catalog, so that a link carries those and nothing that relabelling added.
"""

from collections.abc import Iterable
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from driftbook import names
from driftbook.alerts import LINKS
from driftbook.emit.artifact import Artifact
from driftbook.emit.notifications.receivers import filled
from driftbook.model import Catalog

__all__ = ["artifact", "filled", "labels"]


def artifact(catalog: Catalog) -> Artifact:
    """The template file that the configuration names."""
    places = labels(catalog)
    links = [(kind.capitalize(), name) for kind, name in LINKS.items() if kind in catalog.links]
    template = _environment().get_template("driftbook.tmpl.j2")
    text = template.render(
        header=names.header(catalog.origin.file).replace("*/", "* /"),
        places=_any_of(places),
        silenced=_any_of(("alertname", "stage", *places)),
        links=links,
    )
    return Artifact(names.NOTIFICATIONS, text)


def labels(catalog: Catalog) -> tuple[str, ...]:
    """The labels that tell places apart: every identity, and the external labels; sorted."""
    identities = {label for i in catalog.compiled() for label in i.signal.identity}
    return tuple(sorted(identities.union(catalog.prometheus.external_labels)))


def _any_of(labels: Iterable[str]) -> str:
    """A regular expression for exactly these."""
    return f"^(?:{'|'.join(labels) or ' '})$"


@cache
def _environment() -> Environment:
    """Delimiters that Go's templates do not use."""
    return Environment(
        loader=PackageLoader("driftbook.emit.notifications"),
        undefined=StrictUndefined,
        autoescape=False,  # what is filled in are names of labels and words of ours
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<%=",
        variable_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
