"""Writes docs/reference/ from the program: commands, catalog format, conditions, packs, …

python tools/reference.py           write the files
python tools/reference.py --check   write nothing; fail where one differs
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
import condition_pages
import kind_pages
import pack_pages
from kind_pages import cell

from driftbook import cli
from driftbook.checks import CHECKS
from driftbook.commands.explain import example_text, what_it_says
from driftbook.emit.pages.markdown import code, fence
from driftbook.errors import Exit

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
MARK = "<!-- Made by tools/reference.py from the program. Edits here will be lost. -->"


def main(check: bool) -> int:
    """Writes or compares; 1 when something differs."""
    made = {
        "commands.md": commands(),
        "diagnostics.md": diagnostics(),
        "canary-configuration.md": canary(),
        **kind_pages.pages(MARK),
        **condition_pages.pages(MARK),
        **pack_pages.pages(MARK),
    }
    texts = {name: "\n".join(lines).rstrip() + "\n" for name, lines in made.items()}
    if not check:  # a test compares the pictures, which takes the engines
        texts |= dict(condition_pages.pictures())
    different = []
    for path in sorted((*FOLDER.glob("packs/*.md"), *FOLDER.glob("catalog/*.md"))):
        name = path.relative_to(FOLDER).as_posix()
        if name not in made:
            different.append(name)
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


# --- the canary -------------------------------------------------------------------------------


def canary() -> Iterator[str]:
    """Every field of the prober's configuration."""
    schema = kind_pages.schema("canary")
    yield from ("# Canary configuration", "", MARK, "")
    yield from (
        f"{schema['description']} One file, read as strictly as the catalog. A server has a `name`",
        "and exactly one of `url`, `url_file` and `url_env`. For editors: `canary.schema.json`.",
        "",
    )
    yield from kind_pages.fields(schema)


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
