"""Tables with a column for each label: the same figures as with a row for each."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay.label_tables.wide import Wide
from replay.recorded.csv_row import CsvRow
from tests.replay.savings.bought import figures, rows

if TYPE_CHECKING:
    from pathlib import Path

ROWS = rows()
TASKS = list(dict.fromkeys(row["item"] for row in ROWS))


def table(place: Path, header: list[str], lines: list[list[str]]) -> str:
    with place.open("w", newline="") as file:
        csv.writer(file).writerows([header, *lines])
    return str(place)


def labels_of(task: str) -> list[dict[str, str]]:
    return [row for row in ROWS if row["item"] == task]


def of_long(tmp_path: Path) -> dict[str, Any]:
    long = [[row["item"], row["worker"], row["answer"]] for row in ROWS]
    (tmp_path / "long").mkdir()  # draws depend on the file's name
    return figures(table(tmp_path / "long" / "labels.csv", ["item", "worker", "answer"], long))


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    kept = ("labels", "tasks", "labels_needed", "agreement", "labelers", "pools", "usd")
    return all(one[key] == other[key] for key in kept)


@pytest.mark.parametrize("names", ["worker_{}/answer_{}", "Worker {}/Answer {}"])
def test_pairs_of_columns_are_labelers_and_their_labels(tmp_path: Path, names: str) -> None:
    who, what = names.split("/")
    header = ["item", *(name.format(i) for i in range(1, 6) for name in (who, what)), "price"]
    lines = [
        [task, *(row[key] for row in labels_of(task) for key in ("worker", "answer")), "0.25"]
        for task in TASKS
    ]
    wide = figures(table(tmp_path / "labels.csv", header, lines))
    assert same(wide, of_long(tmp_path))
    assert any("may be the price of all labels of a row" in note for note in wide["notes"])


def test_a_column_for_each_labeler_is_named(tmp_path: Path) -> None:
    people = sorted({row["worker"] for row in ROWS})
    given_by = {(row["item"], row["worker"]): row["answer"] for row in ROWS}
    lines = [[task, *(given_by.get((task, who), "") for who in people)] for task in TASKS]
    path = table(tmp_path / "wide.csv", ["item", *people], lines)
    wide = figures(path, "--label", ",".join(people))
    assert (wide["labels"], wide["agreement"]["value"]) == (200, pytest.approx(1.0, abs=0.05))
    assert {row["name"]: row["labels"] for row in wide["labelers"]} == dict.fromkeys(people, 20)


def test_numbered_columns_without_labelers_count_as_labelers(tmp_path: Path) -> None:
    lines = [[task, *(row["answer"] for row in labels_of(task))] for task in TASKS]
    path = table(tmp_path / "w.csv", ["item", *(f"Rater {i}" for i in "ABCDE")], lines)
    wide = figures(path, "--replays", "1")
    assert {row["name"] for row in wide["labelers"]} == {f"Rater {i}" for i in "ABCDE"}
    assert any("each of these columns counts as a labeler" in note for note in wide["notes"])


def test_a_column_called_label_beside_named_ones_keeps_its_cells(tmp_path: Path) -> None:
    lines = [[f"t{i}", "x", "xy"[i % 2], "y"] for i in range(6)]
    path = table(tmp_path / "w.csv", ["item", "ann", "bob", "label"], lines)
    wide = figures(path, "--label", "ann,bob", "--truth", "label", "--replays", "1")
    assert (wide["tasks_with_truth"], wide["columns"]["truth"]) == (6, "label")
    assert wide["their_accuracy"]["value"] < 1.0  # ann is never right, bob half the time


@settings(max_examples=50)
@given(st.lists(st.lists(st.sampled_from(["", " ", "x", "y"]), min_size=3, max_size=3), max_size=9))
def test_there_is_a_row_for_each_cell_that_is_filled(cells: list[list[str]]) -> None:
    wide = Wide(("a", "b", "c"))
    given_rows = [
        CsvRow(at, {"task": str(at), **dict(zip("abc", row, strict=True))})
        for at, row in enumerate(cells)
    ]
    long = wide.long(given_rows)
    found = [(row.of["task"], row.of["labeler"], row.of["label"]) for row in long]
    assert found == [
        (str(at), name, text)
        for at, row in enumerate(cells)
        for name, text in zip("abc", row, strict=True)
        if text.strip()
    ]
