"""Labels of the alert in texts: printed only, and shown in a way that a script can fill in."""

from collections.abc import Callable
from pathlib import Path

import pytest

from driftbook import placeholders
from driftbook.emit.pages import markdown
from driftbook.sandbox import TemplateFault
from driftbook.templates import procedure
from sample import example

ONLY_PRINT = "the value of a label is not known before the alert fires; only print it"
Fill = Callable[[str], str]


@pytest.fixture(scope="module")
def fill(tmp_path_factory: pytest.TempPathFactory) -> Fill:
    """Fills a text in for the invariant `orders-lag`."""
    invariant = example(tmp_path_factory.mktemp("catalog")).invariants["orders-lag"]
    return lambda text: procedure(text, invariant)


def test_a_label_is_a_placeholder_in_code_and_a_name_in_prose(fill: Fill) -> None:
    text = fill("Reads of {{ labels.region }} and `cut {{ labels['_a'] }}`.")
    assert placeholders.used(text) == ("region", "_a")
    assert placeholders.plain(text) == "Reads of <region> and `cut <_a>`."
    assert markdown.prose(text) == (
        'Reads of <code class="db-label">region</code> and <code>cut &#60;&#95;a&#62;</code>.'
    )
    assert "cut <_a>" in markdown.fence(text)
    assert "<code>Reads of &#60;region&#62;" in markdown.code(text)
    assert '<code class="db-label">&#95;a</code>' in markdown.text(text)
    assert "‹region›" in markdown.front_matter(text)
    link = fill("[Logs](https://logs.example/?q={{ labels.region }}) of a day")
    assert markdown.inline(link) == "[Logs](https://logs.example/?q=%3Cregion%3E) of a day"


@pytest.mark.parametrize(
    "text",
    [
        "{{ labels.region | upper }}",
        "{{ labels.region | default('eu') }}",
        "{{ 'a' | replace('a', labels.region) }}",
        "{{ [labels.region] | join }}",
        "{{ labels.region + 'x' }}",
        "{{ 'x' + labels.region }}",
        "{% if labels.region == 'eu' %}x{% endif %}",
        "{% if labels.region in ['eu'] %}x{% endif %}",
        "{% if labels.region %}x{% endif %}",
        "{% for c in labels.region %}x{% endfor %}",
    ],
)
def test_the_value_of_a_label_is_out_of_reach(fill: Fill, text: str) -> None:
    with pytest.raises(TemplateFault) as raised:
        fill(text)
    assert raised.value.message == ONLY_PRINT


@pytest.mark.parametrize(
    "text", ["{{ labels['a b'] }}", "{{ labels }}", "{{ labels.__class__ }}", "\ue010x\ue011"]
)
def test_nothing_else_comes_out_of_labels(fill: Fill, text: str) -> None:
    with pytest.raises(TemplateFault):
        fill(text)


def test_a_key_comes_before_a_method_of_its_mapping(fill: Fill) -> None:
    assert placeholders.used(fill("{{ labels.items }} {{ labels.get }}")) == ("items", "get")


def test_a_stray_mark_in_a_title_breaks_nothing() -> None:
    assert markdown.text("a \ue010 <b>") == "a &#57360; &#60;b&#62;"


def test_other_texts_know_no_labels(tmp_path: Path) -> None:
    """Links of the catalog go through Alertmanager, which has its own notation."""
    with pytest.raises(AssertionError, match="DB707"):
        example(tmp_path, **{"/d/{{ invariant.name }}": "/d/{{ labels.region }}"})
