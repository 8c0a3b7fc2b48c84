"""`driftbook deploy`: what would change at a target, and after a yes, the change."""

import gc
import sys
from pathlib import Path

import click
from rich.console import Console

from driftbook import pipeline
from driftbook.commands import deploy_text, findings
from driftbook.deploy import KINDS, ready
from driftbook.deploy.base import Job
from driftbook.deploy.change import stoppable
from driftbook.deploy.plan import Plan
from driftbook.diagnostics import nearest
from driftbook.errors import Exit, FatalError
from driftbook.model import Catalog
from driftbook.prove import compiled


def run(
    root: Path,
    console: Console,
    *,
    target: str,
    plan: bool = False,
    prune: bool = False,
    yes: bool = False,
    unproved: bool = False,
    format_: str = "text",
) -> int:
    """Exit status 0 when the target is as it should be; 1 when it is not, or must not be yet."""
    gc.enable()  # the command line turns it off for compiles; this one may wait for minutes
    checked = pipeline.check(root)
    if checked.catalog is None or not checked.ok:
        findings.show(checked, console)
        return Exit.FINDINGS
    _known(checked.catalog, target)
    disk = compiled.read(root)
    if faults := ready.faults(root, checked.catalog, disk, unproved):
        for fault in faults:
            console.print(f"{fault.file}: {fault.message} [{fault.check}]", markup=False)
        console.print("Nothing was deployed.", style="bold")
        return Exit.FINDINGS
    settings = checked.catalog.targets[target]
    job = Job(target, settings.settings, root, checked.catalog, disk, prune)
    deployer = KINDS[settings.kind]
    made = deployer.plan(job)
    if format_ == "json":
        print(deploy_text.as_json(target, made), end="")
    else:
        deploy_text.show(target, made, console)
    if not made.changes:
        return Exit.OK
    if plan:
        return Exit.FINDINGS
    if not yes and not _agreed(target, made):
        console.print("Nothing was changed.", style="bold")
        return Exit.FINDINGS
    with stoppable():
        deployer.apply(job, made, lambda text: _say(console, text))
    _say(console, f"{target} is as the catalog says.")
    return Exit.OK


def _known(catalog: Catalog, target: str) -> None:
    """Raises UsageError for a target that the catalog does not have, or that cannot be had yet."""
    if target not in catalog.targets:
        close = nearest(target, catalog.targets)
        known = f"it has {', '.join(sorted(catalog.targets))}" if catalog.targets else ""
        hint = close or known or "see `targets` in the reference of the catalog"
        raise click.UsageError(f'the catalog has no target "{target}"; {hint}')
    if catalog.targets[target].kind not in KINDS:
        kind = catalog.targets[target].kind
        raise FatalError(f"this driftbook cannot deploy to a target of the kind {kind}")


def _agreed(target: str, plan: Plan) -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked here: add --yes, or --plan to only look")
    return click.confirm(f"Bring {target} in line?", err=True)


def _say(console: Console, text: str) -> None:
    Console(stderr=True, no_color=console.no_color, highlight=False, soft_wrap=True).print(
        text, markup=False, style="dim"
    )
