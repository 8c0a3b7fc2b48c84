"""Findings as GitHub workflow commands, which GitHub shows beside the changed lines."""

import os
from collections.abc import Iterable
from pathlib import Path

from driftbook.diagnostics import Diagnostic, Severity
from driftbook.report.places import hints, located, shown

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(diagnostics: Iterable[Diagnostic], root: Path) -> str:
    """One line for each finding; files are relative to the checkout."""
    workspace = os.environ.get("GITHUB_WORKSPACE")
    base = Path(workspace) if workspace else None
    lines = []
    for diagnostic, place, other in located(diagnostics, root):
        text = diagnostic.message
        text += "".join(f"\n{lead}{rest}" for lead, rest in hints(diagnostic.expected))
        if other is not None:
            text += (
                f"\nother definition: {shown(root, other.file, base)}:{other.line}:{other.column}"
            )
        properties = {
            "file": shown(root, place.file, base),
            "line": str(place.line),
            "col": str(place.column),
            "title": diagnostic.code,
        }
        given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        lines.append(f"::{_COMMANDS[diagnostic.severity]} {given}::{_data(text)}\n")
    return "".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
