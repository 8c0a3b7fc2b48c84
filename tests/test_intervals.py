"""Time intervals: what Alertmanager cannot say is split, and every team has its own time zone."""

from driftbook.intervals import ranges
from driftbook.model import TimeInterval


def test_office_hours_are_one_range() -> None:
    hours = TimeInterval("hours", ("monday:friday",), ("09:00-18:00",), "Europe/Berlin")
    assert list(ranges(hours, "")) == [
        {
            "times": [{"start_time": "09:00", "end_time": "18:00"}],
            "weekdays": ["monday:friday"],
            "location": "Europe/Berlin",
        }
    ]


def test_a_night_is_split_at_midnight_and_its_morning_belongs_to_the_next_day() -> None:
    nights = TimeInterval("nights", ("monday:friday", "sunday"), ("22:00-06:00",), "")
    assert list(ranges(nights, "Asia/Tokyo")) == [
        {
            "times": [{"start_time": "22:00", "end_time": "24:00"}],
            "weekdays": ["monday:friday", "sunday"],
            "location": "Asia/Tokyo",
        },
        {
            "times": [{"start_time": "00:00", "end_time": "06:00"}],
            "weekdays": ["tuesday:saturday", "monday"],
            "location": "Asia/Tokyo",
        },
    ]


def test_a_range_of_days_may_not_cross_the_end_of_the_week() -> None:
    nights = TimeInterval("nights", ("friday:saturday",), ("22:00-00:00", "20:00-02:00"), "")
    mornings = list(ranges(nights, ""))[2]
    assert mornings == {
        "times": [{"start_time": "00:00", "end_time": "02:00"}],
        "weekdays": ["saturday", "sunday"],
    }


def test_days_alone_are_whole_days() -> None:
    weekend = TimeInterval("weekend", ("saturday", "sunday"), (), "")
    assert list(ranges(weekend, "")) == [{"weekdays": ["saturday", "sunday"]}]
