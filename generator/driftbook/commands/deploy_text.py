"""A plan of a deployment, for people and for programs."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from driftbook.deploy.plan import HOWS, Cost, Disturbed, Plan
from driftbook.promql.text import escaped
from driftbook.report.places import one_line

SIGNS = {"added": ("+", "green"), "changed": ("~", "yellow"), "removed": ("-", "red")}
MOST_COSTS = 10
"""So many groups are listed with what they cost, the most expensive first."""


def show(target: str, plan: Plan, console: Console) -> None:
    """Everything that a person needs to say yes or no."""
    for change in plan.changes:
        sign, color = SIGNS[change.how]
        console.print(f"[{color}]{sign}[/] ", end="")
        detail = f": {change.detail}" if change.detail else ""
        console.print(one_line(f"{change.what} {change.name}{detail}"), markup=False)
    for name in plan.stays:
        console.print(one_line(f"  {name} stays; --prune removes it"), markup=False, style="dim")
    for disturbed in plan.disturbed:
        console.print("[bold yellow]![/] ", end="")
        console.print(one_line(sentence(disturbed)), markup=False)
    for caution in plan.cautions:
        console.print("[bold yellow]![/] ", end="")
        console.print(one_line(caution), markup=False)
    if plan.costs and plan.changes:
        console.print(_costs(plan.costs))
    console.print(f"{target}: {summary(plan)}", markup=False, style="bold")


def sentence(disturbed: Disturbed) -> str:
    """What happens to an alert that is pending or firing."""
    labels = ", ".join(f"{name}={quoted(value)}" for name, value in disturbed.labels)
    return (
        f"{disturbed.alert} {{{labels}}} is {disturbed.state} and {disturbed.fate}: {disturbed.why}"
    )


def quoted(value: str) -> str:
    """A value of a label as Prometheus writes it."""
    return f'"{escaped(value)}"'


def summary(plan: Plan) -> str:
    """`2 groups changed, 1 alert added; 1 alert disturbed`, or that there is nothing to do."""
    if not plan.changes:
        return "nothing to do"
    counts = Counter((change.what, change.how) for change in plan.changes)
    parts = [
        f"{count} {what}{'s' if count > 1 else ''} {how}"
        for how in HOWS
        for (what, done), count in sorted(counts.items())
        if done == how
    ]
    fates = Counter((d.state, d.fate) for d in plan.disturbed)
    parts += [f"{count} {state} {fate}" for (state, fate), count in sorted(fates.items())]
    return ", ".join(parts)


def as_json(target: str, plan: Plan) -> str:
    """The plan for programs: the fields of `deploy.plan.Plan`, without what only `apply` needs."""
    data = {
        "target": target,
        "changes": [asdict(change) for change in plan.changes],
        "stays": list(plan.stays),
        "disturbed": [{**asdict(d), "labels": dict(d.labels)} for d in plan.disturbed],
        "cautions": list(plan.cautions),
        "costs": [asdict(cost) for cost in plan.costs],
        "start": plan.start,
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _costs(costs: tuple[Cost, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("group", "rules", "samples per place", "last took"):
        table.add_column(title, overflow="fold", justify="left" if title == "group" else "right")
    for row in _rows(costs):
        table.add_row(*row)
    return table


def _rows(costs: tuple[Cost, ...]) -> Iterator[tuple[str, str, str, str]]:
    ranked = sorted(costs, key=lambda c: (-(c.measured or 0), -c.samples, c.group))
    for cost in ranked[:MOST_COSTS]:
        took = "" if cost.measured is None else f"{cost.measured * 1000:.1f} ms"
        yield one_line(cost.group), str(cost.rules), f"{cost.samples:.0f}", took
    if rest := ranked[MOST_COSTS:]:
        rules = sum(cost.rules for cost in rest)
        samples = sum(cost.samples for cost in rest)
        yield f"{len(rest)} more", str(rules), f"{samples:.0f}", ""
