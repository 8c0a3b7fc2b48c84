"""`driftbook build`: compile, write, prove, build the site; or check that nothing differs."""

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from driftbook import memo, names, pipeline, site, write
from driftbook.commands import findings
from driftbook.commands.progress import Progress
from driftbook.emit.artifact import Artifact
from driftbook.errors import Exit, FatalError
from driftbook.model import Catalog
from driftbook.prove import engines as engine_folder
from driftbook.prove import pictures
from driftbook.prove import proof as proofs
from driftbook.prove.engines import Engines
from driftbook.prove.finding import Finding
from driftbook.prove.proof import Proof


def run(
    root: Path,
    console: Console,
    *,
    check: bool = False,
    require_engines: bool = False,
    no_site: bool = False,
    format_: str = "text",
) -> int:
    """Exit status 0 when everything holds that could be proved."""
    engines = engine_folder.require(root) if require_engines else engine_folder.find(root)
    remembered = memo.Memo() if check else memo.load(root)
    checked = pipeline.check(root, remembered)
    if not checked.ok or checked.catalog is None:
        findings.show(checked, console, format_)
        return Exit.FINDINGS
    with Progress(console, quiet=format_ != "text") as progress:
        progress.say("compiling", 0, 1)
        artifacts: Iterable[Artifact] | None = None
        if check:
            artifacts = pipeline.compile_rules(checked.catalog)
        else:
            pipeline.write_rules(checked, remembered)
        proof = proofs.prove(root, checked.catalog, artifacts, engines, progress.say)
        if not no_site:
            proof = _site(root, checked.catalog, proof, engines, progress)
        proof = _keep(root, proof, check, partial=no_site or engines is None)
    found = [*checked.diagnostics, *findings.from_proof(proof.findings)]
    if format_ == "text":
        findings.show(checked, console)
        _tell(console, checked.catalog, proof, no_site)
        if engines is None:
            console.print(f"Not proved: {engine_folder.lacking(root)}", markup=False)
            console.print("`driftbook engines` fetches them.", style="dim")
    else:
        findings.write(found, root, console, format_)
    return Exit.FINDINGS if proof.findings else Exit.OK


def _site(
    root: Path, catalog: Catalog, proof: Proof, engines: Engines | None, progress: Progress
) -> Proof:
    """Pages and HTML, then the links into them. Pages and HTML are not committed output."""
    drawn = pictures.evaluated(root, catalog, engines, progress.say)
    progress.say("building the site", 0, 1)
    site.write_pages(root, catalog, proof.data(), drawn)
    complaints = site.build(root, only_if_changed=True)
    if complaints:
        raise FatalError("MkDocs cannot build the site:\n  " + "\n  ".join(complaints))
    progress.say("following links", 0, 1)
    return proofs.with_links(proof, root, catalog)


def _keep(root: Path, proof: Proof, check: bool, partial: bool) -> Proof:
    """Writes `rules/proof.json`, or compares it; a partial proof never replaces a whole one."""
    if partial and (root / names.PROOF).exists():
        return proof
    if not check:
        write.write(root, [proof.artifact()], ())
    elif proofs.kept(root) != proof.data(engines=False):
        message = "differs from what is proved now; run `driftbook build` and commit the result"
        return proofs.with_finding(proof, Finding("drift", message, names.PROOF))
    return proof


def _tell(console: Console, catalog: Catalog, proof: Proof, no_site: bool) -> None:
    for finding in proof.findings:
        where = f"{finding.file}: " if finding.file else ""
        console.print(f"[bold red]{finding.check}[/]: ", end="")
        console.print(f"{where}{finding.message}", markup=False)
        if finding.detail:
            console.print(finding.detail, markup=False, style="dim")
    console.print(proof.table())
    count = len(catalog.compiled())
    console.print(f"{count} invariants: {proof.data()['verdict']}", style="bold")
    if no_site:
        console.print("Links were not followed, because the site was not built.", style="dim")
