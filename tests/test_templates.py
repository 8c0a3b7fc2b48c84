"""Catalog templates: what they may do, what they refuse, and that nothing else gets out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftbook.templates import LIMIT, TemplateFault, render


@dataclass(frozen=True, slots=True)
class Thing:
    name: str = "cart-items"
    parts: tuple[str, ...] = ("shard", "region")
    size: float = 10.0
    urgent: bool = True
    nothing: str | None = None
    more: Mapping[str, str] = field(default_factory=lambda: {"key": "value", "keys": "own"})

    def method(self) -> str:
        return "called"

    @property
    def tracing_key(self) -> str:
        return "session"


THING = Thing()


def fault(text: str, **names: object) -> TemplateFault:
    with pytest.raises(TemplateFault) as caught:
        render(text, thing=THING, **names)
    return caught.value


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("", ""),
        ("a\n", "a\n"),
        ("{{ thing.name }}", "cart-items"),
        ("{{ thing.parts | join(' and ') }}", "shard and region"),
        ("{{ thing.size }} {{ thing.size | duration }}", "10 10s"),
        ("{{ thing.size | spoken('seconds') }}", "10 s"),
        ("{{ thing.urgent }}", "yes"),
        ("{{ thing.more.key }} {{ thing.more['keys'] }}", "value own"),
        ("{{ thing.tracing_key | upper }}", "SESSION"),
        ("{% if 'shard' in thing.parts %}by shard{% else %}whole{% endif %}", "by shard"),
        ("{% for p in thing.parts %}\n- {{ p }}\n{% endfor %}", "- shard\n- region\n"),
        ("{{ thing.name | urlencode }}{{ 'a/b&c' | urlencode }}", "cart-itemsa%2Fb%26c"),
        ("{{ 'x' if thing.size > 5 else 'y' }}", "x"),
        ("{% raw %}{{ braces }}{% endraw %}", "{{ braces }}"),
        ("{{ thing.parts | first }}-{{ thing.parts | last }}", "shard-region"),
        ("{{ thing.parts | length }}", "2"),
    ],
)
def test_renders(text: str, shown: str) -> None:
    assert render(text, thing=THING) == shown


@pytest.mark.parametrize(
    "text",
    [
        "{{ $labels.shard }}",
        '{{ $labels.shard | printf "}}" }}',
        "{{- $value | humanizeDuration -}}",
        "docker ps --format '{{.Names}}' # ${#list[@]}",
        "kubectl get pods -o go-template='{{ .status.phase }}'",
        '{{ $x | replace "{% endraw %}" "" }}',
    ],
)
def test_go_segments_come_out_as_they_went_in(text: str) -> None:
    assert render(text) == text
    assert render("{{ thing.name }} " + text, thing=THING) == "cart-items " + text


HOSTILE = [
    "{{ thing.__class__ }}",
    "{{ thing['__class__'] }}",
    "{{ thing['__cl' + 'ass__'] }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ ''['__class__'] }}",
    "{{ thing.method }}",
    "{{ thing.method() }}",
    "{{ thing.name.upper() }}",
    "{{ thing.name.format }}",
    "{{ '%999999999d' % 1 }}",
    "{{ '{:999999999}'.format(1) }}",
    "{{ 'a' * 999999999 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ range(999999999) }}",
    "{% for i in range(9) %}{% endfor %}",
    "{% for a in thing.parts %}{% for b in thing.parts %}{% for c in thing.parts %}x{% endfor %}"
    "{% endfor %}{% endfor %}",
    "{% set a = 'x' %}{{ a }}",
    "{% macro m() %}{% endmacro %}",
    "{% include 'x' %}",
    "{% import 'x' as y %}",
    "{% extends 'x' %}",
    "{% block x %}{% endblock %}",
    "{% filter upper %}x{% endfilter %}",
    "{{ self }}",
    "{{ loop }}",
    "{{ cycler }}",
    "{{ lipsum }}",
    "{{ namespace }}",
    "{{ thing | attr('__class__') }}",
    "{{ thing.parts | map(attribute='__class__') | join }}",
    "{{ 'x' | center(999999999) }}",
    "{{ 'x' | indent(999999999) }}",
    "{{ thing | pprint }}",
    "{{ thing is mapping }}",
    "{{ 'x' | replace('', 'y') }}",
    "{{ " + "'" + "a" * 99 + "'" + " | replace('a', 'aaaaaaaaaa')" * 9 + " }}",
    "{{ " + "(" * 500 + "1" + ")" * 500 + " }}",
    "{{ " + "9" * 5000 + " }}",
    "{{ " + "not " * 5000 + "1 }}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_templates_are_refused(text: str) -> None:
    found = fault(text)
    assert found.message
    assert "0x" not in found.message  # no addresses: messages are stable


@pytest.mark.parametrize(
    ("text", "word", "message", "expected"),
    [
        ("a {{ thing.nam }}", "nam", '"nam" is not known here', 'did you mean "name"?'),
        ("a\nb {{ thng.name }}", "thng", '"thng" is not known here', 'did you mean "thing"?'),
        ("{{ thing.name | uper }}", "{{", '"uper" is not a filter here', 'did you mean "upper"?'),
        ("x\n  y {{ 1 * 2 }}", "{{", '"*" is not allowed in a catalog template', ""),
        ("{{ thing.more.kee }}", "kee", '"kee" is not known here', 'did you mean "key"?'),
    ],
)
def test_faults_point_at_the_word(text: str, word: str, message: str, expected: str) -> None:
    found = fault(text)
    assert (found.message, found.expected) == (message, expected)
    assert found.offset is not None
    assert text[found.offset :].startswith(word)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{% if not thing.urgent %}x{% endif %}", "renders to nothing"),
        ("{{ thing.nothing }}", "prints a value that is not there"),
        ("{{ thing }}", "prints a whole thing; name one of its fields"),
        ("{{ thing.parts }}", "prints a whole tuple; name one of its fields"),
        ("\ue000", "a private-use character in a text"),
        (
            "{{ '{{ $labels.shard }}' | replace('\ue000', '') }}",
            "a private-use character in a text",
        ),
    ],
)
def test_useless_output_is_refused(text: str, message: str) -> None:
    assert fault(text).message == message


def test_output_is_limited() -> None:
    long = tuple("x" * 1000 for _ in range(90))
    text = "{% for a in long %}{% for b in long %}{{ a }}{% endfor %}{% endfor %}"
    assert str(LIMIT) in fault(text, long=long).message


@given(st.text().filter(lambda t: not re.search("[\ue000-\ue002\ue010\ue011]|{[{%]", t)))
def test_text_without_templates_is_untouched(text: str) -> None:
    assert render(text) == text


_PIECES = st.sampled_from(
    [
        "{{",
        "}}",
        "{%",
        "%}",
        "thing",
        ".name",
        "['x']",
        "|",
        "join",
        "(",
        ")",
        "'",
        "$x",
        "for",
        "in",
        "if",
        "endif",
        "endfor",
        "raw",
        "endraw",
        "{#",
        "#}",
        "-",
        "*",
        '"',
        "__class__",
    ],
) | st.sampled_from(" \n")


@given(st.lists(_PIECES | st.text(max_size=3), max_size=30).map("".join))
def test_any_text_renders_or_faults(text: str) -> None:
    try:
        shown, offset = render(text, thing=THING), None
    except TemplateFault as found:
        shown, offset = "", found.offset
    assert isinstance(shown, str)
    assert offset is None or 0 <= offset <= len(text)


@given(st.lists(st.sampled_from(["a", "{{ $labels.x }}", "{{ thing.name }}", '{{ $v | f "}" }}'])))
def test_mixed_segments_keep_their_order(parts: list[str]) -> None:
    shown = [p.replace("{{ thing.name }}", THING.name) for p in parts]
    assert render("|".join(parts), thing=THING) == "|".join(shown)
