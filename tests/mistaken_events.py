"""Mistakes in events, as tables: what is fed, and the rule and words of the dead letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

Event = dict[str, Any]


class Letter(NamedTuple):
    """Rounds of events, each fed and worked on; the rule and the words of the one dead letter."""

    name: str
    rounds: Sequence[Sequence[Event]]
    rule: str
    says: str


def pool(name: str = "a", **more: Any) -> Event:
    return {"type": "Pool", "pool": name, "at": 0, "usd_per_label": 0.05, **more}


def task(name: str = "t", **more: Any) -> Event:
    base = {"type": "Task", "task": name, "project": "p", "at": 1, "classes": ["yes", "no"]}
    return {**base, **more}


def label(name: str, ask: int = 1, labeler: str = "w", **more: Any) -> Event:
    base = {"type": "Label", "label": name, "task": "t", "ask": ask, "pool": "a", "at": 2}
    return {**base, "labeler": labeler, "answer": "yes", **more}


def gold(answer: str, **more: Any) -> Event:
    return {"type": "Gold", "task": "t", "answer": answer, "at": 3, **more}


def prediction(**more: Any) -> Event:
    base = {"type": "Prediction", "task": "t", "source": "model", "at": 0}
    return {**base, "chances": {"yes": 0.5, "no": 0.5}, **more}


def tick(at: float) -> Event:
    return {"type": "Tick", "at": at}


FIRST = [pool(), task()]
LETTERS = [
    Letter("a label for an unknown task", [[label("l")]], "unknown_task", "'t': unknown task"),
    Letter(
        "a contradicting duplicate of a task", [[*FIRST, task(classes=["yes", "maybe"])]],
        "contradicts", "task 't': a different task of this id is known, with other classes; what is"
        " known can't be changed: send another task under another id",
    ),
    Letter(
        "a second label for an ask", [FIRST, [label("l1"), label("l2", labeler="x")]],
        "second_label", "label 'l2' of task 't', ask 1: label 'l1' has answered this ask already",
    ),
    Letter(
        "the same labeler twice", [FIRST, [label("l1")], [label("l2", ask=2)]],
        "repeat_labeler", "label 'l2' of task 't', ask 2: labeler 'w' has labeled this task",
    ),
    Letter(
        "an unknown class", [FIRST, [label("l", answer="maybe")]],
        "unknown_answer", "answer 'maybe' is not one of ['yes', 'no']",
    ),
    Letter("a label from elsewhere", [FIRST, [label("l", pool="b")]], "wrong_pool", "'a' was"),
    Letter("a label nobody asked for", [FIRST, [label("l", ask=7)]], "unknown_ask", "no ask 7"),
    Letter("gold that contradicts", [FIRST, [gold("yes"), gold("no")]], "contradicts", "'yes'"),
    Letter("gold of an unknown class", [FIRST, [gold("maybe")]], "unknown_answer", "is not one of"),
    Letter(
        "a prediction for an unknown class", [[prediction(chances={"maybe": 1})], FIRST],
        "unknown_class", "prediction of 'model' for task 't': class 'maybe' is not one of",
    ),
    Letter(
        "a prediction that doesn't sum to 1", [[prediction(chances={"yes": 0.6, "no": 0.3})]],
        "bad_chances", "the chances sum to 0.9: must be 1, within 1e-06",
    ),
    Letter("a chance below 0", [[prediction(chances={"yes": -1})]], "bad_chances", "between 0"),
    Letter(
        "two predictions of one model", [[prediction(), prediction(chances={"yes": 1})]],
        "contradicts", "contradicts the earlier one of this source, which is kept",
    ),
    Letter(
        "a time in milliseconds", [[task(at=1.79e12)]],
        "bad_number", "1790000000000.0: must be seconds since 1970 (is this in milliseconds?)",
    ),
    Letter("an empty vector", [[task(features={"v": []})]], "bad_vector", "a vector of 0 numbers"),
    Letter("a clock that jumps ahead", [[tick(1), tick(9e5)]], "tick_ahead", "more than 3600 s"),
    Letter("a clock that goes back", [[tick(9), tick(1)]], "tick_back", "the clock went back"),
]  # fmt: skip

ODD = "a|b:c d\ne☃🙂'\""
NO_LETTERS: dict[str, tuple[list[list[Event]], str]] = {
    "a label after the verdict": (
        [[pool(), task(deadline_at=9), tick(1)], [tick(10)], [label("l")]],
        "1 asked 0 open, 2 verdicts, last yes",
    ),
    "a label from a pool that closed": (
        [[pool(), task(deadline_at=9), tick(1)], [pool(open=False)], [label("l"), tick(10)]],
        "1 asked 0 open, 1 verdicts, last yes",
    ),
    "a task for a pool that closed": (
        [[pool(open=False), task()]],
        "0 asked 1 open, 0 verdicts, last None",
    ),
    "a prediction after the first decision": (
        [FIRST, [prediction()]],
        "1 asked 1 open, 0 verdicts, last None",
    ),
    "a vector of another length": (
        [[pool(), task(features={"v": [1, 2]}), task("u", features={"v": [1, 2, 3]})]],
        "2 asked 2 open, 0 verdicts, last None",
    ),
    "a budget of nothing": (
        [
            [{"type": "Control", "at": 0, "project": "p", "usd_per_day": 0}],
            [pool(), task(deadline_at=9), tick(1)],
        ],
        "0 asked 1 open, 0 verdicts, last None",
    ),
    "names of any kind": (
        [
            [pool(ODD), task(ODD, project=ODD, classes=[ODD, "no"], deadline_at=9), tick(1)],
            [label(ODD, labeler=ODD, task=ODD, pool=ODD, answer=ODD), tick(10)],
        ],
        f"2 asked 0 open, 1 verdicts, last {ODD}",
    ),
}
