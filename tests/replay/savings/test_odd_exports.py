"""Exports that are odd: other cases, all rejected, keys of other tools, nested without end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bandit.errors import InputError
from tests.replay.savings.bought import figures, run
from tests.replay.savings.test_exports import LABELS, appen, turk

if TYPE_CHECKING:
    from pathlib import Path


def test_the_status_of_a_row_counts_in_any_letter_case_and_layout(tmp_path: Path) -> None:
    file = tmp_path / "batch.csv"
    file.write_text(turk().replace("Rejected", "REJECTED"))
    answer = figures(str(file), "--replays", "1")
    assert "1 row left out: AssignmentStatus is rejected" in answer["notes"]
    marks = "HITId,WorkerId,AssignmentStatus,Answer.a,Answer.b\n"
    rows = "".join(f"h{i},w,Approved,x,{'xy'[i % 2]}\n" for i in range(4))
    file.write_text(marks + rows + "h9,w,Rejected,x,y\n")
    answer = figures(str(file), "--label", "Answer.a,Answer.b", "--replays", "1")
    assert (answer["labels"], answer["tasks"]) == (8, 4)


def test_a_batch_whose_rows_were_all_rejected_is_said(tmp_path: Path) -> None:
    file = tmp_path / "batch.csv"
    file.write_text(turk().replace("Approved", "Rejected"))
    with pytest.raises(InputError, match="no row has a label that counts: 91 rows"):
        run(str(file))


@pytest.mark.parametrize(
    "other", [{"answers": [1, 2]}, {"annotations": [None]}, {"responses": {"a": 1}}]
)
def test_other_keys_of_a_plain_object_are_only_columns(
    tmp_path: Path, other: dict[str, Any]
) -> None:
    file = tmp_path / "labels.jsonl"
    rows = ({"task": t, "labeler": who, "label": what} | other for t, who, what in LABELS)
    file.write_text("\n".join(map(json.dumps, rows)))
    assert figures(str(file), "--replays", "1")["labels"] == len(LABELS)


def test_json_that_is_nested_too_deeply_is_said(tmp_path: Path) -> None:
    file = tmp_path / "labels.json"
    file.write_text('[{"task": 1, "labeler": "a", "label": ' + "[" * 9999 + "]" * 9999 + "}]")
    with pytest.raises(InputError, match="JSON of a form that isn't known"):
        run(str(file))


def test_appen_writes_the_month_first_even_where_no_row_tells(tmp_path: Path) -> None:
    file = tmp_path / "full.csv"
    file.write_text(appen().replace("1/31/2026", "1/5/2026", 30).replace("1/31/2026", "1/7/2026"))
    answer = figures(str(file), "--replays", "1")
    assert answer["span_days"] == 2
    assert (
        "_created_at: times such as '1/5/2026 09:00:00' are read as month/day/year"
        in (answer["notes"])
    )
