"""The commands and their options. The work is in `driftbook.commands`.

Those modules are imported when a command is called, so that `--help` and completion answer at once.
"""

from pathlib import Path
from typing import Any

import click

from driftbook import __version__
from driftbook.cli.options import formats, in_color, in_directory, run
from driftbook.cli.packs import packs
from driftbook.errors import FatalError

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
EPILOG = """Exit status: 0 clean, 1 findings, 2 wrong usage, 3 the environment failed (an engine,
the file system), 130 interrupted."""


@click.group(context_settings=CONTEXT, epilog=EPILOG)
@click.version_option(__version__, prog_name="driftbook")
@in_directory
@in_color
@click.pass_context
def cli(context: click.Context, directory: Path | None, color: str | None) -> None:
    """Compile a catalog of consistency invariants into proven alerts and runbooks.

    People edit YAML below invariants/, runbooks/ and tests/scenarios/. Driftbook checks it, writes
    Prometheus rules, Alertmanager routes and unit tests below rules/, proves them with the real
    engines and builds the runbook site.
    """
    context.obj = {"directory": directory, "color": color}


@cli.command()
@formats("text", "json", "github")
@in_color
@in_directory
def validate(directory: Path | None, color: str | None, format_: str) -> None:
    """Compile, throw the output away, and print what is wrong."""
    run("validate", directory, color, format_=format_)


@cli.command()
@click.option("--check", is_flag=True, help="Write nothing; fail if anything on disk differs.")
@click.option("--require-engines", is_flag=True, help="Fail (3) where an engine is missing.")
@click.option("--no-site", is_flag=True, help="Leave the site as it is; links stay unproven.")
@formats("text", "json", "github")
@in_color
@in_directory
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
    run("build", directory, color, format_=format_, **options)


@cli.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("-v", "--verbose", is_flag=True, help="Show the timeline of stages of scenarios.")
@in_color
@in_directory
def test(directory: Path | None, color: str | None, names: tuple[str, ...], verbose: bool) -> None:
    """Run the unit tests of all invariants, or of those named, with promtool."""
    run("test", directory, color, names=names, verbose=verbose)


@cli.command()
@click.argument("scenario")
@click.option(
    "--svg",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also draw the picture to this file.",
)
@in_color
@in_directory
def simulate(directory: Path | None, color: str | None, scenario: str, svg: Path | None) -> None:
    """Evaluate a scenario with promtool and draw signal, bounds and stages over time."""
    run("simulate", directory, color, scenario=scenario, svg=svg)


@cli.command()
@click.option("--serve", is_flag=True, help="Serve, and show edits of the catalog.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve on.")
@click.option("--port", default=8000, show_default=True, help="Port to serve on.")
@in_color
@in_directory
def site(directory: Path | None, color: str | None, serve: bool, host: str, port: int) -> None:
    """Build the runbook site into site/html, or serve it."""
    run("site", directory, color, serve=serve, host=host, port=port)


@cli.command()
@click.argument("what", metavar="NAME|CODE")
@in_color
@in_directory
def explain(directory: Path | None, color: str | None, what: str) -> None:
    """Show an invariant as a person would read it, or a diagnostic with examples."""
    run("explain", directory, color, what=what)


@cli.command(name="list")
@click.option("--service", help="Only invariants of this service.")
@click.option("--team", help="Only invariants owned by this team.")
@click.option("--stage", type=click.Choice(["early", "mid", "late"]), help="Only with this stage.")
@click.option("--property", "property_", help="Only with this property.")
@click.option("--lifecycle", type=click.Choice(["draft", "active", "retired"]), help="Only these.")
@formats("text", "json")
@in_color
@in_directory
def list_(directory: Path | None, color: str | None, **options: Any) -> None:
    """List the invariants with owner, stages and proof state."""
    run("list", directory, color, **options)


@cli.command()
@click.argument("target")
@click.option("--plan", is_flag=True, help="Change nothing; status 1 where something would change.")
@click.option("--prune", is_flag=True, help="Remove what the catalog no longer has.")
@click.option("--yes", is_flag=True, help="Do not ask. Needed where nobody can be asked.")
@click.option("--unproved", is_flag=True, help="Deploy what is not proved, or whose proof is old.")
@formats("text", "json")
@in_color
@in_directory
def deploy(directory: Path | None, color: str | None, target: str, **options: Any) -> None:
    """Bring the compiled output to a target of the catalog: rules, or routes.

    Shows what would change and whose alerts would restart, asks, deploys what `driftbook build`
    wrote and proved, and waits until the target runs it. Where that fails, what was there is
    restored. Doing it again does nothing more.

    Status 0: the target is as it should be. 1: with --plan, it is not; without, nothing was
    changed because the output is not proved or somebody said no. 3: the target failed.
    """
    run("deploy", directory, color, target=target, **options)


@cli.command()
@click.option("--url", default="", help="Prometheus; default: `prometheus.external_url`.")
@click.option("--alertmanager", default="", help="Alertmanager; default: its `external_url`.")
@click.option("--target", multiple=True, help="A target of the catalog, with its authentication.")
@formats("text", "json")
@in_color
@in_directory
def doctor(directory: Path | None, color: str | None, **options: Any) -> None:
    """Compare a running Prometheus and Alertmanager with the catalog.

    Looks at versions, external labels, rules that are missing, changed or fail, signals without
    series, labels or samples enough, what each group costs, routes and the watchdog. Changes
    nothing. Status 1 where something is wrong; each finding says what to do.
    """
    run("doctor", directory, color, **options)


@cli.command()
@click.option("--no-fetch", is_flag=True, help="Only say which engines are found.")
@in_color
@in_directory
def engines(directory: Path | None, color: str | None, no_fetch: bool) -> None:
    """Find promtool, prometheus, amtool and alertmanager, and fetch those that are missing."""
    run("engines", directory, color, fetch=not no_fetch)


@cli.command()
@click.option(
    "--config",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="What to probe; see the reference.",
)
@click.option("--listen", default=":9730", show_default=True, help="ADDRESS:PORT of the metrics.")
@click.option("--once", is_flag=True, help="Wait until every target has shown a write, and end.")
@in_color
@in_directory
def canary(directory: Path | None, color: str | None, **options: Any) -> None:
    """Probe a database: write at the primary, read at the replicas, export what that shows.

    Runs until SIGTERM. With --once, status 1 says that a target has not shown the write within
    its `stale_after`. Needs the packages of `driftbook[canary]`.
    """
    run("canary", directory, color, **options)


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell, to be sourced by it."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise FatalError(f"no completion for {shell}")
    click.echo(found(cli, {}, "driftbook", "_DRIFTBOOK_COMPLETE").source())


cli.add_command(packs)
