"""`driftbook site`: compile, write the pages, build the HTML or serve it."""

from pathlib import Path

from rich.console import Console

from driftbook import names, pipeline, site
from driftbook.commands import findings
from driftbook.errors import Exit
from driftbook.model import Catalog
from driftbook.site.serve import serve as serve_site


def run(
    root: Path,
    console: Console,
    *,
    serve: bool = False,
    host: str = "127.0.0.1",
    port: int = 8000,
) -> int:
    """Builds into `site/html`, quietly; with serve, serves until interrupted."""

    def refresh() -> Catalog | None:
        checked = pipeline.check(root)
        findings.show(checked, console)
        if not checked.ok or checked.catalog is None:
            return None
        site.write_pages(root, checked.catalog)
        return checked.catalog

    if serve:
        address = f"http://{host}:{port}/"
        serve_site(root, host, port, refresh, lambda: console.print(f"serving on {address}"))
    catalog = refresh()
    if catalog is None:
        return Exit.FINDINGS
    for complaint in (complaints := site.build(root)):
        console.print(complaint, markup=False)
    if complaints:
        console.print(f"{names.SITE} is unchanged", style="dim")
        return Exit.FINDINGS
    return Exit.OK
