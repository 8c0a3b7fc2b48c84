"""`driftbook site`: compile, write the pages, build the HTML or serve it."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from driftbook import names, pipeline, site
from driftbook.commands import findings
from driftbook.commands.progress import Progress
from driftbook.errors import Exit, FatalError
from driftbook.memo import Memo
from driftbook.pipeline import Checked
from driftbook.prove import engines
from driftbook.prove.engines import Engines
from driftbook.prove.pictures import Say, evaluated
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
        checked = _written(root, console, Memo(), engines.find(root), progress.say)
    if not checked.ok:
        return Exit.FINDINGS
    for complaint in (complaints := site.build(root)):
        console.print(complaint, markup=False)
    if complaints:
        console.print(f"{names.SITE} is unchanged", style="dim")
        return Exit.FINDINGS
    return Exit.OK


def _written(
    root: Path, console: Console, remembered: Memo, found: Engines | None, say: Say | None = None
) -> Checked:
    """The catalog, with its pages written where it has no errors.

    say: told of the progress of scenarios; without it they are left to another time.
    """
    checked = pipeline.check(root, remembered)
    findings.show(checked, console)
    if checked.ok and checked.catalog is not None:
        drawn = evaluated(root, checked.catalog, found, say)
        site.write_pages(root, checked.catalog, pictures=drawn)
    return checked


def _serve(root: Path, console: Console, host: str, port: int) -> None:
    """Until interrupted. A document that did not change is not read again."""
    from driftbook.site.serve import serve
    from driftbook.site.server import Finding, fault

    remembered, found_engines = Memo(), engines.find(root)

    def refresh() -> Sequence[Finding]:
        nonlocal remembered
        try:
            checked = _written(root, console, remembered, found_engines)
        except FatalError as wrong:
            console.print(f"{wrong}: {wrong.hint}", markup=False)
            return [fault(f"{wrong}\n{wrong.hint}".strip())]
        if checked.ok:  # what is remembered is not checked against its schema again
            remembered = Memo({document.file: document for document in checked.documents})
        found: Sequence[Finding] = report(checked.diagnostics, root)["diagnostics"]
        return () if checked.ok else found

    serve(root, host, port, refresh, lambda line: console.print(line, markup=False))
