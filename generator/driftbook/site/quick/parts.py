"""Pictures and folded code, which are HTML in the Markdown: they go around the Markdown.

Python-Markdown, MkDocs and the search each read all HTML tag by tag, and pass these parts on as
they are.
"""

import re

_PART = re.compile(
    r"^(?P<fence>`{3,}|~{3,}).*?^(?P=fence)"
    r"|^<(?P<name>figure|details)\b[^>\n]*\sdata-search-exclude(?=[\s=>]).*?</(?P=name)>$"
    r"(?=\n\n|\n?\Z)",
    re.MULTILINE | re.DOTALL,
)
_NAMED = re.compile(r"\s(?:id|name|markdown)\b")
_MARK = re.compile(r'<hr data-part="(\d+)">')


def without(markdown: str) -> tuple[str, list[str]]:
    """A page that driftbook wrote without its parts, with a mark for each, and the parts.

    A part stays where it is when there is something in it for MkDocs: an anchor, or more Markdown.
    So do all of a page that does not begin with its title, which changes what the search makes of
    them.
    """
    parts: list[str] = []

    def mark(found: re.Match[str]) -> str:
        name = found["name"]
        if not name or _NAMED.search(found[0]) or found[0].count(f"<{name}") > 1:
            return found[0]
        parts.append(found[0])
        return f'<hr data-part="{len(parts) - 1}">'

    if not markdown.lstrip().startswith("# ") or _MARK.search(markdown):
        return markdown, []
    return _PART.sub(mark, markdown), parts


def within(html: str, parts: list[str]) -> str:
    """The HTML of a page with its parts in their places."""
    return _MARK.sub(lambda mark: parts[int(mark[1])], html) if parts else html
