"""`driftbook engines`: find the real engines, fetch what is missing, say what is there."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from driftbook.errors import Exit
from driftbook.prove import engines


def run(root: Path, console: Console, *, fetch: bool = True) -> int:
    """Print every engine with version and path. fetch: fill the engine folder where one lacks."""
    if fetch:
        engines.install(root, lambda text: console.print(f"engines: {text}", style="dim"))
    found = engines.look(root)
    table = Table(box=None, pad_edge=False)
    for title in ("engine", "version", "path"):
        table.add_column(title, overflow="fold")
    for name, engine in found.items():
        table.add_row(
            name, engine.version if engine else "not found", str(engine.path) if engine else ""
        )
    console.print(table)
    if all(found.values()):
        return Exit.OK
    console.print(engines.lacking(root), markup=False)
    console.print(engines.how_to_get(root), markup=False)
    return Exit.ENVIRONMENT
