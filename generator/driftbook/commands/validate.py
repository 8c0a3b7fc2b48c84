"""`driftbook validate`: the compile with its output thrown away."""

from pathlib import Path

from rich.console import Console

from driftbook import pipeline
from driftbook.errors import Exit
from driftbook.report import github, json, text


def run(root: Path, console: Console, *, format_: str = "text") -> int:
    """Prints what is wrong, nothing when all is well; 1 when there are errors."""
    checked = pipeline.check(root)
    if format_ == "text":
        if checked.diagnostics:
            console.print(text.styled(checked.diagnostics, root), end="")
            console.print(text.summary(checked.diagnostics))
    else:
        render = json.render if format_ == "json" else github.render
        print(render(checked.diagnostics, root), end="")
    return Exit.OK if checked.ok else Exit.FINDINGS
