"""Findings for programs; the shape is published as `schema/report.schema.json`."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from driftbook import checks
from driftbook.diagnostics import Diagnostic, Place, Severity
from driftbook.report.places import located

SCHEMA = "https://driftbook.dev/schema/report.schema.json"


def render(diagnostics: Iterable[Diagnostic], root: Path) -> str:
    """One JSON document; files are relative to the project's root."""
    return json.dumps(report(diagnostics, root), indent=2, ensure_ascii=False) + "\n"


def report(diagnostics: Iterable[Diagnostic], root: Path) -> dict[str, Any]:
    """The document as plain data."""
    names = {check.CODE: check.NAME for check in checks.CHECKS}
    findings = [
        {
            "code": diagnostic.code,
            "name": names.get(diagnostic.code, ""),
            "severity": diagnostic.severity.value,
            **_place(place),
            "path": list(diagnostic.place.path),
            "message": diagnostic.message,
            "expected": diagnostic.expected,
            "other": _place(other) if other else None,
        }
        for diagnostic, place, other in located(diagnostics, root)
    ]
    counts = Counter(finding["severity"] for finding in findings)
    return {
        "$schema": SCHEMA,
        "ok": not counts[Severity.ERROR.value],
        "counts": {severity.value: counts[severity.value] for severity in Severity},
        "diagnostics": findings,
    }


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "column": place.column}
