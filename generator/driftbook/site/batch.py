"""`mkdocs build --strict` on all cores, and only for pages that are not what they were.

Run as `python -m driftbook.site.batch CONFIG TARGET OLD MEMORY`; complaints are printed as MkDocs
prints them. What comes out are the bytes that MkDocs itself makes. Pages are rendered in forked
processes, because Python-Markdown is most of what a build costs. What a page gave is remembered
with a digest of its text; the next build takes its HTML out of the old site.
"""

import gc
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from driftbook import forks
from driftbook.site import memory
from driftbook.site.engine import Site, load, render
from driftbook.site.memory import Record

_site: Site
"""What forked processes inherit."""


class Complaints(logging.Handler):
    """Warnings of MkDocs, as lines."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps one."""
        self.lines.append(f"{record.levelname} -  {record.getMessage()}")

    def taken(self) -> list[str]:
        """Those since the last call."""
        taken, self.lines = self.lines, []
        return taken


COMPLAINTS = Complaints()


def main(config: str, target: str, old: str, remembered: str) -> int:
    """Builds below target. Returns 1 where there are complaints."""
    global _site
    gc.set_threshold(100_000, 50, 100)
    logging.getLogger("mkdocs").addHandler(COMPLAINTS)
    _site = load(Path(config), site_dir=target, strict=True)
    _write_others(_site)
    listed = {file.src_uri: file for file in _site.documents}
    around = memory.surroundings(Path(config), str(_site.nav))
    before = memory.read(Path(remembered), around, listed)
    kept = {address: before[address] for address in before if _kept(before, listed[address], old)}
    gc.freeze()  # what is loaded stays: no collection has to look at it
    lines = COMPLAINTS.taken()
    found: dict[str, Record] = dict(kept)
    wanted = sorted((a for a in listed if a not in kept), key=_size, reverse=True)
    for address, record, told in forks.mapped(_page, wanted):
        found[address] = record
        lines += told
    records = {address: found[address] for address in listed}
    lines += _finish(_site, listed, records)
    memory.keep_same(Path(old), Path(target))
    memory.write(Path(remembered), around, records if not lines else {})
    print("\n".join(lines), file=sys.stderr)
    return int(bool(lines))


def _write_others(site: Site) -> None:
    """Everything that is no page: assets, and the templates of the theme."""
    from mkdocs.commands import build

    site.files.copy_static_files()
    for name in site.config.theme.static_templates:
        build._build_theme_template(name, site.env, site.files, site.config, site.nav)
    for name in site.config.extra_templates:
        build._build_extra_template(str(name), site.files, site.config, site.nav)


def _kept(before: Mapping[str, Record], file: Any, old: str) -> bool:
    """Whether a page is what it was; its HTML is taken out of the old site then."""
    record = before[file.src_uri]
    if record.source != memory.digest(Path(file.abs_src_path).read_bytes()):
        return False
    return memory.take(Path(old) / file.dest_uri, Path(file.abs_dest_path), record.html)


def _size(address: str) -> int:
    """Of a page's text: the largest come first, so that no core waits for one at the end."""
    return os.path.getsize(_site.files.get_file_from_path(address).abs_src_path)


def _page(address: str) -> tuple[str, Record, list[str]]:
    """Renders and writes one page."""
    file = _site.files.get_file_from_path(address)
    html, entries = render(_site, file)
    path = Path(file.abs_dest_path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(html)
    page = file.page
    links = [
        (to.src_uri, anchor, written)
        for to, anchors in (page.links_to_anchors or {}).items()
        for anchor, written in anchors.items()
    ]
    record = Record(
        source=memory.digest(Path(file.abs_src_path).read_bytes()),
        html=memory.digest(html),
        anchors=sorted(page.present_anchor_ids or ()),
        links=links,
        entries=entries,
    )
    page.content, page.toc = "", []
    return address, record, COMPLAINTS.taken()


def _finish(site: Site, listed: Mapping[str, Any], records: Mapping[str, Record]) -> list[str]:
    """What needs all pages: anchors and the search. Returns complaints."""
    for address, file in listed.items():
        linked: dict[Any, dict[str, str]] = {}
        for to, anchor, written in records[address].links:
            linked.setdefault(site.files.get_file_from_path(to), {})[anchor] = written
        file.page.links_to_anchors = linked
        file.page.present_anchor_ids = set(records[address].anchors)
    level = site.config.validation.links.anchors
    for file in listed.values():
        file.page.validate_anchor_links(files=site.files, log_level=level)
    if site.search:
        entries = [entry for record in records.values() for entry in record.entries]
        site.search.search_index.entries = entries
    site.config.plugins.on_post_build(config=site.config)
    return COMPLAINTS.taken()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
