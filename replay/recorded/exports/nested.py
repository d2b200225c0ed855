"""Nested exports as rows of labels: Label Studio, SageMaker Ground Truth, Argilla.

What isn't nested is a row as it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from bandit.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Object = dict[str, Any]

CHOSEN = {"choices": "choices", "rating": "rating", "pairwise": "selected"}
"""Kinds of Label Studio's results that are one answer, and where it stands."""

GROUND_TRUTH = " (ground truth)"
"""What follows a question in the name of the column that has its true answers."""

NO_ANSWERS = (
    "Label Studio's annotations here have no choices, ratings or pairwise answers; boxes, spans and"
    " texts can't be compared"
)
CONSOLIDATED = (
    "a manifest of SageMaker Ground Truth has one consolidated label for each task, not who gave"
    " which; use the files in annotations/consolidated-annotation/consolidation-request"
)


def label_rows(objects: Sequence[Object], path: Path) -> list[tuple[int, Object]]:
    """Return a row for each label, with the number of the object that it is from.

    Raises
    ------
    BadValue
        If it is an export that doesn't have the labels of single labelers.
    """
    rows = [(at, row) for at, of in enumerate(objects, start=1) for row in _rows(of, path)]
    if not rows and any(isinstance(of.get("annotations"), list) for of in objects):
        raise BadValue(f"{path}: {NO_ANSWERS}")
    return rows


def _rows(of: Object, path: Path) -> Iterator[Object]:
    annotations, responses = of.get("annotations"), of.get("responses")
    if isinstance(annotations, list) and "data" in of:
        yield from _label_studio(of)
    elif (answers := _of_workers(of)) is not None:
        yield from _ground_truth(of, answers)
    elif isinstance(responses, dict) and all(isinstance(to, list) for to in responses.values()):
        yield from _argilla(of)
    elif any(isinstance(value, dict) and "human-annotated" in value for value in of.values()):
        raise BadValue(f"{path}: {CONSOLIDATED}")
    else:
        yield of


def _label_studio(task: Object) -> Iterator[Object]:
    """Return annotations with the columns of Label Studio's own CSV; cancelled ones are none."""
    rows = []
    truths: dict[str, Any] = {}
    for annotation in task["annotations"]:
        if annotation.get("was_cancelled"):
            continue
        answers: dict[str, list[Any]] = {}
        for result in annotation.get("result") or ():
            key = CHOSEN.get(result.get("type"))
            if key is not None and "from_name" in result:
                answers.setdefault(result["from_name"], []).append(result["value"].get(key))
        if not answers:
            continue
        chosen = {
            name: values[0] if len(values) == 1 else values for name, values in answers.items()
        }
        if annotation.get("ground_truth"):
            truths |= {f"{name}{GROUND_TRUTH}": value for name, value in chosen.items()}
        rows.append(
            {
                "id": task.get("id"),
                **chosen,
                "annotator": annotation.get("completed_by"),
                "annotation_id": annotation.get("id"),
                "created_at": annotation.get("created_at"),
                "lead_time": annotation.get("lead_time"),
            }
        )
    return ({**row, **truths} for row in rows)


def _of_workers(of: Object) -> list[Object] | None:
    """Return what Ground Truth keeps of each worker, wherever a job has put it."""
    places = [of.get("annotations"), of.get("answers")]
    places += [v.get("annotationsFromAllWorkers") for v in of.values() if isinstance(v, dict)]
    for place in places:
        first = place[0] if isinstance(place, list) and place else None
        if isinstance(first, dict) and "workerId" in first:
            return place
    return None


def _ground_truth(of: Object, answers: Sequence[Object]) -> Iterator[Object]:
    task = next((of[key] for key in ("datasetObjectId", "source-ref", "source") if key in of), None)
    for answer in answers:
        content = answer.get("answerContent") or answer.get("annotationData", {}).get("content")
        if isinstance(content, str):
            content = msgspec.json.decode(content)
        yield {
            "task": task,
            "labeler": answer["workerId"],
            "label": _named_label(content),
            "at": answer.get("submissionTime"),
        }


def _named_label(content: Any) -> Any:
    """Find the label in what a worker's form sent, which names its widget first."""
    if isinstance(content, dict):
        for key in ("label", "labels"):
            if key in content:
                return content[key]
        return next((_named_label(value) for value in content.values()), None)
    return content


def _argilla(record: Object) -> Iterator[Object]:
    by_user: dict[str, Object] = {}
    for question, responses in record["responses"].items():
        for response in responses or ():
            if response.get("status", "submitted") == "submitted":
                who = str(response.get("user_id"))
                by_user.setdefault(who, {})[question] = response.get("value")
    for who, answers in by_user.items():
        yield {"record_id": record.get("id"), "user_id": who, **answers}
