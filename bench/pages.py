"""What the site costs: milliseconds for each page, and how that grows with the catalog.

`python bench/pages.py` builds the sites of generated catalogs with nothing there and nothing
remembered: Markdown, pictures of stages, redirects, indexes, HTML and the index of the search.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

HERE = Path(__file__).parent
sys.path.append(str(HERE))

import catalogs  # noqa: E402  # beside this file, which is no package
import document  # noqa: E402
from bench import job  # noqa: E402
from driftbook import names  # noqa: E402

SIZES = (500, 2_000, 5_000)
JUDGED = 2_000
A_PAGE = 12.0
"""Milliseconds, on two cores."""
LINEAR = 1.1
"""Of what as many times the invariants may cost."""


@dataclass(frozen=True, slots=True)
class Built:
    """seconds: from the checked catalog to the built site. mebibytes: of it. pages: of Markdown.
    files: of HTML, which are the pages and the redirects of alerts."""

    invariants: int
    seconds: float
    mebibytes: float
    pages: int
    files: int

    @property
    def a_page(self) -> float:
        """Milliseconds."""
        return 1000 * self.seconds / self.pages


def built(root: Path, invariants: int) -> Built:
    """The site of a generated catalog, cold."""
    catalogs.write(root, invariants)
    spent = job("site", root)
    html = root / names.SITE
    size = sum(path.stat().st_size for path in html.rglob("*") if path.is_file())
    pages = len(list((root / names.PAGES).rglob("*.md")))
    files = len(list(html.rglob("*.html")))
    shutil.rmtree(root)
    return Built(invariants, spent["seconds"], size / 2**20, pages, files)


def table(found: list[Built]) -> Iterator[str]:
    """Rows of Markdown: what was built, then the claims."""
    yield "| invariants | pages | redirects | seconds | MiB | ms for each page |"
    yield "|---|---|---|---|---|---|"
    for one in found:
        counted = f"{one.invariants:,} | {one.pages:,} | {one.files - one.pages:,}"
        yield f"| {counted} | {one.seconds:.1f} | {one.mebibytes:.0f} | {one.a_page:.1f} |"
    yield ""
    yield "| claim | measured | at most | holds |"
    yield "|---|---|---|---|"
    for claim, measured, limit in claims(found):
        holds = "yes" if measured <= limit else "**no**"
        yield f"| {claim} | {measured:.2f} | {limit:.2f} | {holds} |"


def claims(found: list[Built]) -> Iterator[tuple[str, float, float]]:
    """What is claimed, what was measured, and the limit."""
    by = {one.invariants: one for one in found}
    yield f"{JUDGED:,} invariants: ms for each page", by[JUDGED].a_page, A_PAGE
    small, large = by[JUDGED], by[max(by)]
    times = large.invariants / small.invariants * LINEAR
    claim = f"{large.invariants:,} invariants against {small.invariants:,}: seconds"
    yield claim, large.seconds / small.seconds, times


@click.command()
@click.option("--markdown", type=click.Path(path_type=Path), help="Also write into a page.")
def main(markdown: Path | None) -> None:
    """Measure the site; fail where a claim does not hold."""
    found = []
    with tempfile.TemporaryDirectory(prefix="driftbook-pages-") as folder:
        for size in SIZES:
            print(f"building the site of {size} invariants …", flush=True)
            found.append(built(Path(folder, str(size)), size))
    lines = list(table(found))
    print("\n".join(lines))
    if markdown:
        text = (HERE / "pages.md").read_text()
        document.replace(markdown, text.format(table="\n".join(lines), cores=os.cpu_count()))
    sys.exit(any(measured > limit for _, measured, limit in claims(found)))


if __name__ == "__main__":
    main()
