"""Reading PromQL: faults with places, labels of results, how counters are used."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftbook.promql import PromqlError, facts, parse, result_labels

FAULTS = [
    ("sum(x", 3),
    ("x >", 3),
    ("rate(x)", 0),
    ("foo{a=b}", 6),
    ("sum by (a) (x))", 14),
    ("foo bar", 4),
    ("x[5m", 4),
    ('x{a="b}', 4),
    ("rate(x[5])", 7),
    ("rate(x[5m:30])", 10),
    ("x +* y", 3),
    ('foo{a~"b"}', 5),
    ("1 and x", 2),
    ("nosuch(x)", 0),
    ("1 + nosuch by (a) (x)", 4),
    ("a + nosuch(x)", 4),
    ("", 0),
    ("max by (region) (\n  foo{a=}\n)", 26),
    ("ä", 0),
    ("x offset 5", 9),
    ('x{a="1" or b="2"}', 8),
    ('{"foo.bar"}', 1),
    ('x{"a.b"="c"}', 2),
    ("max by (region (\n  foo\n)", 7),
    ("sum(a) by b", 10),
    ('foo{a="b" c="d"}', 10),
    ("max by (x) (y) z", 15),
    (")", 0),
    ("5m", 0),
    ("x > 5m", 4),
    ('"a" "b"', 4),
    ("(" * 5000, 60),
    ("x" + "+x" * 5000, 401),
    ("-" * 100_000 + "x", 200),
]


@pytest.mark.parametrize(("expr", "offset"), FAULTS, ids=lambda v: str(v)[:24])
def test_fault_is_where_it_is(expr: str, offset: int) -> None:
    with pytest.raises(PromqlError) as fault:
        parse(expr)
    assert fault.value.offset == offset, str(fault.value)


@pytest.mark.parametrize(
    "expr",
    [
        "x offset -5m",
        "rate(x[5m:])",
        "rate(x[5m:1m] offset 1h30m)",
        'x{a="or", b=~"a|b"}',
        "x or y",
        'x{or="1"}',
        "x # a comment with (\n + y",
        "1e3 + 0x1F + .5",
        "x @ end()",
        "x{a='b',c=`d`}",
        "sum by () (x)",
        "a:b:c",
    ],
)
def test_valid(expr: str) -> None:
    parse(expr)


LABELS = [
    ("x", False, ""),
    ('x{a=""}', False, "a"),
    ("sum(x)", True, ""),
    ("sum by (a, b) (x)", True, "ab"),
    ("sum without (a) (x)", False, "a"),
    ("sum by (a) (sum by (b) (x))", True, ""),
    ("topk(3, sum by (a) (x))", True, "a"),
    ('count_values by (a) ("v", x)', True, "av"),
    ("rate(x[5m])", False, ""),
    ("max_over_time((sum by (a) (x))[5m:])", True, "a"),
    ('label_replace(sum by (b) (x), "a", "$1", "b", "(.*)")', True, "ab"),
    ("histogram_quantile(0.9, sum by (le, a) (rate(x_bucket[5m])))", True, "a"),
    ('absent(x{a="b",c=~"d"})', True, "a"),
    ("vector(1)", True, ""),
    ("time() - max by (a) (x)", True, "a"),
    ("1 - max by (a) (x)", True, "a"),
    ("a * on (b, c) d", True, "bc"),
    ("a * ignoring (b) d", False, "b"),
    ("sum by (a, b) (x) * on (a) group_left (c) sum by (a, c) (y)", True, "abc"),
    ("sum by (a) (x) * on (a) group_right () sum by (a, c) (y)", True, "ac"),
    ("sum by (a) (x) / sum by (a, b) (y)", True, "a"),
    ("sum by (a) (x) and on (a) y", True, "a"),
    ("sum by (a) (x) or sum by (b) (y)", True, "ab"),
    ("sum by (a) (x) or y", False, ""),
    ("-(sum by (a) (x))", True, "a"),
    ("x > bool 3", False, ""),
]


@pytest.mark.parametrize(("expr", "closed", "names"), LABELS, ids=lambda v: str(v)[:40])
def test_labels_of_results(expr: str, closed: bool, names: str) -> None:
    labels = result_labels(parse(expr))
    assert (labels.closed, "".join(sorted(labels.names))) == (closed, names)


@pytest.mark.parametrize(
    ("expr", "comparisons"),
    [
        ("x > 5", [">"]),
        ("x > bool 5", []),
        ("5 > bool 3", []),
        ("max(x > 5)", [">"]),
        ("x and on (a) y == 1", []),
        ("(x != 3) unless y > 1", ["!="]),
        ("count by (a) (x == 1)", ["=="]),
        ("count by (a) (x == 1) or 0 * y", []),
        ("x == 1 or y", ["=="]),
        ("max_over_time((x > 5)[5m:])", [">"]),
    ],
)
def test_comparisons_on_the_way_of_values(expr: str, comparisons: list[str]) -> None:
    assert list(facts(expr).comparisons) == comparisons


def test_uses() -> None:
    said = facts('sum by (a) (rate(x_total{b="c"}[5m])) and on (a) (y == 1)')
    assert [(u.metric, u.equal, u.around, u.filters) for u in said.uses] == [
        ("x_total", (("b", "c"),), ("sum", "rate"), False),
        ("y", (), (), True),
    ]
    assert facts('{__name__="x"}').uses[0].metric == "x"
    assert facts("rate(sum(x_total)[5m:])").rated_sums == (("rate", "sum"),)


WORDS = st.sampled_from(
    [
        *("sum", "by", "rate", "x", "y_total", "(", ")", "[5m]", "{", "}", 'a="b"', ",", "+"),
        *("-", ">", "and", "or", "on", "offset", "5m", "1", '"s"', "bool", "@", ":", "="),
        *("\n", " ", "ä", "~"),
    ]
)


@given(st.lists(WORDS, max_size=14).map("".join) | st.text(max_size=40))
@settings(max_examples=500)
def test_any_text_is_read_or_refused_at_a_place_inside(text: str) -> None:
    offset: int | None = 0
    try:
        facts(text).labels.can_carry("a")
    except PromqlError as fault:
        offset = fault.offset
    assert offset is not None
    assert 0 <= offset <= len(text)
