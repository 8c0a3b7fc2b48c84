"""Values over time come out of promtool as they went in."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftbook.errors import FatalError
from driftbook.prove.series import _samples, evaluate
from driftbook.prove.workers import Workers
from proving import real_engines

RULES = """\
groups:
  - name: g
    rules:
      - {record: 'drift:signal', expr: lag}
"""


def values(inputs: dict[str, str], times: list[float], query: str = "drift:signal") -> list[object]:
    """What the query gives at the times."""
    with Workers() as workers:
        return list(
            evaluate(RULES, inputs, 30, 30, {"q": query}, times, real_engines(), workers)["q"]
        )


def test_values_gaps_and_oddities() -> None:
    place = frozenset({("place", 'a"}, {b="1')})
    inputs = {'lag{place="a\\"}, {b=\\"1"}': "1.5 -2e-9 NaN +Inf -Inf stale"}
    found = values(inputs, [0, 30, 60, 90, 120, 150])
    assert found[:2] == [{place: 1.5}, {place: -2e-9}]
    nan = found[2]
    assert isinstance(nan, dict)
    assert math.isnan(nan[place])
    assert found[3:] == [{place: math.inf}, {place: -math.inf}, {}]


def test_several_series_at_once() -> None:
    found = values({'lag{place="a"}': "1x3", 'lag{place="b"}': "2x3"}, [60])
    assert found == [{frozenset({("place", "a")}): 1.0, frozenset({("place", "b")}): 2.0}]


def test_what_promtool_refuses_is_told() -> None:
    with pytest.raises(FatalError, match="cannot evaluate"):
        values({"lag{": "1x3"}, [60])


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.dictionaries(
                st.sampled_from(["a", "b_c"]), st.text('ab"\\{}, =1', max_size=6), min_size=1
            ),
            st.floats(allow_nan=False, width=32),
        ),
        max_size=3,
    )
)
def test_reading_what_was_written(samples: list[tuple[dict[str, str], float]]) -> None:
    def shown(labels: dict[str, str]) -> str:
        parts = (
            '{}="{}"'.format(k, v.replace("\\", "\\\\").replace('"', '\\"'))
            for k, v in labels.items()
        )
        return "{" + ", ".join(parts) + "}"

    text = ", ".join(f"{shown(labels)} {value:E}" for labels, value in samples)
    read = _samples(text or "nil")
    assert set(read) == {frozenset(labels.items()) for labels, _ in samples}
