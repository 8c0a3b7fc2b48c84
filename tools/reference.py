"""Writes docs/reference/ from the program: commands, catalog format, conditions, packs, …

python tools/reference.py           write the files
python tools/reference.py --check   write nothing; fail where one differs
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import condition_pages
import pack_pages

from driftbook import cli, conditions, templates, units
from driftbook.checks import CHECKS
from driftbook.commands.explain import example_text, what_it_says
from driftbook.emit.pages import words
from driftbook.emit.pages.markdown import code, fence
from driftbook.errors import Exit

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
SCHEMAS = Path(conditions.__file__).parent.parent / "schema"
MARK = "<!-- Made by tools/reference.py from the program. Edits here will be lost. -->"
KINDS = ("catalog", "team", "dataset", "invariant", "runbook", "remediation", "scenario")


def main(check: bool) -> int:
    """Writes or compares; 1 when something differs."""
    made = {
        "commands.md": commands(),
        "catalog.md": catalog(),
        "diagnostics.md": diagnostics(),
        "canary-configuration.md": canary(),
        **condition_pages.pages(MARK),
        **pack_pages.pages(MARK),
    }
    texts = {name: "\n".join(lines).rstrip() + "\n" for name, lines in made.items()}
    if not check:  # a test compares the pictures, which takes the engines
        texts |= dict(condition_pages.pictures())
    different = []
    for path in sorted((FOLDER / "packs").glob("*.md")):
        if f"packs/{path.name}" not in made:
            different.append(f"packs/{path.name}")
            if not check:
                path.unlink()
    for name, text in texts.items():
        path = FOLDER / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            different.append(name)
            if not check:
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8")
    for name in different:
        print(f"docs/reference/{name} {'differs: run tools/reference.py' if check else 'written'}")
    return 1 if check and different else 0


def cell(value: object) -> str:
    """Text for a table cell of a Markdown file that people read as it is."""
    return " ".join(str(value).split()).replace("|", "\\|")


# --- commands -----------------------------------------------------------------------------------


def commands() -> Iterator[str]:
    """Every command with its options, from click."""
    yield from ("# Commands", "", MARK, "")
    yield from (" ".join((cli.cli.help or "").split("\n\n")[0].split()), "")
    yield from ("## Options of every command", "")
    yield from _options(cli.cli)
    yield from ("## Exit status", "", "| status | means |", "| --- | --- |")
    meanings = {
        Exit.OK: "clean",
        Exit.FINDINGS: "the catalog or its proof has findings",
        Exit.USAGE: "the command was called wrongly",
        Exit.ENVIRONMENT: "the environment failed: an engine, the file system, the network",
        Exit.INTERRUPTED: "interrupted",
    }
    for status, meaning in meanings.items():
        yield f"| {int(status)} | {meaning} |"
    yield ""
    for name, command in sorted(_every(cli.cli)):
        arguments = [p.make_metavar(click.Context(command)) for p in _arguments(command)]
        usage = " ".join(["driftbook", name, *(["[OPTIONS]"] if _own(command) else []), *arguments])
        yield from (f"## driftbook {name}", "", fence(usage, "text"), "")
        for paragraph in (command.help or "").split("\n\n"):
            yield from (" ".join(paragraph.split()), "")
        yield from _options(command)


def _every(group: click.Group, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    """Commands by name, those of groups as `group command`."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _every(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


def _arguments(command: click.Command) -> list[click.Parameter]:
    return [p for p in command.params if isinstance(p, click.Argument)]


def _own(command: click.Command) -> list[click.Option]:
    return [p for p in command.params if isinstance(p, click.Option)]


def _options(command: click.Command) -> Iterator[str]:
    options = _own(command)
    if not options:
        return
    yield from ("| option | does |", "| --- | --- |")
    for option in options:
        spelled = ", ".join((*option.opts, *option.secondary_opts))
        if isinstance(option.type, click.Choice):
            spelled += f" {'|'.join(str(c) for c in option.type.choices)}"
        elif not option.is_flag and not option.count:
            spelled += f" {option.metavar or option.type.name.upper()}"
        default = f" Default: {option.default}." if option.show_default else ""
        yield f"| {code(spelled)} | {cell((option.help or '') + default)} |"
    yield ""


# --- the catalog --------------------------------------------------------------------------------


def catalog() -> Iterator[str]:
    """Every field of every kind, from the JSON Schemas."""
    yield from ("# Catalog format", "", MARK, "")
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
    for kind in KINDS:
        schema = json.loads((SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8"))
        yield from (f"## {kind}", "", schema["description"], "")
        yield from ("| field | value |", "| --- | --- |")
        yield from _fields(schema, schema, "", depth=0)
        yield ""
    yield from _lists()


def canary() -> Iterator[str]:
    """Every field of the prober's configuration."""
    schema = json.loads((SCHEMAS / "canary.schema.json").read_text(encoding="utf-8"))
    yield from ("# Canary configuration", "", MARK, "")
    yield from (
        f"{schema['description']} One file, read as strictly as the catalog. A server has a `name`",
        "and exactly one of `url`, `url_file` and `url_env`. For editors: `canary.schema.json`.",
        "",
        "| field | value |",
        "| --- | --- |",
    )
    yield from _fields(schema, schema, "", depth=0)


def _fields(schema: Any, whole: Any, prefix: str, depth: int) -> Iterator[str]:
    schema = _resolved(schema, whole)
    for name, field in schema.get("properties", {}).items():
        field = _resolved(field, whole)
        path = f"{prefix}{name}"
        needed = ", required" if name in schema.get("required", ()) and depth == 0 else ""
        said = [f"{_type(field)}{needed}.", cell(field["description"])]
        if "enum" in field:
            said.append(f"One of {', '.join(map(code, field['enum']))}.")
        if field.get("examples") and name != "kind":
            said.append(f"For example {_json(field['examples'][0])}.")
        yield f"| `{path}` | {' '.join(said)} |"
        items = _resolved(field.get("items", {}), whole)
        named = field.get("additionalProperties")
        if depth == 2 or path in ("stages.mid", "stages.late"):  # as stages.early
            continue
        if "properties" in field:
            yield from _fields(field, whole, f"{path}.", depth + 1)
        elif "properties" in items:
            yield from _fields(items, whole, f"{path}[].", depth + 1)
        elif isinstance(named, dict) and "properties" in _resolved(named, whole):
            yield from _fields(named, whole, f"{path}.NAME.", depth + 1)


def _json(example: Any) -> str:
    """An example as it would be written in YAML, which reads JSON."""
    text = example if isinstance(example, str) else json.dumps(example, ensure_ascii=False)
    return code(text) if set("`|\n") & set(text) else f"`{text}`"


def _resolved(schema: Any, whole: Any) -> Any:
    if isinstance(schema, dict) and "$ref" in schema:
        target = whole
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        own = {k: v for k, v in schema.items() if k != "$ref"}
        # A stage or a condition has its own reference: its parts are not repeated here.
        short = {
            k: v for k, v in target.items() if k != "properties" or len(target["properties"]) < 12
        }
        return {**short, **own}
    return schema


def _type(field: Any) -> str:
    if "enum" in field:
        return "choice"
    if "const" in field:
        return f"`{field['const']}`"
    kind = field.get("type", "value")
    words_of = {"object": "mapping", "array": "list", "string": "text", "boolean": "yes or no"}
    return " or ".join(words_of.get(k, k) for k in ([kind] if isinstance(kind, str) else kind))


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


# --- diagnostics --------------------------------------------------------------------------------


def diagnostics() -> Iterator[str]:
    """One section per code, with what driftbook says about the wrong example."""
    yield from ("# Diagnostics", "", MARK, "")
    yield from (
        "Codes are stable. `driftbook explain CODE` shows the same text. An error stops the",
        "compile, a warning does not, and a note says what was done.",
        "",
    )
    for check in sorted(CHECKS, key=lambda check: check.CODE):
        yield from (f"## {check.CODE}", "", f"`{check.NAME}`, {check.SEVERITY.value}.", "")
        yield from ((check.__doc__ or "").strip(), "")
        wrong, right = example_text(check)
        yield from (f"Wrong, in `{check.EXAMPLE.file}`:", "", fence(wrong, "yaml"), "")
        yield from ("Right:", "", fence(right, "yaml"), "")
        yield from ("Driftbook says:", "", fence(what_it_says(check), "text"), "")


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
