"""Which pages of a built site to look at, so that every kind and every component is looked at.

The kind of a page is its place with names left out (`invariants/*/index.html`); a component is an
element or a class. Both are read from the site, so that a new page is looked at unasked.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

REDIRECT = 'http-equiv="refresh"'
_ARTICLE = re.compile(r"<article.*?</article>", re.DOTALL)
_PART = re.compile(r'<([a-z][a-z0-9]*)|class="([^"]*)"')


def kind(path: str) -> str:
    """The kind of a page, by its path below the site."""
    *folders, name = path.split("/")
    if folders[:1] == ["guide"]:
        return "guide"  # all of it is plain Markdown
    return "/".join([*folders[:1], *("*" for _ in folders[1:]), name])


def components(text: str) -> frozenset[str]:
    """Elements and classes of a page's content, but for the languages of its code."""
    article = _ARTICLE.search(text)
    found: set[str] = set()
    for tag, classes in _PART.findall(article[0] if article else text):
        found |= {f"<{tag}>"} if tag else set(classes.split())
    return frozenset(name for name in found if not name.startswith("language-"))


def redirects(html: Path) -> list[str]:
    """The pages that only lead elsewhere."""
    return [path for path, text in _read(html) if REDIRECT in text]


def representatives(html: Path) -> list[str]:
    """The richest page of each kind, and those that have a component which none of these has."""
    kinds: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    for path, text in _read(html):
        if REDIRECT not in text:
            kinds[kind(path)][path] = components(text)
    pages = {path: has for of in kinds.values() for path, has in of.items()}
    chosen = {_richest(of) for of in kinds.values()}
    missing = frozenset[str]().union(*pages.values())
    while missing := missing.difference(*(pages[path] for path in chosen)):
        chosen.add(_richest({path: has & missing for path, has in pages.items()}))
    return sorted(chosen)


def _read(html: Path) -> Iterable[tuple[str, str]]:
    for path in sorted(html.rglob("*.html")):
        yield path.relative_to(html).as_posix(), path.read_text(encoding="utf-8")


def _richest(pages: Mapping[str, frozenset[str]]) -> str:
    return max(sorted(pages), key=lambda path: len(pages[path]))
