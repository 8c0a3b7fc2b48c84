"""Findings of the compile and of the proof, printed in the format that was asked for."""

import json as plain_json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from driftbook.diagnostics import Diagnostic, Place, Severity
from driftbook.errors import FatalError
from driftbook.pipeline import Checked
from driftbook.prove.finding import Finding
from driftbook.report import github, json, text


def show(checked: Checked, console: Console, format_: str = "text") -> None:
    """What the compile found; nothing is printed as text where there is nothing to say."""
    write(checked.diagnostics, checked.root, console, format_)


def write(found: Iterable[Diagnostic], root: Path, console: Console, format_: str) -> None:
    """Diagnostics in one of the formats text, json and github."""
    found = tuple(found)
    if format_ == "json":
        print(json.render(found, root), end="")
    elif format_ == "github":
        print(github.render(found, root), end="")
    elif found:
        console.print(text.styled(found, root), end="")
        console.print(text.summary(found))


def from_proof(findings: Iterable[Finding]) -> list[Diagnostic]:
    """Findings of the proof for programs: the check's name is the code."""
    return [
        Diagnostic(
            finding.check,
            Severity.ERROR,
            "\n".join(filter(None, (finding.message, finding.detail))),
            Place(finding.file or "rules", line=1, column=1),
        )
        for finding in findings
    ]


@contextmanager
def told(format_: str) -> Iterator[None]:
    """A fault that ends the command is written to stdout too where a program reads that."""
    try:
        yield
    except (FatalError, click.UsageError) as fault:
        if format_ == "json":
            message = fault.message if isinstance(fault, click.UsageError) else str(fault)
            error = {"message": message, "hint": getattr(fault, "hint", "")}
            print(plain_json.dumps({"ok": False, "error": error}, indent=2, ensure_ascii=False))
        raise
