"""The command line: options, one error boundary, exit codes. The work is in `commands`.

Commands are imported when they are called, so that `--help` and completion answer at once.
"""

import errno
import gc
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console

from driftbook import __version__
from driftbook.errors import Exit, FatalError

F = TypeVar("F", bound=Callable[..., Any])
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
COLORS = {"auto": None, "always": True, "never": False}

EPILOG = """Exit status: 0 clean, 1 findings, 2 wrong usage, 3 the environment failed (an engine,
the file system), 130 interrupted."""


def _directory(function: F) -> F:
    return click.option(
        "-C",
        "directory",
        metavar="DIR",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Work on the catalog in DIR instead of the current folder.",
    )(function)


def _color(function: F) -> F:
    return click.option(
        "--color",
        type=click.Choice(list(COLORS)),
        help="Colours: auto (the default: on a terminal), always or never.",
    )(function)


def _format(*kinds: str) -> Callable[[F], F]:
    def decorated(function: F) -> F:
        option = click.option(
            "--format",
            "format_",
            type=click.Choice(kinds),
            default=kinds[0],
            show_default=True,
            help="How findings are written: text for people, json (its schema is published), "
            "github (workflow annotations).",
        )
        return option(function)

    return decorated


@click.group(context_settings=CONTEXT, epilog=EPILOG)
@click.version_option(__version__, prog_name="driftbook")
@_directory
@_color
@click.pass_context
def cli(context: click.Context, directory: Path | None, color: str | None) -> None:
    """Compile a catalog of consistency invariants into proven alerts and runbooks.

    People edit YAML below invariants/, runbooks/ and tests/scenarios/. Driftbook checks it, writes
    Prometheus rules, Alertmanager routes and unit tests below rules/, proves them with the real
    engines and builds the runbook site.
    """
    context.obj = {"directory": directory, "color": color}


def _run(command: str, directory: Path | None, color: str | None, **options: Any) -> None:
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


@cli.command()
@_format("text", "json", "github")
@_color
@_directory
def validate(directory: Path | None, color: str | None, format_: str) -> None:
    """Compile, throw the output away, and print what is wrong."""
    _run("validate", directory, color, format_=format_)


@cli.command()
@click.option("--check", is_flag=True, help="Write nothing; fail if anything on disk differs.")
@click.option("--require-engines", is_flag=True, help="Fail (3) where an engine is missing.")
@click.option("--no-site", is_flag=True, help="Leave the site as it is; links stay unproven.")
@_format("text", "json", "github")
@_color
@_directory
def build(
    directory: Path | None,
    color: str | None,
    format_: str,
    check: bool,
    require_engines: bool,
    no_site: bool,
) -> None:
    """Compile, write, build the site and prove everything with the real engines.

    A catalog with errors changes nothing on disk. Without engines the output is written all the
    same, and what could not be proved is said.
    """
    options = {"check": check, "require_engines": require_engines, "no_site": no_site}
    _run("build", directory, color, format_=format_, **options)


@cli.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("-v", "--verbose", is_flag=True, help="Show the timeline of stages of scenarios.")
@_color
@_directory
def test(directory: Path | None, color: str | None, names: tuple[str, ...], verbose: bool) -> None:
    """Run the unit tests of all invariants, or of those named, with promtool."""
    _run("test", directory, color, names=names, verbose=verbose)


@cli.command()
@click.argument("scenario")
@click.option(
    "--svg",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also draw the picture to this file.",
)
@_color
@_directory
def simulate(directory: Path | None, color: str | None, scenario: str, svg: Path | None) -> None:
    """Evaluate a scenario with promtool and draw signal, bounds and stages over time."""
    _run("simulate", directory, color, scenario=scenario, svg=svg)


@cli.command()
@click.option("--serve", is_flag=True, help="Serve, and rebuild on edits of the catalog.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve on.")
@click.option("--port", default=8000, show_default=True, help="Port to serve on.")
@_color
@_directory
def site(directory: Path | None, color: str | None, serve: bool, host: str, port: int) -> None:
    """Build the runbook site into site/html, or serve it."""
    _run("site", directory, color, serve=serve, host=host, port=port)


@cli.command()
@click.argument("what", metavar="NAME|CODE")
@_color
@_directory
def explain(directory: Path | None, color: str | None, what: str) -> None:
    """Show an invariant as a person would read it, or a diagnostic with examples."""
    _run("explain", directory, color, what=what)


@cli.command(name="list")
@click.option("--service", help="Only invariants of this service.")
@click.option("--team", help="Only invariants owned by this team.")
@click.option("--stage", type=click.Choice(["early", "mid", "late"]), help="Only with this stage.")
@click.option("--property", "property_", help="Only with this property.")
@click.option("--lifecycle", type=click.Choice(["draft", "active", "retired"]), help="Only these.")
@_format("text", "json")
@_color
@_directory
def list_(directory: Path | None, color: str | None, **options: Any) -> None:
    """List the invariants with owner, stages and proof state."""
    _run("list", directory, color, **options)


@cli.command()
@click.option("--no-fetch", is_flag=True, help="Only say which engines are found.")
@_color
@_directory
def engines(directory: Path | None, color: str | None, no_fetch: bool) -> None:
    """Find promtool, prometheus, amtool and alertmanager, and fetch those that are missing."""
    _run("engines", directory, color, fetch=not no_fetch)


@cli.command()
@click.option(
    "--config",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="What to probe; see the reference.",
)
@click.option("--listen", default=":9730", show_default=True, help="ADDRESS:PORT of the metrics.")
@click.option("--once", is_flag=True, help="Wait until every target has shown a write, and end.")
@_color
@_directory
def canary(directory: Path | None, color: str | None, **options: Any) -> None:
    """Probe a database: write at the primary, read at the replicas, export what that shows.

    Runs until SIGTERM. With --once, status 1 says that a target has not shown the write within
    its `stale_after`. Needs the packages of `driftbook[canary]`.
    """
    _run("canary", directory, color, **options)


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell, to be sourced by it."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise FatalError(f"no completion for {shell}")
    click.echo(found(cli, {}, "driftbook", "_DRIFTBOOK_COMPLETE").source())


def main() -> None:
    """The one boundary: faults of the environment become a message and a status."""
    try:
        cli(prog_name="driftbook", standalone_mode=False)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except FatalError as fault:
        _fatal(fault)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): not a fault, and nothing more to say.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        sys.exit(Exit.OK)
    except OSError as fault:
        if fault.errno not in _NO_ROOM:
            raise
        _fatal(FatalError(f"cannot write: {fault}"))


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
"""Any file can meet these, temporary ones too; other faults of files are met where they belong."""


def _fatal(fault: FatalError) -> None:
    click.echo(f"driftbook: {fault}", err=True)
    if fault.hint:
        click.echo(f"  hint: {fault.hint}", err=True)
    sys.exit(Exit.ENVIRONMENT)
