"""Exports of labeling tools are read as they are: each has the same labels, and so the figures."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from bandit.draw import draw
from tests.replay.savings.bought import figures

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

Given = tuple[int, str, str]

LABELS: list[Given] = [
    (task, who, "cat" if (draw(3, str(task), at, "right") < 0.9) == (task % 2 == 0) else "dog")
    for task in range(30)
    for at, who in enumerate(("ann", "bob", "cid"))
]


def of_task(task: int) -> list[tuple[str, str]]:
    return [(who, label) for of, who, label in LABELS if of == task]


def label_studio() -> str:
    def annotation(at: int, who: str, label: str) -> dict[str, Any]:
        result = {"from_name": "kind", "type": "choices", "value": {"choices": [label]}}
        return {
            "id": at, "completed_by": {"id": at, "email": who}, "result": [result],
            "was_cancelled": False, "ground_truth": at == 0, "created_at": "2026-01-05T09:00:00Z",
        }  # fmt: skip

    skipped = annotation(9, "dee", "cat") | {"was_cancelled": True}
    tasks = [
        {
            "id": task,
            "data": {"image": "same.jpg"},
            "annotations": [
                *(annotation(at, who, label) for at, (who, label) in enumerate(of_task(task))),
                skipped,
            ],
        }
        for task in range(30)
    ]
    return json.dumps(tasks, indent=1)


def json_min() -> str:
    return json.dumps(
        [
            {
                "text": "hi",
                "id": t,
                "kind": what,
                "annotator": who,
                "annotation_id": 1,
                "lead_time": 2,
            }
            for t, who, what in LABELS
        ]
    )


def prodigy_choice() -> str:
    lines = [
        {
            "_input_hash": t,
            "_task_hash": 7,
            "accept": [what],
            "answer": "accept",
            "_session_id": who,
        }
        for t, who, what in LABELS
    ]
    lines.append(lines[0] | {"_session_id": "dee", "accept": [], "answer": "ignore"})
    return "\n".join(map(json.dumps, lines))


def prodigy_binary() -> str:
    answers = {"cat": "accept", "dog": "reject"}
    return "\n".join(
        json.dumps(
            {
                "_input_hash": 1,
                "_task_hash": t,
                "label": "CAT",
                "answer": answers[what],
                "_annotator_id": w,
            }
        )
        for t, w, what in LABELS
    )


def argilla() -> str:
    def response(who: str, label: str) -> dict[str, str]:
        return {"user_id": who, "value": label, "status": "submitted"}

    draft = {"user_id": "dee", "value": None, "status": "draft"}
    return json.dumps(
        [
            {"id": task, "responses": {"kind": [*(response(*of) for of in of_task(task)), draft]}}
            for task in range(30)
        ]
    )


def ground_truth() -> str:
    def answer(who: str, label: str) -> dict[str, Any]:
        content = json.dumps({"crowd-image-classifier": {"label": label}})
        return {"workerId": who, "annotationData": {"content": content}}

    return json.dumps(
        [
            {"datasetObjectId": str(t), "annotations": [answer(*of) for of in of_task(t)]}
            for t in range(30)
        ]
    )


def table(
    header: Sequence[str], row: Callable[[Given], Sequence[Any]], delimiter: str = ","
) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([header, *map(row, LABELS)])
    return text.getvalue()


def turk() -> str:
    header = [
        "HITId",
        "Title",
        "Reward",
        "WorkerId",
        "AssignmentStatus",
        "SubmitTime",
        "Answer.q.label",
    ]
    submitted = "Mon Jan 05 10:17:00 PST 2026"
    text = table(header, lambda r: [r[0], "t", "$0.05", r[1], "Approved", submitted, r[2]])
    return text + f"0,t,$0.05,dee,Rejected,{submitted},cat\n"


def turk_options() -> str:
    header = ["HITId", "Reward", "WorkerId", "AssignmentStatus", "Answer.q.cat", "Answer.q.dog"]
    chosen = {True: "true", False: "false"}
    return table(
        header,
        lambda r: [r[0], "$0.05", r[1], "Approved", chosen[r[2] == "cat"], chosen[r[2] == "dog"]],
    )


def toloka() -> str:
    header = [
        "INPUT:image", "OUTPUT:result", "GOLDEN:result", "ASSIGNMENT:task_id",
        "ASSIGNMENT:worker_id", "ASSIGNMENT:status", "ASSIGNMENT:reward",
    ]  # fmt: skip
    return table(header, lambda r: ["i", r[2], "", r[0], r[1], "APPROVED", "9"], "\t")


def appen() -> str:
    header = ["_unit_id", "_created_at", "_golden", "_id", "_worker_id", "kind", "kind_gold", "url"]
    return table(header, lambda r: [r[0], "1/31/2026 09:00:00", "false", 5, r[1], r[2], "", "u"])


EXPORTS = [
    label_studio, json_min, prodigy_choice, prodigy_binary, argilla, ground_truth, turk,
    turk_options, toloka, appen,
]  # fmt: skip


@pytest.mark.parametrize("export", EXPORTS)
def test_an_export_has_the_labels_that_were_given(
    tmp_path: Path, export: Callable[[], str]
) -> None:
    plain, file = tmp_path / "plain.csv", tmp_path / "export"
    plain.write_text(table(["task", "labeler", "label"], lambda row: row))
    file.write_text(export())
    expected, found = (figures(str(path), "--replays", "1") for path in (plain, file))
    for key in ("tasks", "labels", "usd"):
        assert found[key] == pytest.approx(expected[key])
    rights = [
        sorted((row["labels"], round(row["agreed"], 6)) for row in answer["labelers"])
        for answer in (expected, found)
    ]
    assert rights[0] == rights[1]


def test_ground_truth_of_label_studio_is_the_true_answer(tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    file.write_text(label_studio())
    answer = figures(str(file), "--replays", "1")
    assert answer["tasks_with_truth"] == 30
    assert answer["columns"]["truth"] == "kind (ground truth)"


def test_rows_that_a_tool_did_not_count_are_left_out_and_it_is_said(tmp_path: Path) -> None:
    file = tmp_path / "batch.csv"
    file.write_text(turk())
    notes = figures(str(file), "--replays", "1")["notes"]
    assert "1 row left out: AssignmentStatus is rejected" in notes
