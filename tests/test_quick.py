"""What makes the site sooner makes the same site: against Python-Markdown and Material alone."""

import os
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress

import markdown
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from material.plugins.search.plugin import Parser, Section

from driftbook import forks
from driftbook.site.quick import inline, parts, sections

EXTENSIONS = ["admonition", "attr_list", "md_in_html", "tables", "toc", "pymdownx.superfences"]
WRITTEN = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "`",
                "``",
                "\\",
                "[",
                "]",
                "(",
                ")",
                "![",
                "<",
                ">",
                "&",
                "*",
                "**",
                "_",
                "\n",
                "\n\n",
                "  \n",
            ]
        ),
        st.sampled_from(
            [
                "[a](b.md)",
                "[a [b]](c)",
                "[a](b (c))",
                '[a](b "c")',
                "[a](<b c>)",
                "[a][b]",
                "\n\n[b]: c\n\n",
                "![a](b)",
                "<https://a.b>",
                "<a@b.c>",
                "&#95;",
                "&amp;",
                "*a*",
                "__b__",
                "a_b_c",
                "`c*`",
                "<b>",
                "</b>",
                "{: #d }",
                "\n-   ",
                "\n| a | b |\n| - | - |\n| c | [d](e) |\n",
            ]
        ),
        st.text("ab c1.", min_size=1, max_size=4),
    ),
    max_size=24,
).map("".join)


@given(WRITTEN)
@example("[a](b)")
@example("[a][b]\n\n[b]: c")
@example("[**a** `b`](c) &amp; _d_")
def test_markdown_gives_the_same_html(text: str) -> None:
    plain = markdown.markdown(text, extensions=EXTENSIONS)
    assert markdown.markdown(text, extensions=[*EXTENSIONS, inline.Quick()]) == plain


NAMES = ["p", "code", "pre", "li", "ul", "div", "h1", "h2", "h3", "a", "em", "title", "object"]
ATTRIBUTES = [
    "",
    ' id="x"',
    ' id="y" class="z"',
    ' class="headerlink" href="#x"',
    ' class="linenodiv"',
    " data-search-exclude",
    ' data-search-exclude=""',
    ' title="it\'s &lt;"',
]
LEAVES = [
    "a",
    " ",
    "\n",
    "b & c",
    "&lt;&quot;",
    "<br>",
    "<br />",
    '<img alt="a" src="b">',
    "<!-- c -->",
]


def element(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """HTML of an element around others."""
    name = st.sampled_from(NAMES)
    body = st.lists(inner, max_size=3).map("".join)
    return st.builds(lambda n, a, b: f"<{n}{a}>{b}</{n}>", name, st.sampled_from(ATTRIBUTES), body)


HTML = st.lists(st.recursive(st.sampled_from(LEAVES), element, max_leaves=8), max_size=6).map(
    "".join
)


def told(found: list[Section]) -> list[tuple[object, ...]]:
    """What the search uses of sections."""
    return [(str(s), s.id, "".join(s.title), "".join(s.text), s.is_excluded()) for s in found]


def by_material(html: str) -> list[Section]:
    """As Material's own parser divides a page. Raises ValueError where it stumbles."""
    parser = Parser()
    parser.feed(html)
    parser.close()
    return list(parser.data)


@given(HTML)
@example('<h1 id="a">A<a class="headerlink" href="#a">¶</a></h1>\n<p>b <code>c</code></p>')
@example('<div><h2 id="a">A</h2><p>b</p></div><p>c</p>')
@example("<div data-search-exclude><div>a</div>b</div>c<p></p>")
@example("<p title='a>b'>c</p>")
@example("<p>a")
def test_the_search_finds_the_same_sections(html: str) -> None:
    try:
        wanted = by_material(html)
    except ValueError:  # an element that it leaves out, around others of its name
        with suppress(ValueError):
            assert sections.divided(html) is None
        return
    found = sections.divided(html)
    assert found is None or told(found) == told(wanted)


def test_pages_of_markdown_are_plain_enough() -> None:
    text = (
        "# A { #a }\n\nb *c*\n\n| d | e |\n| - | - |\n| `f` | <br> |\n\n<!-- g -->\n\n```\nh\n```\n"
    )
    html = markdown.markdown(text, extensions=EXTENSIONS)
    assert sections.divided(html) is not None


PICTURE = '<figure data-search-exclude=""><svg><title>a</title></svg></figure>'
CODE = "<details data-search-exclude><summary>a</summary><pre><code>b\n*c*\n</code></pre></details>"


def test_parts_go_around_the_markdown() -> None:
    page = f"# A\n\n{PICTURE}\n\nb\n\n{CODE}\n"
    rest, aside = parts.without(page)
    assert aside == [PICTURE, CODE]
    assert "<svg>" not in rest
    assert "*c*" not in rest
    html = markdown.markdown(rest, extensions=EXTENSIONS)
    assert parts.within(html, aside) == markdown.markdown(page, extensions=EXTENSIONS)


def test_parts_with_something_for_mkdocs_stay() -> None:
    for part in (
        PICTURE.replace("<svg>", '<svg id="b">'),
        CODE.replace("<details", "<details markdown"),
        CODE.replace("*c*", "<details>d</details>"),
    ):
        page = f"# A\n\n{part}\n"
        assert parts.without(page) == (page, [])


def test_parts_of_a_page_without_a_title_stay() -> None:
    page = f"{PICTURE}\n\n# A\n"
    assert parts.without(page) == (page, [])


def test_code_of_other_people_stays_code() -> None:
    page = f"# A\n\n```html\n{CODE}\n\n```\n\n{PICTURE}\n"
    rest, aside = parts.without(page)
    assert aside == [PICTURE]
    assert CODE in rest


@pytest.mark.parametrize(
    "html",
    [
        "<h1>A</h1><h2 id=b>B</h2><p>c</p>",
        '<h1>A</h1><h2 ID="b">B</h2><p>c</p>',
        '<h1>A</h1><h2 id = "b">B</h2><p>c</p>',
        "<h1>A</h1><p DATA-SEARCH-EXCLUDE>b</p>",
        "<p>a&<!-- b -->lt;</p>",
        "<p>a <span>\n<!-- b -->\n</span> c</p>",
    ],
)
def test_however_attributes_are_written(html: str) -> None:
    found = sections.divided(html)
    assert found is None or told(found) == told(by_material(html))


def test_a_process_that_is_ended_is_told() -> None:
    def one(number: int) -> int:
        if number == forks.FEW:
            os._exit(9)
        return number

    with pytest.raises(BrokenProcessPool):
        list(forks.mapped(one, range(2 * forks.FEW)))
    assert list(forks.mapped(abs, range(2 * forks.FEW))) == list(range(2 * forks.FEW))


def test_what_fails_elsewhere_fails_here() -> None:
    def one(number: int) -> int:
        return 1 // (number - forks.FEW)

    with pytest.raises(ZeroDivisionError):
        list(forks.mapped(one, range(2 * forks.FEW)))
