"""`driftbook list`: the invariants with owner, stages and proof state."""

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from driftbook import names, pipeline, site
from driftbook.emit import rules
from driftbook.emit.pages import Evidence
from driftbook.errors import Exit
from driftbook.model import Invariant
from driftbook.report import text

NARROW = 72
"""Columns below which a table that does not fit is hard to read."""


def run(
    root: Path,
    console: Console,
    *,
    service: str | None = None,
    team: str | None = None,
    stage: str | None = None,
    property_: str | None = None,
    lifecycle: str | None = None,
    format_: str = "text",
) -> int:
    """Prints those that all filters let through; what is wrong in the catalog goes to stderr."""
    checked = pipeline.check(root)
    if not checked.ok:
        errors = Console(stderr=True, soft_wrap=True, highlight=False)
        errors.print(text.render(checked.diagnostics, root), markup=False)
    found = [
        invariant
        for _, invariant in sorted(checked.catalog.invariants.items() if checked.catalog else ())
        if service in (None, invariant.service)
        and team in (None, invariant.owner.name)
        and (stage is None or stage in invariant.stages)
        and property_ in (None, invariant.property)
        and lifecycle in (None, invariant.lifecycle)
    ]
    live = [i for i in found if i.lifecycle != "retired"]
    digests = rules.digests(checked.catalog, live) if checked.catalog else {}
    known = Evidence(digests, site.proof(root))
    rows = [row(invariant, known) for invariant in found]
    if format_ == "json":
        console.print(json.dumps(rows, indent=2, ensure_ascii=False), markup=False)
    elif rows:
        show(rows, console)
    return Exit.OK if checked.ok else Exit.FINDINGS


def show(rows: list[dict[str, Any]], console: Console) -> None:
    """A table, or on a narrow terminal a few lines for each invariant. A pipe gets whole lines."""
    made = table(rows)
    needed = console.measure(made, options=console.options.update(width=10_000)).maximum
    if not console.is_terminal:
        console.width = max(needed, console.width)
    if console.width >= min(needed, NARROW):
        console.print(made)
        return
    for name, *others in zip(*(column.cells for column in made.columns), strict=True):
        console.print(str(name), style="bold", markup=False)
        for other in others:
            console.print(f"  {other}", markup=False)


def row(invariant: Invariant, known: Evidence) -> dict[str, Any]:
    """An invariant as one flat record."""
    return {
        "name": invariant.name,
        "title": invariant.title,
        "alert": names.alert(invariant.name),
        "service": invariant.service,
        "dataset": invariant.dataset.name,
        "owner": invariant.owner.name,
        "property": invariant.property,
        "tier": invariant.tier,
        "lifecycle": invariant.lifecycle,
        "stages": list(invariant.stages) if invariant.lifecycle != "retired" else [],
        "proof": known.state(invariant) or None,
        "file": invariant.origin.file,
    }


def table(rows: list[dict[str, Any]]) -> Table:
    """The records for people."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("invariant", "service", "owner", "stages", "proof"):
        made.add_column(title, overflow="fold")
    for record in rows:
        name = record["name"]
        if record["lifecycle"] != "active":
            name += f" ({record['lifecycle']})"
        stages = " ".join(record["stages"]) or "none"
        made.add_row(name, record["service"], record["owner"], stages, record["proof"] or "not yet")
    return made
