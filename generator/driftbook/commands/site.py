"""`driftbook site`: compile, write the pages, build the HTML or serve it."""

from collections.abc import Iterable, Iterator, Sequence, Set
from pathlib import Path

from rich.console import Console

from driftbook import names, pipeline, site
from driftbook.commands import findings
from driftbook.commands.progress import Progress
from driftbook.document import Document
from driftbook.errors import Exit, FatalError
from driftbook.memo import Memo
from driftbook.prove import engines
from driftbook.prove.pictures import evaluated
from driftbook.report.json import report


def run(
    root: Path,
    console: Console,
    *,
    serve: bool = False,
    host: str = "127.0.0.1",
    port: int = 8000,
) -> int:
    """Builds into `site/html`, quietly; with serve, serves until interrupted."""
    if serve:
        _serve(root, console, host, port)
    with Progress(console) as progress:
        checked = pipeline.check(root)
        findings.show(checked, console)
        if not checked.ok or checked.catalog is None:
            return Exit.FINDINGS
        drawn = evaluated(root, checked.catalog, engines.find(root), progress.say)
        site.write_pages(root, checked.catalog, pictures=drawn)
    for complaint in (complaints := site.build(root)):
        console.print(complaint, markup=False)
    if complaints:
        console.print(f"{names.SITE} is unchanged", style="dim")
        return Exit.FINDINGS
    return Exit.OK


def _serve(root: Path, console: Console, host: str, port: int) -> None:
    """Until interrupted. A document that did not change is not read again."""
    from driftbook.site.serve import serve
    from driftbook.site.server import Finding, fault

    remembered, found_engines = Memo(), engines.find(root)

    def refresh(looked_at: Set[str]) -> Iterator[Sequence[Finding]]:
        nonlocal remembered
        try:
            checked = pipeline.check(root, remembered)
            findings.show(checked, console)
            if not checked.ok or checked.catalog is None:
                yield report(checked.diagnostics, root)["diagnostics"]
                return
            same = _named(checked.documents) == _named(remembered.documents.values())
            # What is remembered is not checked against its schema again.
            remembered = Memo({document.file: document for document in checked.documents})
            drawn = evaluated(root, checked.catalog, found_engines, None)
            early = sorted(looked_at & checked.catalog.invariants.keys())
            if early and same:  # else a page may link to one that is not there yet
                site.write_invariants(root, checked.catalog, early, drawn)
                yield ()
            site.write_pages(root, checked.catalog, pictures=drawn, mapped=map)
            yield ()
        except FatalError as wrong:
            console.print(f"{wrong}: {wrong.hint}", markup=False)
            yield [fault(f"{wrong}\n{wrong.hint}".strip())]

    serve(root, host, port, refresh, lambda line: console.print(line, markup=False))


def _named(documents: Iterable[Document]) -> set[tuple[str, str]]:
    """What pages there are of."""
    return {(document.kind, document.name) for document in documents}
