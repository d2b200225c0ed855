"""Label tables as people and spreadsheets write them: dates, spellings, gold, empty rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bandit.errors import InputError
from tests.replay.savings.bought import figures, run

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "task,labeler,label\n"


def test_a_spreadsheet_that_is_not_saved_as_csv_is_said(tmp_path: Path) -> None:
    file = tmp_path / "labels.xlsx"
    file.write_bytes(b"PK\x03\x04" + bytes(range(256)))
    with pytest.raises(InputError, match="a spreadsheet or another zip file, not text; save it as"):
        run(str(file))


def test_empty_rows_below_a_table_are_none(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(HEAD + "t,a,x\nt,b,y\n,,\n , ,\n")
    assert figures(str(file), "--replays", "1")["labels"] == 2


DATES = {
    "%d.%m.%Y %H:%M": None,
    "%d.%m.%y": None,
    "%m/%d/%Y %I:%M %p": "month/day/year",
    "%d/%m/%Y %H:%M:%S": "day/month/year",
    "%Y/%m/%d": None,
    "%Y-%m-%d %H:%M:%S UTC": None,
    "%a %b %d %H:%M:%S GMT %Y": None,
}


@pytest.mark.parametrize("written", DATES)
def test_dates_are_read_as_spreadsheets_and_tools_write_them(tmp_path: Path, written: str) -> None:
    start = datetime(2026, 1, 5, tzinfo=UTC)
    days = [start + timedelta(days=day) for day in range(30)]
    lines = (
        f"t{i},{who},{'xy'[i % 2]},{at:{written}}\n" for i, at in enumerate(days) for who in "ab"
    )
    file = tmp_path / "labels.csv"
    file.write_text("task,labeler,label,date\n" + "".join(lines))
    answer = figures(str(file), "--replays", "1")
    assert answer["span_days"] == 29
    said = [note for note in answer["notes"] if note.startswith("date: times such as")]
    expected = DATES[written]
    assert [note.rsplit(" ", 1)[1] for note in said] == ([expected] if expected else [])


@pytest.mark.parametrize("comma", [",", "."])
def test_days_as_a_spreadsheet_numbers_them_are_no_seconds(tmp_path: Path, comma: str) -> None:
    rows = (f"t{day};{who};{'xy'[day % 2]};{46023 + day},5\n" for day in range(30) for who in "ab")
    file = tmp_path / "labels.csv"
    text = "".join(rows).replace(",", comma)
    file.write_text("task;labeler;label;at\n" + text)
    answer = figures(str(file), "--replays", "1")
    assert (answer["span_days"], answer["per"]) == (29, "a month")
    assert any(note.endswith("is 2026-01-01 12:00") for note in answer["notes"])


SPELLED = "task,labeler,label,gold\n" + "".join(
    f"t{i},{who},{spelling if i % 3 else 'No'},{'YES' if i % 3 else 'no' * (i == 0)}\n"
    for i in range(12)
    for who, spelling in zip(("Ann", "BOB", "Bob"), ("Yes", "yes ", "YES"), strict=True)
)


def test_spellings_of_a_class_are_one_class_and_it_is_said(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(SPELLED)
    answer = figures(str(file), "--replays", "1")
    assert (answer["agreement"]["value"], answer["accuracy"]["value"]) == (1.0, 1.0)
    assert {row["name"] for row in answer["labelers"]} == {"Ann", "BOB", "Bob"}  # on one task: two
    notes = answer["notes"]
    assert (
        "'YES', 'Yes' and 'yes' are taken as one class, 'YES' (--as-written keeps them apart)"
        in notes
    )
    assert any(note.startswith("labelers 'BOB' and 'Bob' have labeled the same") for note in notes)
    apart = figures(str(file), "--replays", "1", "--as-written")
    assert any("are different classes here: 'YES', 'Yes', 'yes'" in note for note in apart["notes"])
    assert apart["agreement"]["value"] < 0.9


def test_spellings_of_a_labeler_are_one_person(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    lines = (f"t{i},{'Jörg' if i % 2 else 'JÖRG'},x\nt{i},b,{'xy'[i % 2]}\n" for i in range(5))
    file.write_text(HEAD + "".join(lines))
    answer = figures(str(file), "--replays", "1")
    assert {row["name"]: row["labels"] for row in answer["labelers"]} == {"JÖRG": 5, "b": 5}


@pytest.mark.parametrize("same_task", [True, False])
def test_notes_on_spellings_are_few_however_many_there_are(
    tmp_path: Path, *, same_task: bool
) -> None:
    file = tmp_path / "labels.csv"
    spelled = [(i, name, i % 2) for i in range(40) for name in (f"W{i}", f"w{i}")]
    lines = (
        f"t{label if same_task else i},{name},{label}\nt{i},b,{label}\n"
        for i, (_, name, label) in enumerate(spelled)
    )
    file.write_text(HEAD + "".join(lines))
    notes = figures(str(file), "--replays", "1")["notes"]
    assert len(notes) < 10
    assert "the same is true of 35 more names" in notes


@pytest.mark.parametrize(
    ("column", "cells", "taken"),
    [
        ("gold", ("x", ""), True),
        ("Gold Label", ("x", "Y"), True),
        ("gold", ("true", "false"), False),
        ("correct", ("x", "y"), False),
        ("gold", ("x", "z"), False),
    ],
)
def test_a_column_of_true_answers_is_found_if_its_cells_are_answers(
    tmp_path: Path, column: str, cells: tuple[str, str], *, taken: bool
) -> None:
    file = tmp_path / "labels.csv"
    lines = (f"t{i},{who},{'xy'[i % 2]},{cells[i % 2]}\n" for i in range(10) for who in "ab")
    file.write_text(f"task,labeler,label,{column}\n" + "".join(lines))
    answer = figures(str(file), "--replays", "1")
    assert (answer["accuracy"] is not None) is taken
    refused = [note for note in answer["notes"] if "isn't taken for true answers" in note]
    assert bool(refused) is (not taken and column != "correct")


@pytest.mark.parametrize("no", ["0", ""])
def test_a_flag_in_the_words_of_the_labels_is_no_true_answer(tmp_path: Path, no: str) -> None:
    file = tmp_path / "labels.csv"
    lines = (f"t{i},{who},{i % 2},{1 if i < 3 else no}\n" for i in range(10) for who in "ab")
    file.write_text("task,labeler,label,gold\n" + "".join(lines))
    assert figures(str(file), "--replays", "1")["accuracy"] is None
    assert figures(str(file), "--replays", "1", "--truth", "gold")["accuracy"] is not None


def test_gold_that_a_program_wrote_as_decimals_is_that_of_whole_numbers(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    lines = (
        f"t{i},{who},{i % 2},{float(i % 2) if i < 3 else ''}\n" for i in range(9) for who in "ab"
    )
    file.write_text("task,labeler,label,gold\n" + "".join(lines))
    answer = figures(str(file), "--replays", "1")
    assert (answer["tasks_with_truth"], answer["accuracy"]["value"]) == (3, 1.0)


@pytest.mark.parametrize(
    ("column", "doubted"), [("price (cents)", True), ("Price [EUR]", True), ("Cost (USD)", False)]
)
def test_prices_in_other_units_than_dollars_are_doubted(
    tmp_path: Path, column: str, *, doubted: bool
) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(f"task,labeler,label,{column}\nt,a,x,5\nt,b,y,5\n")
    notes = figures(str(file), "--replays", "1")["notes"]
    said = f"numbers in column {column!r} are taken as dollars, though its name says otherwise"
    assert (said in notes) is doubted
