"""Escalation: to whom, after how long, and the text to hand over."""

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from driftbook import names
from driftbook.alerts import impact
from driftbook.emit.pages import words
from driftbook.emit.pages.markdown import inline, text
from driftbook.emit.pages.steps import Fill
from driftbook.model import STAGES, Catalog, Invariant
from driftbook.units import spoken


def escalations(invariant: Invariant, fill: Fill) -> Iterator[dict[str, Any]]:
    """Every step of the runbook that escalates."""
    for stage in STAGES:
        for step in invariant.runbook.stages.get(stage, ()):
            if step.kind == "escalate":
                after = ""
                if step.after is not None:
                    after = Markup(" after ") + text(spoken(step.after, "seconds"))
                yield {
                    "stage": words.stage_title(stage),
                    "after": Markup(after),
                    "text": inline(fill(step.text)),
                }


def message(catalog: Catalog, invariant: Invariant) -> str:
    """What the next person has to know; labels are filled in by the page, the rest by hand."""
    where = ", ".join(f"{label} <{label}>" for label in invariant.signal.identity)
    lines = [
        f"{names.alert(invariant.name)}: {invariant.title}",
        f"Where: {where}" if where else "",
        f"Users: {impact(invariant)}" if impact(invariant) else "",
        "Since: …  Stage: …",
        "Done so far, and what it changed: …",
        "Not done yet, and why: …",
        f"{catalog.site_url.rstrip('/')}/{names.page(invariant.name)}",
    ]
    return "\n".join(line for line in lines if line)
