"""The user guide and the site's own assets: packaged files, copied with the mark of driftbook."""

import posixpath
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import driftbook
from driftbook import names
from driftbook.emit.artifact import Artifact
from driftbook.emit.pages import markdown
from driftbook.emit.pages.page import head

INTERNAL = ("architecture.md", "decisions.md", "tour.md")
"""For people who change driftbook itself or look at it; no part of a team's runbook site."""
GUIDE, DEEP = 0.2, 0.05
"""What a page of the guide counts in the search, where one of the catalog counts 1."""
DEEP_FOLDERS = ("reference/packs/", "reference/conditions/")
"""Many pages that name every metric and every word there is."""
_TITLED = re.compile(r'^( *)(`{3,}\w+) title="([^"`]+)"$', re.MULTILINE)
_PICTURE = re.compile(r"!\[[^\]]*\]\(([\w./-]+\.svg)\)")
_HEADING = re.compile(r"^# (.+)$", re.MULTILINE)


def emit() -> Iterator[Artifact]:
    """`guide/` with its pictures, and `assets/`."""
    for path, text in documentation():
        heading = _HEADING.search(text)
        title = heading[1] if heading else path
        counts = DEEP if path.startswith(DEEP_FOLDERS) else GUIDE
        counts = 1 if path == "reference/diagnostics.md" else counts  # where an error's text leads
        first = head(f"docs/{path}", title, f"search: {{boost: {counts}}}")
        page = f"{first}\n{_sizes(path, _file_names(text))}"
        yield Artifact(f"{names.PAGES}/guide/{path}", page)
    for path, text in _documents("*.svg"):
        yield Artifact(f"{names.PAGES}/guide/{path}", f"<!-- {names.header(path)} -->\n{text}")
    for asset in sorted((_package() / "site" / "assets").iterdir()):
        mark = f"/* {names.header(asset.name)} */"
        text = asset.read_text(encoding="utf-8")
        yield Artifact(f"{names.PAGES}/assets/{asset.name}", f"{mark}\n{text}")


def _sizes(path: str, text: str) -> str:
    """The sizes of pictures behind their links."""
    pictures = dict(_documents("*.svg"))
    folder = path.rpartition("/")[0]

    def sized(found: re.Match[str]) -> str:
        return found[0] + markdown.size(pictures[posixpath.join(folder, found[1])])

    return _PICTURE.sub(sized, text)


def _file_names(text: str) -> str:
    """The names of files as lines above their fences: what no highlighter takes from a fence."""
    return _TITLED.sub(r"\1`\3`\n\1{: .db-file }\n\n\1\2", text)


def documentation() -> tuple[tuple[str, str], ...]:
    """The user guide: path below `docs/`, text."""
    return _documents("*.md")


@cache
def _documents(kind: str) -> tuple[tuple[str, str], ...]:
    """In the wheel they lie inside the package."""
    inside = _package() / "docs"
    folder = inside if inside.is_dir() else _package().parent.parent / "docs"
    found = sorted(folder.rglob(kind), key=lambda path: path.relative_to(folder).as_posix())
    return tuple(
        (path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8"))
        for path in found
        if path.name not in INTERNAL
    )


def _package() -> Path:
    return Path(driftbook.__file__).parent
