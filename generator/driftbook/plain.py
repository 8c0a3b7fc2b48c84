"""Markdown as one line of plain text, for places that show no markup."""

from functools import lru_cache

from markdown_it import MarkdownIt

_BREAKS = ("softbreak", "hardbreak")


@lru_cache(maxsize=4096)
def line(markdown: str, most: int) -> str:
    """The words of the first paragraph, no more than `most` characters, cut between words."""
    words = " ".join(_words(markdown).split())
    if len(words) <= most:
        return words
    return words[: most - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def _words(markdown: str) -> str:
    for block in MarkdownIt("commonmark", {"html": False}).parse(markdown):
        if block.type == "inline" and block.children:
            return "".join(
                " " if token.type in _BREAKS else token.content for token in block.children
            )
    return markdown
