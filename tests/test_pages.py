"""Pages: complete, from the model, linked, and proof against anything that a catalog can say."""

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import markdown
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from driftbook import conditions, names
from driftbook.alerts import alerts
from driftbook.emit.artifact import Artifact
from driftbook.emit.pages import markdown as md
from driftbook.emit.pages import words
from driftbook.model import STAGES, Catalog
from sample import ROOT, compiled, example, hostile, site_pages

BASE = yaml.safe_load((ROOT / "generator/driftbook/site/mkdocs.yml").read_text())
EXTENSIONS = {
    "extensions": list(BASE["markdown_extensions"]),
    "extension_configs": BASE["markdown_extensions"],
}
TAGS = frozenset(
    [
        "h1",
        "h2",
        "h3",
        "p",
        "a",
        "img",
        "strong",
        "em",
        "code",
        "pre",
        "div",
        "span",
        "ul",
        "ol",
        "li",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "br",
        "blockquote",
        "details",
        "summary",
        "hr",
        *("figure", "figcaption", "svg", "title", "desc", "text", "rect", "path", "circle"),
    ]
)
ATTRIBUTES = frozenset(
    [
        *("href", "class", "id", "title", "start", "style", "src", "alt", "data-search-exclude"),
        *("data-alert", "data-external", "data-identity", "data-invariant"),
        *("viewbox", "width", "height", "role", "x", "y", "d", "transform", "text-anchor"),
        *("stroke-width", "stroke-dasharray", "cx", "cy", "r"),
    ]
)
PAYLOADS = [
    "<script>alert(1)</script>",
    "</code></pre><img src=x onerror=alert(1)>",
    "](javascript:alert(1)) [x](javascript:alert(1))",
    "a | b || c",
    "`tick` ``two`` ```three```",
    "{{ '{{ 7 * 7 }} {% x %}' }} { onclick=alert(1) } {: .x }",
    "# x\n# heading\n\n- list\n\n1. one\n\n    code",
    "*a* _b_ **c** ~~d~~ ==e== ^^f^^ ++g++ :smile: $h$",
    "&lt;b&gt; &amp; &#60;i&#62;",
    "<!-- comment --> <!--",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    "[ref]: javascript:alert(1) 'x'",
    "*[HTML]: y\n\n!!! note\n\n??? note\n\n=== x",
    "[^1]: foot ![img](x)",
    "\\*escaped\\* \\| \\` \\<",
    "\x02klzzwxh:0001\x03 \x00 \u2028 \u202e",
    "http://a.example <http://b.example>",
    "```\n</script><script>alert(1)</script>\n```",
    "--- ... --> ---",
]


class Parsed(HTMLParser):
    """What a browser would see: tags, attributes, columns of each table row, text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.rows: list[list[int]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag == "table":
            self.rows.append([])
        if tag == "tr":
            self.rows[-1].append(0)
        if tag in ("td", "th"):
            self.rows[-1][-1] += 1

    def handle_data(self, data: str) -> None:
        self.text += data


@cache
def html(page: Artifact) -> Parsed:
    """The page as MkDocs would convert it."""
    body = page.text.split("\n---\n", 1)[1]
    return Parsed(markdown.markdown(body, **EXTENSIONS))


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return example(tmp_path_factory.mktemp("catalog"))


@pytest.fixture(scope="module")
def reference() -> Catalog:
    return compiled(ROOT)


@pytest.fixture(scope="module")
def reference_pages(reference: Catalog) -> dict[str, Artifact]:
    return site_pages(reference)


def test_every_invariant_has_its_stages(
    reference: Catalog, reference_pages: dict[str, Artifact]
) -> None:
    for name in reference.invariants:
        text = reference_pages[f"invariants/{name}/index.md"].text
        for stage in STAGES:
            assert f"## {stage.capitalize()} {{ #{stage} }}" in text


def test_pages_say_what_the_rules_do(
    reference: Catalog, reference_pages: dict[str, Artifact]
) -> None:
    for invariant in reference.compiled():
        page = reference_pages[f"invariants/{invariant.name}/index.md"]
        text = html(page).text
        for alert in alerts(reference, invariant):
            sentence = conditions.of(alert.condition).sentence(alert.condition, invariant)
            assert text.lower().count(sentence.lower()) >= 2, "in its stage and in the table"
            told = words.told(reference, invariant, alert.condition.stage)
            assert told.receiver in text
            assert " ".join(alert.expr.split()) in " ".join(text.split())
        assert names.alert(invariant.name) in text
        assert names.rule_file(invariant) in text
        assert re.search(r"digest of the rules\s+[0-9a-f]{64}", text)
        assert invariant.origin.file in text


def test_links_lead_to_pages_and_anchors(reference_pages: dict[str, Artifact]) -> None:
    for path, page in reference_pages.items():
        if not path.endswith(".md") or path.startswith("guide/"):
            continue
        for tag, name, target in html(page).attributes:
            if tag == "a" and name == "href" and not target.startswith("http"):
                file, _, anchor = target.partition("#")
                to = posixpath.normpath(posixpath.join(posixpath.dirname(path), file or "."))
                to = path if not file else to
                assert to in reference_pages, f"{path}: {target}"
                if anchor:
                    assert ("id", anchor) in {a[1:] for a in html(reference_pages[to]).attributes}


def test_same_catalog_same_pages(reference: Catalog) -> None:
    turned = replace(
        reference,
        invariants=dict(reversed(reference.invariants.items())),
        datasets=dict(reversed(reference.datasets.items())),
        runbooks=dict(reversed(reference.runbooks.items())),
        teams=dict(reversed(reference.teams.items())),
        scenarios=dict(reversed(reference.scenarios.items())),
    )
    assert site_pages(turned) == site_pages(reference)


def test_every_page_bears_the_mark(reference_pages: dict[str, Artifact]) -> None:
    for page in reference_pages.values():
        assert any(names.MARK in line for line in page.text.splitlines()[:2]), page.path


def test_navigation_names_indexes_only(reference: Catalog) -> None:
    nav = yaml.safe_dump(BASE["nav"])
    assert not any(f"invariants/{name}" in nav for name in reference.invariants)


def test_alert_redirects_keep_query_and_anchor(catalog: Catalog) -> None:
    page = site_pages(catalog)["alerts/OrdersLag/index.html"].text
    assert page.startswith(f"<!-- {names.MARK} from invariants/shop/orders-lag.yaml.")
    assert '"../../invariants/orders-lag/"' in page
    assert "location.search + location.hash" in page


def test_old_names_lead_to_the_new_page(catalog: Catalog) -> None:
    invariant = catalog.invariants["orders-lag"]
    renamed = replace(invariant, renamed_from=("order-delay",))
    made = site_pages(replace(catalog, invariants={"orders-lag": renamed}))
    for path in ("alerts/OrderDelay/index.html", "invariants/order-delay/index.html"):
        assert "../../invariants/orders-lag/" in made[path].text


def test_retired_invariants_keep_a_tombstone(catalog: Catalog) -> None:
    old = replace(
        catalog.invariants["orders-lag"],
        name="old-lag",
        lifecycle="retired",
        successor="orders-lag",
    )
    made = site_pages(replace(catalog, invariants={**catalog.invariants, "old-lag": old}))
    text = made["invariants/old-lag/index.md"].text
    assert "**Retired.**" in text
    assert text.count("../orders-lag/index.md") == 4
    assert "alerts/OldLag/index.html" in made
    assert "Retired for it" in made["invariants/orders-lag/index.md"].text


def test_drafts_say_whom_they_reach(catalog: Catalog) -> None:
    draft = replace(catalog.invariants["orders-lag"], lifecycle="draft")
    text = site_pages(replace(catalog, invariants={"orders-lag": draft}))[
        "invariants/orders-lag/index.md"
    ].text
    assert "**Draft.**" in text
    assert "`driftbook-shop-early`" in text
    assert "driftbook-shop-late" not in text


def test_stages_without_condition_say_so(catalog: Catalog) -> None:
    invariant = catalog.invariants["orders-lag"]
    late = replace(
        invariant,
        conditions=tuple(c for c in invariant.conditions if c.stage == "late"),
        overrides=(),
    )
    text = site_pages(replace(catalog, invariants={"orders-lag": late}))[
        "invariants/orders-lag/index.md"
    ].text
    assert text.count("No condition is set for this stage") == 2


def test_coverage_counts_and_shows_gaps(reference_pages: dict[str, Artifact]) -> None:
    page = html(reference_pages["coverage/index.md"])
    assert len({*page.rows[0]}) == 1
    assert "·" in page.text


def _shape(page: Parsed) -> list[list[int]]:
    return page.rows


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_stays_text(catalog: Catalog, payload: str) -> None:
    invariant = catalog.invariants["orders-lag"]
    old = replace(invariant, name="old-lag", lifecycle="retired", successor="orders-lag")
    catalog = replace(catalog, invariants={**catalog.invariants, "old-lag": old})
    calm, wild = site_pages(catalog), site_pages(hostile(catalog, payload))
    assert calm.keys() == wild.keys()
    for path, page in _written(wild):
        seen, plain = html(page), html(calm[path])
        assert set(seen.tags) <= TAGS, path
        assert _shape(seen) == _shape(plain), path
        for tag, name, value in seen.attributes:
            assert name in ATTRIBUTES, (path, tag, name)
            assert name != "src" or re.fullmatch(r"(\.\./)?[\w-]+\.svg", value), (path, value)
            assert name != "href" or re.match(r"https?:|#|\.\./|[a-z-]+/", value), (path, value)
        assert seen.tags["h1"] == 1
        assert seen.tags["h2"] == plain.tags["h2"], path
    for path, page in wild.items():
        if path.endswith(".html"):
            seen = Parsed(page.text)
            assert seen.tags["script"] == 1
            assert seen.tags["p"] == 1
            assert not [a for a in seen.attributes if a[1].startswith("on")]


def _written(made: dict[str, Artifact]) -> Iterator[tuple[str, Artifact]]:
    """Pages that show the catalog."""
    for path, page in made.items():
        if path.endswith(".md") and not path.startswith("guide/"):
            yield path, page


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_front_matter_is_yaml_without_tags(catalog: Catalog, payload: str) -> None:
    for _, page in _written(site_pages(hostile(catalog, payload))):
        head = page.text.removeprefix("---\n").split("\n---\n", 1)[0]
        assert not re.search(r"[<>\"]", yaml.safe_load(head)["title"])
        assert not re.search(r"[<>\"]", head)


TEXTS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Co", "Zl", "Zp"])
    | st.sampled_from("|`*_[]()<>#{}\\~=:-+.!&\"'\n"),
    max_size=60,
)


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _seen(text: str) -> str:
    return _squeezed(md.clean(text))


@given(TEXTS)
def test_text_shows_exactly_what_it_says(value: str) -> None:
    """In a paragraph, in a table cell, in a heading, in a code span."""
    shown, span = md.text(value), md.code(value)
    source = (
        f"{shown}\n\n| a | b |\n| --- | --- |\n| {shown} | x{span} |\n\n## x {shown} {{ #id }}\n"
    )
    page = Parsed(markdown.markdown(source, **EXTENSIONS))
    want = _seen(value)
    assert _squeezed(page.text).count(want) >= (4 if want else 0)
    assert page.rows == [[2, 2]]
    assert page.tags["h2"] == 1
    assert set(page.tags) <= TAGS


SIGNS = st.lists(
    st.sampled_from(
        [
            *("1.", "2)", "٣.", "#", "##", "+", "-", "===", "---", ":", "???", "!!!", "|", "~~"),
            *("```", "_", "*", "**", "`", "[", "](", ")", "<b>", "&", "&amp;", "{: .x }", "{ #q }"),
            *("\\", "http://a.b", "[TOC]", "→", "“", "…", "a", "b", "1", " ", " "),
        ]
    ),
    min_size=1,
).map("".join)
PLACES = (
    "{}\n\n{}",
    "-   {}\n-   {}",
    "1.  {}",
    "> {}",
    "| a | b |\n| --- | --- |\n| {} | {} |",
    "# {}",
    "## {} {{ #id }}",
    "[{}](x.md){{: .x }} {}",
    "**{}** {}\n{{ .x }}",
    "<div markdown>\n\n{}\n\n</div>",
)
COMMONMARK = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@given(SIGNS.filter(str.strip), st.sampled_from(PLACES))
def test_text_is_a_word_to_both_markdowns(value: str, place: str) -> None:
    """Wherever it stands, first on a line too, what is around it is as around any other word."""
    filled = [place.format(*[word] * place.count("{}")) for word in (md.text(value), "word")]
    for convert in (lambda source: markdown.markdown(source, **EXTENSIONS), COMMONMARK.render):
        made, plain = (Parsed(convert(source)) for source in filled)
        assert made.tags == plain.tags
        assert _squeezed(made.text) == _squeezed(plain.text.replace("word", _seen(value)))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-03-27: 25 s → 30 s, “late” · x = a + b", None),
        ("slack #drift of snake_case at 09:00", None),
        ("1 invariant", None),
        ("1. invariant", "&#49;. invariant"),
        ("#drift", "&#35;drift"),
        ("C#", "C&#35;"),
        ("- a", "&#45; a"),
        ("https://a.example", "https&#58;//a.example"),
        ("_a* [b]", "&#95;a&#42; &#91;b&#93;"),
    ],
)
def test_text_stays_readable(value: str, shown: str | None) -> None:
    assert str(md.text(value)) == (shown or value)


@given(TEXTS, st.sampled_from([0, 4]))
def test_fences_hold_anything(value: str, indent: int) -> None:
    body = "1.  item\n\n" if indent else ""
    page = Parsed(markdown.markdown(f"{body}{md.fence(value, 'sh', indent)}\n", **EXTENSIONS))
    assert page.tags["pre"] == 1
    assert _squeezed(page.text) == _seen(f"item {value}" if indent else value)


@given(
    st.lists(
        TEXTS | st.sampled_from(["- a\n", "\n\n", "1. b\n", "> q\n", "```\nx\n```\n", "# h\n"])
    )
)
def test_prose_never_makes_tags_of_its_own(parts: list[str]) -> None:
    page = Parsed(markdown.markdown(str(md.prose("".join(parts))), **EXTENSIONS))
    assert set(page.tags) <= TAGS
    hrefs = [v for t, n, v in page.attributes if n == "href"]
    assert all(re.match(r"(https?|mailto):", href) for href in hrefs)


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("A *b* **c** `d`", "A <em>b</em> <strong>c</strong> `d`"),
        ("[x](https://a.example/b_(c))", "[x](https://a.example/b_%28c%29)"),
        ("[x](javascript:alert) [y](../z)", "&#91;x&#93;(javascript:alert) y"),
        ("- a\n- b", "-   a\n-   b"),
        ("- a\n\n1. b", "-   a\n\n<!-- -->\n\n1.  b"),
        ("# Title", "<strong>Title</strong>"),
        ("<b>x</b>", "&#60;b&#62;x&#60;/b&#62;"),
        ("| a | b |\n|---|---|\n| c \\| d | e |", "| a | b |\n| --- | --- |\n| c &#124; d | e |"),
    ],
)
def test_prose_keeps_what_is_meant(source: str, made: str) -> None:
    assert str(md.prose(source)) == made


def test_expressions_with_hostile_strings(tmp_path: Path) -> None:
    catalog = example(
        tmp_path,
        **{"lag_seconds\n": 'lag_seconds{a!="```</script>|"}\n'},
    )
    page = html(site_pages(catalog)["invariants/orders-lag/index.md"])
    assert 'a!="```</script>|"' in page.text
    assert set(page.tags) <= TAGS


@pytest.mark.parametrize("text", ["- a", "+ a", "1. a", "??? a", "--- ", "# a", ": a"])
def test_the_text_of_a_link_that_may_not_be_followed_starts_no_block(text: str) -> None:
    source = str(md.prose(f"[{text}](page.md)"))
    for made in (markdown.markdown(source, **EXTENSIONS), COMMONMARK.render(source)):
        assert made.startswith("<p>")
