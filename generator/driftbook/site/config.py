"""Which MkDocs configuration a site is built with."""

import json
from html import escape
from pathlib import Path

from driftbook import names
from driftbook.model import Catalog

OWN = "site/mkdocs.yml"
"""A project's own configuration; it wins over the packaged one."""
_HERE = Path(__file__).parent


def configuration(root: Path, catalog: Catalog) -> Path:
    """The project's own configuration, or the packaged one with this catalog's values filled in."""
    if (root / OWN).is_file():
        return root / OWN
    made = root / names.STATE / "mkdocs.yml"
    made.parent.mkdir(parents=True, exist_ok=True)
    text = configured(catalog, root / names.PAGES, root / names.SITE, _HERE / "overrides")
    if not made.is_file() or made.read_text(encoding="utf-8") != text:
        made.write_text(text, encoding="utf-8")
    return made


def configured(catalog: Catalog, pages: Path, html: Path, overrides: Path) -> str:
    """The packaged configuration as a file that stands alone.

    The title is escaped: Material prints it as it is. JSON strings are YAML strings.
    """
    values = {
        "site_name": escape(catalog.title),
        "site_url": catalog.site_url,
        "docs_dir": str(pages),
        "site_dir": str(html),
    }
    lines = [f"{key}: {json.dumps(value)}" for key, value in values.items()]
    base = (_HERE / "mkdocs.yml").read_text(encoding="utf-8")
    theme = f"theme:\n  custom_dir: {json.dumps(str(overrides))}\n"
    return "\n".join(lines) + "\n\n" + base.replace("theme:\n", theme, 1)
