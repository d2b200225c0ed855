"""What was probably not meant as it is written in a table of labels is said, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

import replay
from bandit.errors import BadValue
from replay.recorded.crowd import Crowd, CrowdLabel
from replay.recorded.doubtful import check_truth, doubts
from replay.recorded.files import read_crowd
from tests.replay.savings.bought import figures

if TYPE_CHECKING:
    from pathlib import Path

LABELS = "task,labeler,label\n" + "".join(
    f"t{number},w{who},{'Yes' if (number + who) % 3 else 'No'}\n"
    for number in range(8)
    for who in range(3)
)


def crowd(*labels: str, labeler: str = "w", truth: str | None = None) -> Crowd:
    rows = tuple(CrowdLabel("t", f"{labeler}", label) for label in labels)
    return Crowd("made", rows, {} if truth is None else {"t": truth})


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("Yes", "yes", "No"), "'Yes', 'yes'"),
        (("not ok", "Not  OK", "ok"), "'Not  OK', 'not ok'"),
        (("caf\u00e9", "cafe\u0301"), "'cafe\u0301', 'caf\u00e9'"),
    ],
)
def test_classes_that_look_alike_are_named(names: tuple[str, ...], said: str) -> None:
    (note,) = doubts(crowd(*names))
    assert note.endswith(f"are different classes here: {said}")


def test_words_for_a_missing_cell_are_named() -> None:
    said = doubts(crowd("a", "N/A", "N/A", "none", labeler="NULL"))
    assert [note[:40] for note in said] == [
        "the label 'N/A' (2 rows) is taken for an",
        "the labeler 'NULL' (4 rows) is taken for",
    ]


def test_a_table_as_it_should_be_raises_no_doubt() -> None:
    assert doubts(crowd("yes", "no", "none", "yes and no", truth="no")) == ()


def test_a_truth_that_no_label_names_is_said_with_its_number_of_tasks() -> None:
    rows = (CrowdLabel("t", "w", "a"), CrowdLabel("u", "w", "b"))
    (note,) = doubts(Crowd("made", rows, {"t": "a", "u": "c", "not labeled": "d"}))
    assert note == "no label is 'c', the true answer of 1 task: no answer there can be right"


def test_truth_in_another_spelling_is_an_error_and_not_an_accuracy_of_0() -> None:
    with pytest.raises(BadValue, match=r"no true answer is the class of a label: .*'yes'.*'Yes'"):
        check_truth(crowd("Yes", "No", truth="yes"), "labels.csv")


def test_every_reader_refuses_truth_in_another_spelling(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(LABELS)
    truth = tmp_path / "truth.csv"
    truth.write_text("task,truth\nt0,yes\nt1,no\n")
    with pytest.raises(BadValue, match="write both alike"):
        read_crowd(tmp_path)
    with pytest.raises(BadValue, match="write both alike"):
        figures(str(tmp_path / "labels.csv"), "--truth", str(truth), "--as-written")
    table = pd.read_csv(tmp_path / "labels.csv").assign(truth="yes")
    with pytest.raises(BadValue, match="write both alike"):
        replay.weigh(table, truth="truth")


def test_truth_of_a_folder_is_read_without_spaces_and_contradictions_are_refused(
    tmp_path: Path,
) -> None:
    (tmp_path / "labels.csv").write_text(LABELS)
    truth = tmp_path / "truth.csv"
    truth.write_text("task,truth\n t0 , Yes\nt1,No \n")
    assert read_crowd(tmp_path).truth == {"t0": "Yes", "t1": "No"}
    truth.write_text("task,truth\nt0,Yes\nt0,No\n")
    with pytest.raises(BadValue, match="row 3, column 'truth': task 't0' has the truth 'No' here"):
        read_crowd(tmp_path)


def test_columns_are_found_as_people_name_them(tmp_path: Path) -> None:
    """Capital letters in both files, and a unit in brackets."""
    labels, truth = tmp_path / "labels.csv", tmp_path / "truth.csv"
    lines = LABELS.replace("task,labeler,label", "Item ID,Annotator,Answer,Cost (USD)").splitlines()
    labels.write_text("\n".join([lines[0], *(f"{line},0.25" for line in lines[1:])]))
    truth.write_text("Item,Remark,Correct answer\nt0,x,Yes\nt1,y,No\n")
    found = figures(str(labels), "--truth", str(truth), "--replays", "1")
    assert found["usd"] == pytest.approx(24 * 0.25)
    assert found["tasks_with_truth"] == 2
