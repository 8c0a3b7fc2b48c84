"""Python-Markdown without work that comes to nothing.

Patterns are tried only on text that has the character they begin with.
"""

import re
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.extensions.toc import TocTreeprocessor
from markdown.inlinepatterns import LINK_RE, LinkInlineProcessor
from markdown.treeprocessors import InlineProcessor
from markdown.util import AtomicString

BEGINS = {
    "backtick": "`",
    "escape": "\\",
    "link": "[",
    "image_link": "[",
    "autolink": "<",
    "automail": "<",
    "linebreak": "\n",
    "html": "<",
    "entity": "&",
    "em_strong": "*_",
    "em_strong2": "_",
    "not_strong": "*_",
}
"""What every match of a pattern of Python-Markdown has one of. Others are always tried."""
REFERENCES = ("reference", "image_reference", "short_reference", "short_image_ref")
"""Patterns that match nothing on a page that defines no reference."""
_BEGINNING = re.compile(r"[`\\\[<\n&*_]")
_ALWAYS = frozenset(["always"])
_ADDRESS = re.compile(r"\(([^\s()<>'\"\x02]+)\)")


class Quick(Extension):
    """Puts the quick processors in the places of Python-Markdown's, after all other extensions."""

    def extendMarkdown(self, md: Markdown) -> None:  # its name there
        """Registers them under the names and with the priorities that the others have."""
        md.treeprocessors.register(_Inline(md), "inline", 20)
        md.inlinePatterns.register(_Link(LINK_RE, md), "link", 160)
        for processor in md.treeprocessors:
            if isinstance(processor, TocTreeprocessor) and not processor.marker:
                # MkDocs takes the headings; the list of them as HTML has no place on any page.
                processor.build_toc_div = _nothing  # type: ignore[assignment,method-assign]
        md.block_level_elements = set(md.block_level_elements)  # type: ignore[assignment]  # only read


def _nothing(headings: object) -> Element:
    return Element("div")


class _Link(LinkInlineProcessor):
    """Python-Markdown reads links character by character; most hold no bracket or quote."""

    def getText(self, data: str, index: int) -> tuple[str, int, bool]:
        """The text up to its bracket."""
        end = data.find("]", index)
        if end < 0 or "[" in data[index:end]:
            return super().getText(data, index)
        return data[index:end], end + 1, True

    def getLink(self, data: str, index: int) -> tuple[str, str | None, int, bool]:
        """The address between parentheses."""
        found = _ADDRESS.match(data, index)
        return (found[1], None, found.end(), True) if found else super().getLink(data, index)


class _Inline(InlineProcessor):
    """Python-Markdown tries fourteen patterns on every run of text, most of which are plain words.

    What a pattern puts into the text is a number between control characters, so that no pattern
    is ever needed for text that did not have its character from the start.
    """

    def run(self, tree: Any, ancestors: list[str] | None = None) -> Any:
        """Notes the patterns, as they are now that all extensions have had their say."""
        registry = self.md.inlinePatterns
        idle = () if self.md.references else REFERENCES
        begins = BEGINS | dict.fromkeys(idle, "")
        known = {id(registry[name]): frozenset(begins[name]) for name in begins if name in registry}
        self._patterns = [(pattern, known.get(id(pattern), _ALWAYS)) for pattern in registry]
        return super().run(tree, ancestors)

    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:
        """Replaces the method of Python-Markdown that every run of text goes through."""
        if isinstance(data, AtomicString):
            return data
        there = _ALWAYS.union(_BEGINNING.findall(data))
        start = 0
        while patternIndex < len(self._patterns):
            pattern, begins = self._patterns[patternIndex]
            matched = not there.isdisjoint(begins)
            if matched:
                data, matched, start = self._InlineProcessor__applyPattern(  # type: ignore[attr-defined]
                    pattern, data, patternIndex, start
                )
            if not matched:
                patternIndex, start = patternIndex + 1, 0
        return data
