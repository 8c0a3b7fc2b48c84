"""The entries of a page in the index of the search, from HTML that is plain and well-formed."""

import re
from html import escape, unescape
from itertools import chain
from typing import Any

from material.plugins.search.plugin import Element, SearchIndex, Section, void

_ATTRIBUTE = re.compile(r'([^\s"=/]+)(?:="([^"]*)")?')
_TELLING = re.compile("id=|class=|data-search-exclude", re.IGNORECASE)
"""What of an element means something to the search."""
_TOKEN = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[\s/][^<>]*)?)>([^<]*)")
_COMMENT = re.compile(r"(?:^|\n)<!--[^<>]*-->(?=\n+<)")
_PLAIN = re.compile(r'(?:\s+[a-zA-Z][-\w:.]*(?:="[^"]*")?)*\s*/?')
_RAW = {"script", "style", "iframe", "noembed", "noframes", "noscript", "xmp", "plaintext"}
"""Elements whose content is no HTML."""
_TEXT = {"title", "textarea"}
"""Elements whose content may be read as text alone."""
_HEADINGS = {f"h{level}" for level in range(1, 7)}
_KEPT = {"p", "code", "pre", "li", "ol", "ul", "sub", "sup"}
_NEVER = {"object", "script", "style"}


class Index(SearchIndex):  # type: ignore[misc]  # Material has no types
    """Material's index, which reads a page with Python's parser for HTML as it is found anywhere.

    A page of Python-Markdown is nearly always plain enough for one regular expression.
    """

    def add_entry_from_context(self, page: Any) -> None:
        """Adds the sections of a page."""
        search = page.meta.get("search") or {}
        found = None if search.get("exclude") else divided(page.content)
        if found is None:
            super().add_entry_from_context(page)
            return
        for section in found:
            if not section.is_excluded():
                self.create_entry_for_section(section, page.toc, page.url, page)


def divided(html: str) -> list[Section] | None:
    """HTML in sections, each with its heading, as Material divides it; None where it is not plain.

    Material compares elements by their names, so that an element that the search leaves out also
    hides others of its name; this does the same.
    """
    html = _COMMENT.sub("", html)
    first, _, _ = html.partition("<")
    tokens = _TOKEN.findall(html)
    whole = len(first) + sum(map(len, chain.from_iterable(tokens))) + len("<>") * len(tokens)
    if whole != len(html) or not html.endswith(">"):
        return None
    reader = _Reader()
    wanted = ""
    if first:
        reader.data(unescape(first))
    for close, written, attributes, text in tokens:
        name = written.lower()
        if wanted and (name != wanted or not close):
            return None
        wanted = name if name in _TEXT and not close else ""
        if name in _RAW or (attributes and not _PLAIN.fullmatch(attributes)):
            return None
        if close:
            reader.end(name)
        elif name not in void:
            reader.start(name, attributes)
            if attributes.endswith("/"):
                reader.end(name)
        if text:
            reader.data(unescape(text) if "&" in text else text)
    return reader.found


class _Reader:
    """What Material's parser does with the tags and texts that it is given."""

    def __init__(self) -> None:
        self.found: list[Section] = []
        self.section: Section | None = None
        self.open: list[str] = []
        self.links: list[bool] = []
        self.skipped = set(_NEVER)

    def start(self, name: str, written: str) -> None:
        """An element begins. written: its attributes."""
        self.open.append(name)
        attributes = _attributes(written) if _TELLING.search(written) else {}
        self.links.append(name == "a" and attributes.get("class") == "headerlink")
        if name in _HEADINGS and "id" in attributes:
            self._heading(name, attributes)
        if self.section is None:
            self._preface()
        if "data-search-exclude" in attributes or attributes.get("class") == "linenodiv":
            self.skipped.add(name)
        elif name in _KEPT and self.skipped.isdisjoint(self.open):
            self._target().append(f"<{name}>")

    def end(self, name: str) -> None:
        """An element ends."""
        if not self.open or self.open[-1] != name:
            return
        assert self.section is not None
        if self.section.depth > len(self.open):
            self._leave()
        self.open.pop()
        self.links.pop()
        if name in self.skipped:
            if name not in _NEVER:
                self.skipped.remove(name)
        elif name in _KEPT and self.skipped.isdisjoint(self.open):
            self._close(name, self._target())

    def data(self, text: str) -> None:
        """A run of text, without entities."""
        if not self.skipped.isdisjoint(self.open):
            return
        blank = text.isspace()
        verbatim = "pre" in self.open
        if not verbatim:
            text = " " if blank else text.replace("\n", " ")
        if self.section is None:
            self._preface()
        assert self.section is not None
        if self.section.el.tag in self.open:
            if True not in self.links:
                self.section.title.append(escape(text, quote=False))
        elif not blank:
            self.section.text.append(escape(text, quote=False))
        elif verbatim or not self.section.text or not self.section.text[-1].isspace():
            self.section.text.append(text)

    def _heading(self, name: str, attributes: dict[str, str | None]) -> None:
        depth = len(self.open)
        if name != "h1" and not self.found:
            self._preface(depth)
        self.section = Section(Element(name, attributes), depth)
        if self.found:
            self.section.id = attributes["id"]
        self.found.append(self.section)

    def _preface(self, depth: int = 0) -> None:
        self.section = Section(Element("hx"), depth)
        self.found.append(self.section)

    def _target(self) -> list[str]:
        """The title or the text that is being read."""
        section = self.section
        assert section is not None
        parts: list[str] = section.title if section.el.tag in self.open else section.text
        return parts

    def _leave(self) -> None:
        """Back to the section around an element that held a heading."""
        assert self.section is not None
        for section in reversed(self.found):
            if section.depth <= len(self.open):
                self.section.depth = float("inf")
                self.section = section
                return

    def _close(self, name: str, parts: list[str]) -> None:
        """Writes the end of an element, or takes it back if it was empty."""
        index = parts.index(f"<{name}>")
        if any(not part.isspace() for part in parts[index + 1 :]):
            parts.append(f"</{name}>")
        else:
            del parts[index:]


def _attributes(written: str) -> dict[str, str | None]:
    found = _ATTRIBUTE.findall(written)
    return {name.lower(): unescape(value) for name, value in found}
