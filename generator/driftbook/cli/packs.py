"""`driftbook packs`: its commands and their options."""

from pathlib import Path
from typing import Any

import click

from driftbook.cli.options import formats, in_color, in_directory, run


@click.group()
def packs() -> None:
    """Signals of well-known systems, ready to be used by invariants."""


@packs.command(name="list")
@click.argument("words", nargs=-1, metavar="[WORD]...")
@formats("text", "json")
@in_color
@in_directory
def list_(directory: Path | None, color: str | None, **options: Any) -> None:
    """List the packs, or those in which all words occur, with the signals that match.

    Words are looked for in names, titles, systems, exporters and metrics.
    """
    run("packs_list", directory, color, **options)


@packs.command()
@click.argument("what", metavar="PACK[/SIGNAL]")
@formats("text", "json")
@in_color
@in_directory
def show(directory: Path | None, color: str | None, **options: Any) -> None:
    """Show a pack with its signals, or a signal with its caveats and an invariant to start from."""
    run("packs_show", directory, color, **options)


@packs.command(name="try")
@click.argument("words", nargs=-1, metavar="[PACK[/SIGNAL]]...")
@click.option("--url", metavar="URL", help="A Prometheus server, such as http://localhost:9090.")
@click.option(
    "--metrics",
    multiple=True,
    metavar="FILE|URL",
    help="A page of metrics as an exporter serves it; once for each server.",
)
@click.option("--timeout", default=30.0, show_default=True, help="Seconds to wait for an answer.")
@click.option("--dataset", default="", help="Dataset of the invariants that are printed.")
@click.option("--runbook", default="", help="Runbook of the invariants that are printed.")
@formats("text", "json")
@in_color
@in_directory
def try_(
    directory: Path | None,
    color: str | None,
    url: str | None,
    metrics: tuple[str, ...],
    **options: Any,
) -> None:
    """Find the signals that a server or a page can feed, what they read, and YAML to paste.

    Pages are given to a real Prometheus, which evaluates the signals; they show one moment, so what
    counts over time reads as if nothing had happened. A file is taken to be as old as it is on
    disk. Status 1 says that no signal can be fed.
    """
    if bool(url) == bool(metrics):
        raise click.UsageError("give either --url or --metrics")
    run("packs_try", directory, color, url=url or "", metrics=metrics, **options)
