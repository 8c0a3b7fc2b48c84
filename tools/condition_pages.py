"""Pages of the stage conditions and the computed signals, and their pictures.

A page is put together from the program, from what tools/conditions/<name>.md says of its purpose,
its defaults and its limits, and from the example in docs/examples/conditions, whose scenario the
picture shows as promtool evaluates it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from driftbook import conditions, names, pipeline, units
from driftbook.alerts import Alert, alerts, recordings
from driftbook.emit.pages.markdown import code, fence
from driftbook.model import STAGES, Catalog, Invariant, Scenario
from driftbook.prove import engines
from driftbook.prove.timelines import timelines, words_of
from driftbook.prove.workers import Workers
from driftbook.svg import scene
from driftbook.timeline import Timeline

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "docs" / "examples" / "conditions"
NOTES = ROOT / "tools" / "conditions"
FOLDER = "conditions"
"""Below docs/reference/, where pages and pictures lie; the index beside it has its name."""
SIMPLE = {
    "above": "The signal is above a bound, for the time of `for`.",
    "below": "The signal is below a bound, for the time of `for`. The mirror image of `above`.",
}
SIGNALS = ("per_workload", "stale_probability", "drift_sample")
"""Signals that are computed from others; they are written in `signal`, not in a stage."""
PROMTOOL = "2.42.0"
"""What the committed pictures were drawn with: windows of 3.x hold one sample less at an edge."""


@dataclass(frozen=True, slots=True)
class Told:
    """What tools/conditions/<name>.md says: Markdown, and a reason for each default."""

    when: str
    defaults: Mapping[str, str]
    misses: str


@cache
def catalog() -> Catalog:
    """The examples, which have to be clean."""
    checked = pipeline.check(EXAMPLES)
    if checked.catalog is None or not checked.ok:
        raise SystemExit("\n".join(f"{d.place.file}: {d.message}" for d in checked.diagnostics))
    return checked.catalog


def scenario(name: str) -> Scenario:
    """The example of a condition or signal."""
    return catalog().scenarios[name.replace("_", "-")]


def timeline(name: str, workers: Workers) -> Timeline:
    """Its scenario as promtool evaluates it."""
    (made,) = timelines(catalog(), scenario(name), engines.require(ROOT), workers)
    return made


def pictures() -> Iterator[tuple[str, str]]:
    """File below docs/reference/ and text of every picture. Raises SystemExit where one lies."""
    with Workers() as workers:
        for name in (*conditions.CONDITIONS, *SIGNALS):
            drawn = timeline(name, workers)
            wrong = [words for _, words, came in drawn.expected if not came]
            if wrong:
                raise SystemExit(f"{name}: not as expected: {', '.join(wrong)}")
            yield f"{FOLDER}/{name}.svg", scene(drawn).file()


def pages(mark: str) -> dict[str, Iterator[str]]:
    """File below docs/reference/ and lines of every page, which bear the mark."""
    found = {f"{FOLDER}.md": _index(mark)}
    for kind in conditions.CONDITIONS:
        found[f"{FOLDER}/{kind}.md"] = _condition(kind, mark)
    for name in SIGNALS:
        found[f"{FOLDER}/{name}.md"] = _signal(name, mark)
    return found


def _index(mark: str) -> Iterator[str]:
    yield from ("# Stage conditions", "", mark, "")
    yield from (
        "A stage holds one condition or a list; any of them makes the stage fire. Beside its",
        "condition stand `for` and `keep_firing_for`, as in a Prometheus rule. Each has a page",
        "with a picture, the reasons of its defaults, what it does not catch, and its PromQL.",
        "[Choose a condition](../how-to/choose-a-condition.md) starts from the question instead.",
        "",
    )
    yield from ("| condition | says | allowed in | `for` |", "| --- | --- | --- | --- |")
    for kind, module in conditions.CONDITIONS.items():
        held = units.duration(module.HOLD) if module.HOLD else "none"
        yield f"| [`{kind}`]({FOLDER}/{kind}.md) | {_says(kind)} | {_allowed(module)} | {held} |"
    yield from ("", "## Computed signals", "")
    yield from (
        "Three signals are easy to get wrong in PromQL, so driftbook writes them. The parts are",
        "yours; unit and direction are implied.",
        "",
    )
    yield from ("| signal | is |", "| --- | --- |")
    for name in SIGNALS:
        yield f"| [`{name}`]({FOLDER}/{name}.md) | {_schema(name)['description']} |"
    yield from ("", "## The pictures", "")
    yield from (
        "Each picture is a scenario, evaluated by promtool with the rules of its invariant. On",
        "top is the signal with the bounds of its stages, below it what a condition compares,",
        "then a bar for each alert: hatched while `for` passes, filled while it fires. Numbers",
        "point at what happens. `driftbook simulate` draws your own scenarios in the same way.",
        "Those of these pages lie in `docs/examples/conditions`; with the engines on `PATH`:",
        "",
        fence("cd docs/examples/conditions\ndriftbook simulate persists --svg persists.svg", "sh"),
    )


def _says(kind: str) -> str:
    return SIMPLE.get(kind, str(conditions.CONDITIONS[kind].SCHEMA["description"]))


def _allowed(module: Any) -> str:
    every = len(module.STAGES) == len(STAGES)
    return "any stage" if every else " and ".join(module.STAGES)


def _condition(kind: str, mark: str) -> Iterator[str]:
    module, told = conditions.CONDITIONS[kind], _told(kind)
    invariant, mine = _example(kind)
    held = f"`for` is {units.duration(module.HOLD)}" if module.HOLD else "no `for`"
    yield from (f"# {kind}", "", mark, "", _says(kind))
    yield from (f"Allowed in {_allowed(module)}; {held} unless stated.", "")
    yield from ("## When to use it", "", told.when, "")
    yield from _picture(kind)
    yield from _parameters(module.SCHEMA, told)
    yield from ("## What it does not catch", "", told.misses, "")
    yield from _written(kind)
    for alert in mine:
        stage, words = alert.condition.stage, module.sentence(alert.condition, invariant)
        yield from (f"**{stage.capitalize()}** fires when {words}.", "")
    yield from ("## PromQL", "")
    yield from _promql(invariant, mine)
    yield from _back()


def _signal(name: str, mark: str) -> Iterator[str]:
    told, invariant = _told(name), catalog().invariants[scenario(name).invariants[0]]
    yield from (f"# {name}", "", mark, "")
    yield from (f"{_schema(name)['description']} A computed signal, for any condition.", "")
    yield from ("## When to use it", "", told.when, "")
    yield from _picture(name)
    yield from _parameters(_schema(name), told)
    yield from ("## What it does not catch", "", told.misses, "")
    yield from _written(name)
    yield from ("## PromQL", "", f"The signal is recorded as `{names.SIGNAL}`:", "")
    yield from (fence(recordings(catalog(), invariant)[0].expr, "promql"), "")
    yield from _back()


def _back() -> Iterator[str]:
    yield "[All stage conditions and computed signals](../conditions.md)"


def _picture(name: str) -> Iterator[str]:
    shown = scenario(name)
    yield from ("## Picture", "")
    said = [f"At {units.duration(note.at)}: {note.text}." for note in shown.notes]
    yield from (f"![{shown.title}. {' '.join(said)}]({name}.svg)", "")
    found = [f"{units.duration(e.at)} {words_of(e)}" for e in shown.expect]
    yield from (f"Promtool finds: {'; '.join(found)}.", "")


def _parameters(schema: Mapping[str, Any], told: Told) -> Iterator[str]:
    """A table; every default has to have its reason."""
    fields = schema.get("properties", {})
    without = {n for n, f in fields.items() if "default" in f["description"].lower()}
    if unexplained := without - set(told.defaults):
        raise SystemExit(f"defaults without a reason: {', '.join(sorted(unexplained))}")
    yield from ("## Parameters", "", "| parameter | value | why this default |")
    yield "| --- | --- | --- |"
    if not fields:
        example = "`, `".join(str(e) for e in schema["examples"])
        yield f"| the value | {_cell(schema['description'])} For example `{example}`. | |"
    for name, field in fields.items():
        needed = "Required. " if name in schema.get("required", ()) else ""
        value = f"{needed}{_cell(field['description'])} For example {_json(field['examples'][0])}."
        yield f"| `{name}` | {value} | {told.defaults.get(name, '')} |"
    for name in ("for", "keep_firing_for"):
        if name in told.defaults:
            yield f"| `{name}` | Beside the condition. A duration. | {told.defaults[name]} |"
    yield ""


def _written(name: str) -> Iterator[str]:
    """The example's document, without the lines that tell nothing of the condition."""
    file = catalog().invariants[scenario(name).invariants[0]].origin.file
    text = (EXAMPLES / file).read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not re.match("kind|dataset|runbook|prop", line)]
    yield from ("## Example", "", fence("\n".join(kept), "yaml"), "")


def _example(kind: str) -> tuple[Invariant, list[Alert]]:
    """The invariant of the condition's example, and its alerts of this condition."""
    invariant = catalog().invariants[scenario(kind).invariants[0]]
    return invariant, [a for a in alerts(catalog(), invariant) if a.condition.kind == kind]


def _promql(invariant: Invariant, mine: list[Alert]) -> Iterator[str]:
    """What is recorded for these alerts beside the signal and its bounds, and their expressions."""
    own = {
        (r.record, *sorted(r.labels.items()))
        for a in mine
        for r in conditions.of(a.condition).recordings(a.condition, a.scope)
    }
    bounds = {
        units.number(b) for a in mine for b in conditions.of(a.condition).violations(a.condition)
    }
    for made in recordings(catalog(), invariant):
        judged = made.record == names.VIOLATION and made.labels["bound"] in bounds
        if judged or (made.record, *sorted(made.labels.items())) in own:
            labels = {k: v for k, v in made.labels.items() if k != "invariant"}
            told = ", ".join(f'{k}="{v}"' for k, v in labels.items())
            yield from (f"Recorded as `{made.record}{f'{{{told}}}' if told else ''}`:", "")
            yield from (fence(made.expr, "promql"), "")
    for alert in mine:
        yield from (f"{alert.condition.stage.capitalize()}:", "", fence(alert.expr, "promql"), "")


@cache
def _told(name: str) -> Told:
    text = (NOTES / f"{name}.md").read_text(encoding="utf-8")
    parts = dict(s.split("\n", 1) for s in text.removeprefix("## ").split("\n## "))
    listed = re.findall(r"^- `(\w+)`: ((?:.|\n  )+)$", parts.get("Defaults", ""), re.MULTILINE)
    reasons = {key: " ".join(reason.split()) for key, reason in listed}
    reasons = {key: f"{reason[:1].upper()}{reason[1:]}" for key, reason in reasons.items()}
    return Told(parts["When to use it"].strip(), reasons, parts["What it does not catch"].strip())


def _schema(signal: str) -> Mapping[str, Any]:
    file = Path(conditions.__file__).parent.parent / "schema" / "invariant.schema.json"
    whole = json.loads(file.read_text(encoding="utf-8"))
    found: Mapping[str, Any] = whole["properties"]["signal"]["properties"][signal]
    return found


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def _json(example: Any) -> str:
    text = example if isinstance(example, str) else json.dumps(example, ensure_ascii=False)
    return code(text) if set("`|\n") & set(text) else f"`{text}`"
