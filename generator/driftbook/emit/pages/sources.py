"""Links to the files of the catalog."""

from urllib.parse import quote

from markupsafe import Markup

from driftbook.emit.pages import words
from driftbook.emit.pages.markdown import link
from driftbook.model import Catalog

FILE = "{file}"
"""Stands in `edit_url` for the path of a file."""


def source(catalog: Catalog, file: str, line: int = 0) -> Markup:
    """A file of the catalog, linked to the repository. line: from 1, 0 for none."""
    url = words.source_url(catalog.repo_url, file)
    if not line:
        return link(file, url)
    return link(f"{file}:{line}", f"{url}#L{line}" if url else "")


def edit(catalog: Catalog, file: str) -> Markup:
    """A link to the form in which the file is edited, "" where nobody said where that is."""
    url = catalog.edit_url.replace(FILE, quote(file))
    return link("Edit", url) if url else Markup("")
