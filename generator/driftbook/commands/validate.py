"""`driftbook validate`: the compile with its output thrown away."""

from pathlib import Path

from rich.console import Console

from driftbook import pipeline
from driftbook.commands import findings
from driftbook.errors import Exit


def run(root: Path, console: Console, *, format_: str = "text") -> int:
    """Prints what is wrong, nothing when all is well; 1 when there are errors."""
    checked = pipeline.check(root)
    findings.show(checked, console, format_)
    return Exit.OK if checked.ok else Exit.FINDINGS
