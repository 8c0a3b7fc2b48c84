"""Catalog text as Markdown that cannot become anything but what it says.

Every value reaches a page through one of these functions. They return `Markup`, and what is not
`Markup` goes through `text` by itself, so that forgetting one shows escaped text and nothing worse.
The result holds for Python-Markdown with the extensions of Material and for CommonMark.
"""

import re
from functools import lru_cache
from html import escape
from urllib.parse import quote, unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from driftbook import placeholders

_SPECIAL = re.compile(
    rf"""[\\`*<>&!~{{}}|\[\]{placeholders.OPEN}{placeholders.CLOSE}]
      | (?<![^\W_])_|_(?![^\W_])  # inside a word it is plain everywhere
      | :(?=//)                  # `http://` is a link on GitHub
      | \#(?!\w)                 # at the end of a heading it is no part of it""",
    re.VERBOSE,
)
"""Signs that may mean something wherever they stand on a line."""
_FIRST = re.compile(r"[#:=?+-]|\d+[.)](?!\S)")
"""What stands first on a line and may start a heading, a list, a definition …"""
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ue000-\ue00f\ue012-\uf8ff\ufdd0-\ufdef\ufffe\uffff\U000f0000-\U0010ffff]"
)
_SIMPLE_CODE = re.compile(r"[A-Za-z0-9_.:/=,#@%+-]+(?: [A-Za-z0-9_.:/=,#@%+-]+)*")
_EMPTY = re.compile(r"^([ ]*)\n", re.MULTILINE)
_TICKS = re.compile(r"`+")
_SCHEMES = ("http", "https", "mailto")
_NO_ADDRESS = re.compile(r"[\x00- ]")
_MARKED = re.compile("|".join(map(quote, (placeholders.OPEN, placeholders.CLOSE))))
_OPEN = f"&#{ord(placeholders.OPEN)};"
_LABEL = re.compile(f"{_OPEN}((?:\\w|&#95;)+)&#{ord(placeholders.CLOSE)};")


def text(value: object) -> Markup:
    """Plain text for a paragraph, a heading or a table cell, on one line."""
    return _text(str(value))


@lru_cache(maxsize=1 << 14)
def _text(value: str) -> Markup:
    """Many pages say the same titles and words."""
    line = " ".join(clean(value).split())
    if _FIRST.match(line):
        return Markup(f"&#{ord(line[0])};{_escaped(line[1:])}")
    return Markup(_escaped(line))


def _escaped(line: str) -> str:
    return _labels(_SPECIAL.sub(_entity, line))


def _labels(escaped: str) -> str:
    """Labels of the alert as names in code, which a script replaces by their values."""
    if _OPEN not in escaped:
        return escaped
    return _LABEL.sub(lambda m: f'<code class="db-label">{m[1]}</code>', escaped)


def _entity(found: re.Match[str]) -> str:
    """A character that may mean something as its number."""
    return f"&#{ord(found[0])};"


def clean(value: str) -> str:
    """Without control characters; they mean something to Markdown's own machinery."""
    if value.isprintable():
        return value
    line = value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return _UNSEEN.sub("\ufffd", line)


def code(value: object) -> Markup:
    """An inline code span, also in table cells."""
    line = _line(value)
    if _SIMPLE_CODE.fullmatch(line):
        return Markup(f"`{line}`")
    return Markup(f"<code>{text(line)}</code>" if line else "")


def _line(value: object) -> str:
    """On one line; a label of the alert as `<region>`."""
    return " ".join(placeholders.plain(clean(str(value))).split())


def fence(value: object, language: str = "", indent: int = 0) -> Markup:
    """A fenced block with a fence longer than any run of backticks within."""
    body = placeholders.plain(clean(str(value))).strip("\n")
    ticks = "`" * max(3, *(len(run) + 1 for run in _TICKS.findall(body)), 3)
    lines = [f"{ticks}{language}", *body.split("\n"), ticks]
    pad = " " * indent
    return Markup("\n".join(f"{pad}{line}" if line.strip() else "" for line in lines))


def folded(title: str, value: object, language: str) -> Markup:
    """A block of code that opens when its title is clicked.

    It is HTML, because Markdown takes long to read code; the search leaves it out. An empty line
    would end it for CommonMark, and a fence would begin within it for Python-Markdown.
    """
    body = escape(clean(str(value)).strip("\n")).replace("`", "&#96;").replace("~", "&#126;")
    body = _EMPTY.sub(r"\1&#10;", body)
    head = f"<details data-search-exclude><summary>{escape(_line(title))}</summary>"
    return Markup(f'{head}<pre><code class="language-{language}">{body}\n</code></pre></details>')


def link(label: object, url: str) -> Markup:
    """A link to a web address; only its label where the address may not be linked."""
    shown = label if isinstance(label, Markup) else text(label)
    address = href(url)
    return Markup(f"[{shown}]({address})" if address else shown)


def href(url: str) -> str:
    """A web address fit to stand between parentheses; "" when it may not be linked."""
    url = placeholders.plain(_MARKED.sub(lambda m: unquote(m[0]), url.strip()))
    if _NO_ADDRESS.search(url) or urlsplit(url).scheme.lower() not in _SCHEMES:
        return ""
    return quote(url, safe="/:?#@!$&+,;=%~-._")


def attribute(value: object) -> Markup:
    """Text between double quotes in HTML."""
    return Markup(escape(_line(value), quote=True))


def size(picture: str) -> Markup:
    """The width and height of an SVG, to stand behind its link: nothing moves when it comes."""
    found = re.search(r'width="(\d+)" height="(\d+)"', picture)
    return Markup('{{: width="{}" height="{}" }}').format(*found.groups()) if found else Markup("")


def front_matter(value: object) -> str:
    """A YAML scalar for a page's title.

    Material prints it into HTML as it is, and undoes entities on the way in some places: so `<`
    and `>` become look-alikes there; the heading of the page has the real ones.
    """
    shown = (
        _line(value)
        .replace("<", "‹")
        .replace(">", "›")
        .replace("&", "&amp;")
        .replace('"', "&quot;")
    )
    return "'" + shown.replace("'", "''") + "'"


# --- Markdown that people wrote: parsed as CommonMark without HTML, written out again ------------

_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["html_block"])
_LISTS = ("bullet_list_open", "ordered_list_open")
_UNMARKED = re.compile(r"[^\W\d_](?:[^\\`*_<>&!~|\[\]\s]| )*")
"""One line without a sign of Markdown in it, as most texts are: there is nothing to parse."""
_INLINE_TAGS = {"strong_open": "<strong>", "strong_close": "</strong>"} | {
    "em_open": "<em>",
    "em_close": "</em>",
}


@lru_cache(maxsize=8192)
def prose(value: str, indent: int = 0) -> Markup:
    """The author's Markdown: paragraphs, lists, code, emphasis, links; no HTML, no headings."""
    pad = " " * indent
    if _unmarked(value):
        return Markup(f"{pad}{text(value)}")
    blocks = _blocks(_PARSER.parse(clean(value)))
    lines = "\n\n".join(blocks).split("\n")
    return Markup("\n".join(f"{pad}{line}" if line else "" for line in lines))


@lru_cache(maxsize=8192)
def inline(value: str) -> Markup:
    """The author's Markdown where only one line fits."""
    if _unmarked(value):
        return text(value)
    tokens = _PARSER.parseInline(" ".join(clean(value).split()))
    return Markup("".join(_spans(tokens[0].children or [])) if tokens else "")


def _unmarked(value: str) -> bool:
    """Whether its Markdown is that of plain text."""
    return _UNMARKED.fullmatch(value) is not None


def _blocks(tokens: list[Token]) -> list[str]:
    """Block tokens as Markdown blocks."""
    made: list[str] = []
    at, lists = 0, False
    while at < len(tokens):
        token = tokens[at]
        end = _closing(tokens, at)
        inner = tokens[at + 1 : end]
        if lists and token.type in _LISTS:
            made.append("<!-- -->")  # else Python-Markdown makes one list of two
        lists = token.type in _LISTS
        if token.type == "inline":
            made.append("".join(_spans(token.children or [])))
        elif token.type in ("fence", "code_block"):
            language = token.info.strip() if re.fullmatch(r"\w+", token.info.strip()) else ""
            made.append(str(fence(token.content, language)))
        elif lists:
            mark = "-   " if token.type.startswith("bullet") else "1.  "
            made.append("\n".join(_item(inner, mark)))
        elif token.type == "blockquote_open":
            quoted = "\n\n".join(_blocks(inner)).split("\n")
            made.append("\n".join(f"> {line}".rstrip() for line in quoted))
        elif token.type == "heading_open":
            made.append("".join(f"<strong>{b}</strong>" for b in _blocks(inner)))
        elif token.type == "table_open":
            made.append(_table(inner))
        elif token.nesting == 1:
            made += _blocks(inner)
        at = end + 1
    return made


def _closing(tokens: list[Token], at: int) -> int:
    """Index of the token that closes the one at an index; the same where nothing opens."""
    depth = 0
    for index in range(at, len(tokens)):
        depth += tokens[index].nesting
        if depth == 0:
            return index
    return len(tokens)


def _item(tokens: list[Token], mark: str) -> list[str]:
    lines: list[str] = []
    at = 0
    while at < len(tokens):
        end = _closing(tokens, at)
        body = "\n\n".join(_blocks(tokens[at + 1 : end])).split("\n")
        lines += [mark + body[0], *(f"    {line}" if line else "" for line in body[1:])]
        at = end + 1
    return lines


def _table(tokens: list[Token]) -> str:
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append("".join(_spans(token.children or [])) or "&nbsp;")
    rule = ["---"] * len(rows[0])
    return "\n".join(f"| {' | '.join(row)} |" for row in (rows[0], rule, *rows[1:]))


def _spans(tokens: list[Token]) -> list[str]:
    """Inline tokens: texts escaped, emphasis written as tags, which nothing can break."""
    made: list[str] = []
    links: list[str] = []
    for token in tokens:
        if token.type in _INLINE_TAGS:
            made.append(_INLINE_TAGS[token.type])
        elif token.type == "code_inline":
            made.append(str(code(token.content)))
        elif token.type == "link_open":
            links.append(href(str(token.attrGet("href") or "")))
            made.append("[" if links[-1] else "")
        elif token.type == "link_close":
            address = links.pop()
            made.append(f"]({address})" if address else "")
        elif token.type in ("softbreak", "hardbreak"):
            made.append(" " if token.type == "softbreak" else "<br>")
        else:
            made.append(_run(token.content, first=not any(made)))
    return made


def _run(content: str, first: bool) -> str:
    """A run of text, with the blanks at its ends; only the first can stand first on a line."""
    head, tail = content[:1].isspace(), content[-1:].isspace()
    body = str(text(content)) if first else _escaped(" ".join(content.split()))
    return f"{' ' if head else ''}{body}{' ' if tail and body else ''}"
