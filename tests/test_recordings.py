"""Recordings: resampled to a scenario's step, gaps kept, nonsense refused."""

from textwrap import dedent

import pytest

from driftbook import recordings

OPENMETRICS = """\
# TYPE lag_seconds gauge
lag_seconds{replica="a"} 1 100
lag_seconds{replica="a"} 1 115
lag_seconds{replica="a"} 2 130
lag_seconds{replica="a"} NaN 190
lag_seconds{replica="a"} NaN 220
# TYPE writes counter
writes_total 10 100
writes_total 40 220
# EOF
"""


def test_the_last_sample_of_each_step_counts_and_a_step_without_one_is_a_gap() -> None:
    assert recordings.read("x.om", OPENMETRICS, 30) == {
        'lag_seconds{replica="a"}': "1 2 _x1 NaN NaN",
        "writes_total": "10 _x3 40",
    }


def test_csv_has_labels_in_its_columns() -> None:
    text = dedent("""\
        time,metric,region,value
        0,lag,eu,1
        60,lag,eu,1
        60,lag,us,5
    """)
    assert recordings.read("x.csv", text, 60) == {
        'lag{region="eu"}': "1x1",
        'lag{region="us"}': "_x1 5",
    }


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("x.json", "{}", "neither"),
        ("x.om", "# EOF\n", "no sample"),
        ("x.om", "# TYPE a gauge\na 1\n# EOF\n", "no timestamp"),
        ("x.om", "a{ 1", "does not parse"),
        ("x.csv", "time,value\n0,1\n", "first line"),
        ("x.csv", "time,metric,value\nnoon,a,1\n", "does not parse"),
        ("x.csv", "time,metric,value\n0,a,1\n1e12,a,1\n", "steps"),
        ("x.csv", "time,metric,value\nnan,a,1\n", "time"),
        ("x.csv", "time,metric,value\ninf,a,1\n", "time"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, text: str, why: str) -> None:
    with pytest.raises(recordings.BadRecording, match=why):
        recordings.read(name, text, 30)
