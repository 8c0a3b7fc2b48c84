"""Pages of docs/reference/catalog/ from the JSON Schemas: one for each kind, and their index."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from driftbook import conditions, templates, units
from driftbook.checks import example
from driftbook.emit.pages import words
from driftbook.emit.pages.markdown import code, fence

SCHEMAS = Path(conditions.__file__).parent.parent / "schema"
EXAMPLES = {
    "catalog": example.CATALOG,
    "team": example.TEAM,
    "dataset": example.DATASET,
    "invariant": example.INVARIANT,
    "runbook": example.RUNBOOK,
    "remediation": example.REMEDIATION,
    "scenario": example.SCENARIO,
}
"""A file of each kind: of the small catalog that is compiled, and proved, in the tests."""
ALIKE = ("stages.mid", "stages.late")
"""Whose fields are those of `early`."""
_EACH = {"[]": "A list of mappings, each with:", ".NAME": "By a name of your own, each with:"}
_TYPES = {
    "object": "mapping",
    "array": "list",
    "string": "text",
    "boolean": "yes or no",
    "null": "nothing",
}
_MORE = {
    ("invariant", "stages"): "The [conditions](../conditions.md) have a page each; `for` and "
    "`keep_firing_for` stand beside any of them.",
    ("invariant", "signal"): "The [units](../catalog.md#units) say how bounds are written. "
    "[Packs](../packs/index.md) have signals ready for use.",
    ("dataset", "contract"): "What each question [asks](../catalog.md#questions-of-a-contract).",
    ("catalog", "links"): "What a [template](../catalog.md#templates) may hold.",
}


def pages(mark: str) -> dict[str, Iterator[str]]:
    """Path below docs/reference/ -> lines."""
    made = {f"catalog/{kind}.md": _page(kind, mark) for kind in EXAMPLES}
    return {"catalog.md": _index(mark), **made}


def schema(kind: str) -> Any:
    """The published schema of a kind."""
    return json.loads((SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8"))


def _page(kind: str, mark: str) -> Iterator[str]:
    whole = schema(kind)
    yield from (f"# Catalog format: {kind}", "", mark, "")
    yield from (whole["description"], "")
    yield from (
        f"Its schema for editors is `{kind}.schema.json`, see",
        "[editor completion](../../how-to/editor-completion.md). What all kinds have in common is",
        "told with the [catalog format](../catalog.md).",
        "",
    )
    file = EXAMPLES[kind]
    yield from ("## Example", "", f"`{file}`", "", fence(example.FILES[file], "yaml"), "")
    yield from ("## Fields", "", *fields(whole, kind))


def fields(whole: Any, kind: str = "") -> Iterator[str]:
    """Tables of every field of a schema, those within others under headings of their own."""
    homes = _homes(whole)
    yield from _table("", whole, whole, homes)
    for path, sign, owner in _owners("", whole, whole):
        if homes[_key(owner)] == path:
            level = "###" if "." in path else "##"
            yield from (f"{level} {path}", "", _EACH.get(sign) or owner["description"], "")
            if more := _MORE.get((kind, path)):
                yield from (more, "")
            yield from _table(f"{path}{sign}.", owner, whole, homes)


def _owners(path: str, owner: Any, whole: Any) -> Iterator[tuple[str, str, Any]]:
    """What holds fields: its path, how theirs go on behind it, its schema."""
    for name, field in owner["properties"].items():
        found = _parts(field, whole)
        if found and f"{path}{name}" not in ALIKE:
            sign, inner = found
            yield f"{path}{name}", sign, inner
            yield from _owners(f"{path}{name}{sign}.", inner, whole)


def _homes(whole: Any) -> dict[str, str]:
    """Where the fields of a mapping are told: at the first of those that are alike."""
    homes: dict[str, str] = {}
    for path, _, owner in _owners("", whole, whole):
        homes.setdefault(_key(owner), path)
    return homes


def _key(owner: Any) -> str:
    return json.dumps(owner["properties"])


def _table(path: str, owner: Any, whole: Any, homes: dict[str, str]) -> Iterator[str]:
    yield from ("| field | value | meaning |", "| --- | --- | --- |")
    for name, given in owner["properties"].items():
        field = _resolved(given, whole)
        value = _type(field) + (", required" if name in owner.get("required", ()) else "")
        said = [cell(field["description"])]
        if "enum" in field:
            said.append(f"One of {', '.join(map(code, field['enum']))}.")
        found = _parts(given, whole)
        if found and f"{path}{name}" in ALIKE:
            said.append("Its [fields](#stagesearly) are those of `early`.")
        elif found:
            said.append(f"Its [fields](#{_anchor(homes[_key(found[1])])}).")
        elif field.get("examples") and "const" not in field:
            said.append(f"For example {_json(field['examples'][0])}.")
        yield f"| `{name}` | {value} | {' '.join(said)} |"
    yield ""


def _anchor(path: str) -> str:
    """Of a heading: what GitHub and Python-Markdown both make of it."""
    return re.sub(r"[^\w-]", "", path).lower()


def _parts(given: Any, whole: Any) -> tuple[str, Any] | None:
    """How what a field holds is written in a path, and its schema; None where it has no fields."""
    field = _resolved(given, whole)
    named = field.get("additionalProperties")
    for sign, inner in (("", field), ("[]", field.get("items")), (".NAME", named)):
        found = _resolved(inner, whole)
        if isinstance(found, dict) and "properties" in found:
            return sign, found
    return None


def _resolved(given: Any, whole: Any) -> Any:
    if isinstance(given, dict) and "$ref" in given:
        target = whole
        for part in given["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        own = {k: v for k, v in given.items() if k != "$ref"}
        # A condition has a page of its own: its parts are not repeated here.
        short = {
            k: v for k, v in target.items() if k != "properties" or len(target["properties"]) < 12
        }
        return {**short, **own}
    return given


def _type(field: Any) -> str:
    if "enum" in field:
        return "choice"
    if "const" in field:
        return f"`{_json_text(field['const'])}`"
    kind = field.get("type", "value")
    return " or ".join(_TYPES.get(k, k) for k in ([kind] if isinstance(kind, str) else kind))


def _json(given: Any) -> str:
    """An example as it would be written in YAML, which reads JSON."""
    text = _json_text(given)
    return code(text) if set("`|\n") & set(text) else f"`{text}`"


def _json_text(given: Any) -> str:
    return given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)


def cell(value: object) -> str:
    """Text for a table cell of a Markdown file that people read as it is."""
    return " ".join(str(value).split()).replace("|", "\\|")


def _index(mark: str) -> Iterator[str]:
    yield from ("# Catalog format", "", mark, "")
    yield from (
        "One document per file, with its `kind` at the top. `invariants/` holds catalog, team,",
        "dataset and invariant; `runbooks/` holds runbook and remediation; `tests/scenarios/`",
        "holds scenario. Names are lower-case words joined by hyphens, unique per kind.",
        "",
        "YAML is read strictly: no duplicate keys, anchors, aliases, tags or second documents.",
        "Durations are Prometheus durations: `90s`, `15m`, `1h30m`. The JSON Schemas lie in the",
        "package, in `driftbook/schema/`.",
        "",
    )
    for kind in EXAMPLES:
        yield from (f"## {kind}", "", schema(kind)["description"])
        yield from (f"[An example, and every field]({f'catalog/{kind}.md'}) of this kind.", "")
    yield from _lists()


def _lists() -> Iterator[str]:
    yield from ("## Units", "", "| unit | a bound is written as |", "| --- | --- |")
    yield from (f"| `{unit}` | {how} |" for unit, how in units.UNITS.items())
    yield from ("", "## Properties", "", "| property | promises |", "| --- | --- |")
    yield from (f"| `{name}` | {meaning} |" for name, meaning in words.PROPERTIES.items())
    yield from ("", "## Questions of a contract", "")
    yield from (
        "Each answer is a value, `{not_applicable: why}`, or `unknown`, which tier 1",
        "may not say.",
        "",
    )
    yield from ("| key | asks |", "| --- | --- |")
    yield from (f"| `{key}` | {question} |" for key, question in words.QUESTIONS.items())
    yield from ("", "## Templates", "")
    yield from (
        "Texts of runbooks, remediations and links are Jinja2 templates over `invariant`. An",
        "unknown name is an error. Allowed are `{{ … }}`, `if`, `for`, comparisons, `+` and these",
        "filters:",
        ", ".join(f"`{name}`" for name in templates.FILTERS) + ".",
        "Go templates such as `{{ $labels.region }}` are left as they are.",
    )
