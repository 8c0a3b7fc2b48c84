"""Stubs that lead from an alert's name, or an old name, to an invariant's page.

They are HTML files of their own, because redirect plugins drop the query string and the anchor.
"""

from collections.abc import Iterator
from html import escape

from driftbook import names
from driftbook.emit.artifact import Artifact
from driftbook.model import Catalog, Invariant

_STUB = """\
<!-- {mark} -->
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<script>
var page = "../../invariants/{name}/" + (location.protocol === "file:" ? "index.html" : "");
location.replace(page + location.search + location.hash);
</script>
<noscript><meta http-equiv="refresh" content="0; url=../../invariants/{name}/index.html"></noscript>
</head>
<body>
<p>{title}: <a href="../../invariants/{name}/index.html">go to the page of this alert</a>.</p>
</body>
</html>
"""


def emit(catalog: Catalog) -> Iterator[Artifact]:
    """For every invariant, retired ones too: its alert, and page and alert of its old names."""
    for _, invariant in sorted(catalog.invariants.items()):
        yield _stub(names.alert_page(names.alert(invariant.name)), invariant)
        for old in catalog.old_names(invariant):
            yield _stub(names.alert_page(names.alert(old)), invariant)
            yield _stub(names.page(old), invariant)


def _stub(place: str, invariant: Invariant) -> Artifact:
    mark = names.header(invariant.origin.file).replace("--", "- -")
    title = escape(f"{place.strip('/').split('/')[-1]}: {invariant.title}")
    return Artifact(
        f"{names.PAGES}/{place}index.html",
        _STUB.format(mark=mark, title=title, name=invariant.name),
    )
