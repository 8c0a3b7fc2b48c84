"""Options that commands share, and the way from the command line to `driftbook.commands`."""

import gc
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console

F = TypeVar("F", bound=Callable[..., Any])
COLORS = {"auto": None, "always": True, "never": False}


def in_directory(function: F) -> F:
    """The option `-C`."""
    return click.option(
        "-C",
        "directory",
        metavar="DIR",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Work on the catalog in DIR instead of the current folder.",
    )(function)


def in_color(function: F) -> F:
    """The option `--color`."""
    return click.option(
        "--color",
        type=click.Choice(list(COLORS)),
        help="Colours: auto (the default: on a terminal), always or never.",
    )(function)


def formats(*kinds: str) -> Callable[[F], F]:
    """The option `--format` with these choices, the first by default."""

    def decorated(function: F) -> F:
        option = click.option(
            "--format",
            "format_",
            type=click.Choice(kinds),
            default=kinds[0],
            show_default=True,
            help="How findings are written: text for people, json (its schema is published)"
            + (", github (workflow annotations)." if "github" in kinds else "."),
        )
        return option(function)

    return decorated


def run(command: str, directory: Path | None, color: str | None, **options: Any) -> None:
    """Calls `commands.<command>.run(root, console, …)` and exits with what it returns."""
    given = click.get_current_context().find_root().obj
    root = (directory or given["directory"] or Path()).resolve()
    colored = COLORS[color or given["color"] or "auto"]
    console = Console(
        force_terminal=colored if colored else None,
        no_color=colored is False or None,
        highlight=False,
        soft_wrap=True,
    )
    if not options.get("serve"):
        # A compile makes millions of small values and no cycles worth mentioning; looking for
        # them takes a quarter of its time, and the process ends when it is done.
        gc.disable()
    module = import_module(f"driftbook.commands.{command}")
    sys.exit(module.run(root, console, **options))
