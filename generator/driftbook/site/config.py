"""The MkDocs configuration: ours, made from the catalog, until the project makes it its own."""

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path

from driftbook import names
from driftbook.emit.artifact import Artifact
from driftbook.model import Catalog

FILE = "site/mkdocs.yml"
OVERRIDES = "site/overrides"
OWN = "# Remove the line above, and this file is yours: driftbook will use it and not write it."
_HERE = Path(__file__).parent


def is_own(root: Path, file: str = FILE) -> bool:
    """Whether the project has such a file that driftbook did not write; it wins."""
    try:
        with (root / file).open(encoding="utf-8") as start:
            return names.MARK not in start.readline()
    except FileNotFoundError:
        return False


def emit(catalog: Catalog) -> Iterator[Artifact]:
    """`site/mkdocs.yml` and the templates it names: all that another builder needs."""
    mark = names.header(catalog.origin.file)
    yield Artifact(FILE, f"# {mark}\n{OWN}\n\n{configured(catalog)}")
    for path in sorted((_HERE / "overrides").rglob("*.*")):
        text = path.read_text(encoding="utf-8")
        mark = names.header(path.name)
        note = f"{{#- {mark} -#}}\n" if path.suffix == ".html" else f"<!-- {mark} -->\n"
        first, rest = text.split("\n", 1) if text.startswith("<?xml") else ("", text)
        body = f"{first}\n{note}{rest}" if first else note + text
        yield Artifact(f"{OVERRIDES}/{path.relative_to(_HERE / 'overrides').as_posix()}", body)


def configured(catalog: Catalog) -> str:
    """The packaged configuration with this catalog's values.

    The title is escaped: Material prints it as it is. JSON strings are YAML strings.
    """
    values = {
        "site_name": escape(catalog.title),
        "site_url": catalog.site_url,
        "docs_dir": Path(names.PAGES).name,
        "site_dir": Path(names.SITE).name,
    }
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    base = (_HERE / "mkdocs.yml").read_text(encoding="utf-8")
    theme = f"theme:\n  custom_dir: {Path(OVERRIDES).name}\n"
    return "\n".join(lines) + "\n\n" + base.replace("theme:\n", theme, 1)
