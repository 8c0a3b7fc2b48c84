"""What the site costs: milliseconds for each page, and how that grows with the catalog.

`python bench/pages.py` builds the sites of generated catalogs with nothing there and nothing
remembered: Markdown, pictures of stages, redirects, indexes, HTML and the index of the search.
Beside them MkDocs builds short pages on its own, which says how fast the machine is.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

HERE = Path(__file__).parent
sys.path.append(str(HERE))

import catalogs  # noqa: E402  # beside this file, which is no package
import document  # noqa: E402
from bench import job  # noqa: E402
from driftbook import names, site  # noqa: E402

SIZES = (500, 2_000, 5_000)
JUDGED = 2_000
SHORT = 2_000
"""Pages that MkDocs builds on its own."""
A_PAGE = 12 / 8.3
"""Of a short page: 12 ms, where MkDocs needs 16.6 s for 2,000 short pages on one core."""
LINEAR = 1.1
"""Of what as many times the invariants may cost."""


TITLES = ("Meaning", "Impact", "Early", "Mid", "Late", "Diagnosis", "Mitigation")
SECTION = """\
## {title}

A replica of the cart is behind the region that took the write, and shoppers see what they saw
before. It grows while the link is slow, and falls by itself when the link is as it was.

- Look at the link first: is it one region pair, or are they all behind?
- Then at the writers: has somebody deployed, or moved a shard?

```promql
max by (region) (replication_lag_seconds{{shard="{number}"}}) > 10
```

"""
TABLE = "| stage | bound | for |\n|---|---|---|\n| early | 10 | 5m |\n| mid | 20 | 5m |\n"
CONFIGURATION = """\
site_name: Runbooks
theme: {name: material, font: false}
nav: [index.md]
not_in_nav: /runbooks/*
markdown_extensions:
  - tables
  - toc: {permalink: true}
  - pymdownx.highlight: {use_pygments: false}
  - pymdownx.superfences
"""


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
    return Built(invariants, spent["seconds"], size / 2**20, pages, files)


def short(folder: Path) -> float:
    """Milliseconds of MkDocs for each page of a site of short ones with a small navigation."""
    pages = folder / "docs/runbooks"
    pages.mkdir(parents=True)
    (folder / "docs/index.md").write_text("# Home\n")
    (folder / "mkdocs.yml").write_text(CONFIGURATION)
    for number in range(SHORT):
        sections = "".join(SECTION.format(title=title, number=number) for title in TITLES)
        (pages / f"{number}.md").write_text(f"# Runbook {number}\n\n{sections}{TABLE}")
    start = time.perf_counter()
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    subprocess.run(command, cwd=folder, env=site.environment(), check=True)
    return 1000 * (time.perf_counter() - start) / SHORT


def table(found: list[Built], yardstick: float) -> Iterator[str]:
    """Rows of Markdown: what was built, then the claims."""
    yield "| invariants | pages | redirects | seconds | MiB | ms for each page |"
    yield "|---|---|---|---|---|---|"
    for one in found:
        counted = f"{one.invariants:,} | {one.pages:,} | {one.files - one.pages:,}"
        yield f"| {counted} | {one.seconds:.1f} | {one.mebibytes:.0f} | {one.a_page:.1f} |"
    yield f"| MkDocs alone, short pages | {SHORT:,} | | | | {yardstick:.1f} |"
    yield ""
    yield "| claim | measured | at most | holds |"
    yield "|---|---|---|---|"
    for claim, measured, limit in claims(found, yardstick):
        holds = "yes" if measured <= limit else "**no**"
        yield f"| {claim} | {measured:.2f} | {limit:.2f} | {holds} |"


def claims(found: list[Built], yardstick: float) -> Iterator[tuple[str, float, float]]:
    """What is claimed, what was measured, and the limit. yardstick: ms of a short page."""
    by = {one.invariants: one for one in found}
    claim = f"{JUDGED:,} invariants: a page, of what a short one costs MkDocs alone"
    yield claim, by[JUDGED].a_page / yardstick, A_PAGE
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
        yardsticks = [short(Path(folder, "short"))]
        for size in SIZES:
            print(f"building the site of {size} invariants …", flush=True)
            found.append(built(Path(folder, str(size)), size))
        yardsticks.append(short(Path(folder, "short again")))
    yardstick = statistics.mean(yardsticks)
    lines = list(table(found, yardstick))
    print("\n".join(lines))
    if markdown:
        text = (HERE / "pages.md").read_text()
        document.replace(markdown, text.format(table="\n".join(lines), cores=os.cpu_count()))
    sys.exit(any(measured > limit for _, measured, limit in claims(found, yardstick)))


if __name__ == "__main__":
    main()
