"""Durations and bounds: what is written, what it means, how it is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftbook import units


@pytest.mark.parametrize(
    ("written", "unit", "value"),
    [
        ("10s", "seconds", 10),
        ("250ms", "seconds", 0.25),
        ("1h30m", "seconds", 5400),
        ("0.5%", "ratio", 0.005),
        ("20MiB", "bytes", 20 * 2**20),
        ("5GB", "bytes", 5e9),
        ("512B", "bytes", 512),
        ("2/m", "events_per_second", 2 / 60),
        (3, "items", 3),
        (0.5, "count", 0.5),
    ],
)
def test_a_bound_in_the_base_unit(written: object, unit: str, value: float) -> None:
    assert units.bound(written, unit) == pytest.approx(value)


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        (10, "seconds"),
        ("10", "seconds"),
        ("1.5h", "seconds"),
        ("30m1h", "seconds"),
        (0.5, "ratio"),
        ("10s", "bytes"),
        ("5", "items"),
        (-1, "count"),
        ("5", "events_per_second"),
        (float("inf"), "count"),
    ],
)
def test_a_bound_in_another_unit_is_refused_with_what_would_fit(written: object, unit: str) -> None:
    with pytest.raises(ValueError, match=units.UNITS[unit][:10]):
        units.bound(written, unit)


@given(st.integers(min_value=0, max_value=10**11))
def test_a_duration_is_read_back_to_the_millisecond(milliseconds: int) -> None:
    assert units.seconds(units.duration(milliseconds / 1000)) == milliseconds / 1000


@given(st.floats(min_value=0, allow_nan=False, allow_infinity=False))
def test_a_number_is_read_back_exactly(value: float) -> None:
    assert float(units.number(value)) == value


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (25, "seconds", "25 s"),
        (60, "seconds", "1 min"),
        (90, "seconds", "90 s"),
        (5400, "seconds", "90 min"),
        (3600, "seconds", "1 h"),
        (86400, "seconds", "1 d"),
        (0.25, "seconds", "250 ms"),
        (0.005, "ratio", "0.5 %"),
        (20 * 2**20, "bytes", "20 MiB"),
        (5, "items", "5"),
    ],
)
def test_values_for_people(value: float, unit: str, said: str) -> None:
    assert units.spoken(value, unit) == said
