"""Links to the files of the catalog."""

from markupsafe import Markup

from driftbook.emit.pages import words
from driftbook.emit.pages.markdown import link
from driftbook.model import Catalog


def source(catalog: Catalog, file: str) -> Markup:
    """A file of the catalog, linked to the repository."""
    return link(file, words.source_url(catalog.repo_url, file))
