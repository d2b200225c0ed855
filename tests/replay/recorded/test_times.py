"""Times in a column: read back as they were written, however that was, or refused by name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.errors import BadValue
from replay.recorded.times import read_times

START = datetime(2026, 1, 20, tzinfo=UTC)
"""A day after the 12th, so that a column that has it tells days from months."""

WRITTEN = (
    "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S+00:00", "%Y-%m-%d %H:%M:%S UTC", "%Y/%m/%d %H:%M:%S",
    "%d.%m.%Y %H:%M:%S", "%d.%m.%y, %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S", "%d-%m-%Y %H:%M:%S", "%a %b %d %H:%M:%S UTC %Y",
)  # fmt: skip

MOMENTS = st.lists(
    st.integers(0, 5 * 365 * 86_400).map(lambda seconds: START + timedelta(seconds=seconds)),
    max_size=8,
)


@settings(max_examples=200)
@given(MOMENTS, st.sampled_from(WRITTEN))
def test_times_are_read_back_as_they_were_written(rest: list[datetime], form: str) -> None:
    moments = [START, *rest]
    times, _ = read_times([moment.strftime(form) for moment in moments], str)
    assert times == [moment.timestamp() for moment in moments]


@settings(max_examples=100)
@given(MOMENTS, st.sampled_from([".", ","]))
def test_days_of_spreadsheets_are_read_back_to_a_second(rest: list[datetime], point: str) -> None:
    moments = [START, *rest]
    epoch = datetime(1899, 12, 30, tzinfo=UTC)
    numbers = [f"{(moment - epoch) / timedelta(days=1):.8f}" for moment in moments]
    times, notes = read_times([number.replace(".", point) for number in numbers], str)
    for at, moment in zip(times, moments, strict=True):
        assert at == pytest.approx(moment.timestamp(), abs=1e-3)
    assert len(notes) == 1


def test_pacific_time_of_mechanical_turk_is_eight_hours_behind() -> None:
    (at,), _ = read_times(["Tue Jan 20 00:00:00 PST 2026"], str)
    assert at == START.timestamp() + 8 * 3600


@pytest.mark.parametrize(
    "text",
    [
        "26-01-31",
        "1/2/3",
        "31.01.202",
        "noon",
        "",
        "nan",
        "99/99/2026",
        "46023 days",
        "31.01.2026 25:00",
        "31.01.2026 09:75",
        "01/31/2026 13:10 AM",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="0: "):
        read_times([text], str)


def test_numbers_that_are_not_all_days_are_seconds() -> None:
    assert read_times(["46023", "7"], str) == ([46023.0, 7.0], ())


def test_a_spreadsheets_day_among_dates_that_are_text_is_refused() -> None:
    with pytest.raises(BadValue, match="1: '46023' is a spreadsheet's number of days, and other"):
        read_times(["31.01.2026", "46023"], str)


def test_days_without_dividers_are_no_seconds() -> None:
    times, notes = read_times(["20260131", " 20260201"], str)
    assert times[1] - times[0] == 86_400.0
    assert notes == ("numbers such as 20260131 are read as year, month, day",)
    assert read_times(["20260131", "20261331"], str)[0] == [20_260_131.0, 20_261_331.0]


@settings(max_examples=100)
@given(st.lists(st.integers(13, 28), min_size=2, unique=True), st.integers(0, 31))
def test_years_of_two_digits_in_front_are_not_taken_for_days(days: list[int], year: int) -> None:
    with pytest.raises(BadValue, match="0: "):
        read_times([f"{year:02d}/01/{day:02d}" for day in days], str)
