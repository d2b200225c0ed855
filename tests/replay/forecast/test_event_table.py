"""Tables of events: cells without an amount, and dates as spreadsheets number them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bandit.errors import BadValue
from replay.forecast.sources.table import read_events

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 6, 1, tzinfo=UTC).timestamp()
DAY_S = 86_400.0
SERIAL_OF_2026 = 46023  # 2026-01-01 in a spreadsheet: days since 1899-12-30


def table(place: Path, *lines: str) -> Path:
    place.write_text("\n".join(lines) + "\n")
    return place


def test_rows_without_an_amount_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = ("at,usd", "2026-01-05T01:00:00Z,2", '2026-01-05T02:00:00Z,""', "2026-01-05T03:00:00Z, ")
    path = table(tmp_path / "t.csv", *rows)
    found = read_events(path, "at", "usd", NOW)
    assert found.amounts == [2.0]
    assert len(found.times) == 1
    assert found.notes == ("2 rows without a value in column 'usd' are left out",)
    assert len(read_events(path, "at", now=NOW).times) == 3


def test_a_column_without_any_amount_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", "at,usd", "2026-01-05T01:00:00Z,", "2026-01-06T01:00:00Z,")
    with pytest.raises(BadValue, match=r"t.csv: column 'usd': empty in all 2 rows"):
        read_events(path, "at", "usd", NOW)


@pytest.mark.parametrize("fraction", [0.0, 0.25])
def test_numbers_of_days_are_dates_of_spreadsheets(tmp_path: Path, fraction: float) -> None:
    numbers = [SERIAL_OF_2026 + day + fraction for day in range(40)]
    path = table(tmp_path / "t.csv", "date", *(f"{number:.10g}" for number in numbers))
    found = read_events(path, now=NOW)
    first = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=fraction)
    assert found.times == [first.timestamp() + DAY_S * day for day in range(40)]
    assert found.are_dates is (fraction == 0.0)
    (note,) = (note for note in found.notes if "spreadsheet" in note)
    shown = f"{numbers[0]:.10g}"
    assert note == (
        f"numbers in column 'date' are read as a spreadsheet's days since 1899-12-30: {shown} is"
        f" {first:%Y-%m-%d %H:%M}"
    )
    assert "timestamps have no time zone: UTC is assumed" in found.notes


@pytest.mark.parametrize(
    "numbers",
    [
        [f"{46023 + 600 * step}" for step in range(90)],  # 15 hours: seconds since the epoch
        [f"{1_767_225_600 + 3600 * step}" for step in range(90)],
        [f"{600 * step}" for step in range(90)],
        ["1", "46023"],
    ],
)
def test_numbers_that_may_be_seconds_are_seconds(tmp_path: Path, numbers: list[str]) -> None:
    found = read_events(table(tmp_path / "t.csv", "date", *numbers), now=NOW)
    assert found.times == [float(number) for number in numbers]
    assert not [note for note in found.notes if "spreadsheet" in note]


def test_a_spreadsheet_day_in_the_future_is_shown_as_a_date(tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", "date", "46023", "47000")
    with pytest.raises(BadValue, match=r"row 3, column 'date': '47000' \(2028-09-04 00:00\) lies"):
        read_events(path, now=NOW)
