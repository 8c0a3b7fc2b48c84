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
    with findings.told(format_):
        if format_ == "json" and not (yes or plan):
            raise click.UsageError("--format json asks nobody: add --yes, or --plan to only look")
        looked = _looked(root, console, target, prune, unproved, format_)
    if looked is None:
        return Exit.FINDINGS
    job, made = looked
    if plan or not made.changes:
        _show(target, made, console, format_)
        return Exit.FINDINGS if made.changes else Exit.OK
    if format_ != "json":
        _show(target, made, console, format_)
    if not yes and not _agreed(target):
        console.print("Nothing was changed.", style="bold")
        return Exit.FINDINGS
    with findings.told(format_), stoppable():
        KINDS[job.catalog.targets[target].kind].apply(job, made, lambda text: _say(console, text))
    if format_ == "json":  # only now: where it fails, the fault is all of the output
        _show(target, made, console, format_)
    if made.start:
        _started(console, target, made)
    else:
        _say(console, f"{target} is as the catalog says.")
    return Exit.OK


def _looked(
    root: Path, console: Console, target: str, prune: bool, unproved: bool, format_: str
) -> tuple[Job, Plan] | None:
    """What is to be deployed, and the plan; None where it must not be, which is said."""
    checked = pipeline.check(root)
    if checked.catalog is None or not checked.ok:
        findings.show(checked, console, format_)
        return None
    _known(checked.catalog, target)
    job = _job(root, checked.catalog, target, prune)
    if not _ready(job, console, unproved, format_):
        return None
    return job, KINDS[checked.catalog.targets[target].kind].plan(job)


def _started(console: Console, target: str, made: Plan) -> None:
    """What is left to a person after a first deployment."""
    _say(console, f"The files of {target} are there, and nothing was read back: no server answers.")
    _say(console, f"Start it:\n  {made.start}")
    _say(console, f"Then `driftbook deploy {target} --plan` asks it what it runs.")


def _ready(job: Job, console: Console, unproved: bool, format_: str) -> bool:
    """Whether the compiled output may be deployed; says what speaks against it."""
    faults = ready.faults(job.root, job.catalog, job.disk, unproved)
    if faults and format_ == "json":
        findings.write(findings.from_proof(faults), job.root, console, format_)
        return False
    for fault in faults:
        console.print(f"{fault.file}: {fault.message} [{fault.check}]", markup=False)
    if faults:
        console.print("Nothing was deployed.", style="bold")
    return not faults


def _job(root: Path, catalog: Catalog, target: str, prune: bool) -> Job:
    settings = catalog.targets[target].settings
    return Job(target, settings, root, catalog, compiled.read(root, tests=False), prune)


def _show(target: str, plan: Plan, console: Console, format_: str) -> None:
    if format_ == "json":
        print(deploy_text.as_json(target, plan), end="")
    else:
        deploy_text.show(target, plan, console)


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


def _agreed(target: str) -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked here: add --yes, or --plan to only look")
    return click.confirm(f"Bring {target} in line?", err=True)


def _say(console: Console, text: str) -> None:
    Console(stderr=True, no_color=console.no_color, highlight=False, soft_wrap=True).print(
        text, markup=False, style="dim"
    )
