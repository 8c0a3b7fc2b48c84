"""The YAML writer, held to PyYAML's reader."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from driftbook.emit import yamltext

SCALARS = (
    st.text()
    | st.integers()
    | st.booleans()
    | st.none()
    | st.floats(allow_nan=False, allow_infinity=False)
)
KEYS = st.text(min_size=1, max_size=8)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(KEYS, TREES, min_size=1, max_size=5))
def test_what_is_written_is_read_back(tree: dict[str, object]) -> None:
    assert yaml.safe_load(yamltext.dump(tree)) == tree


def test_it_reads_well() -> None:
    tree = {
        "groups": [
            {
                "name": "driftbook:lag",
                "interval": "30s",
                "rules": [{"alert": "Lag", "expr": "a > 1\nand b", "labels": {"tier": "1"}}],
            }
        ],
        "empty": [],
        "none": {},
    }
    assert yamltext.dump(tree) == (
        "groups:\n"
        "  - name: 'driftbook:lag'\n"
        "    interval: 30s\n"
        "    rules:\n"
        "      - alert: Lag\n"
        "        expr: |-\n"
        "          a > 1\n"
        "          and b\n"
        "        labels:\n"
        "          tier: '1'\n"
        "empty: []\n"
        "none: {}\n"
    )


def test_words_that_yaml_takes_for_something_else_are_quoted() -> None:
    tree = {
        "a": "no",
        "b": "1:30",
        "c": "012",
        "d": "~",
        "e": "",
        "f": "5m",
        "g": "- x",
        "h": "2.42",
    }
    assert yaml.safe_load(yamltext.dump(tree)) == tree
