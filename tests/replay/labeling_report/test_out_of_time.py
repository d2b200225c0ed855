"""Tasks that end at their deadline with too few labels are reported, where more could be done."""

from __future__ import annotations

from typing import Any

from replay.labeling_report.content.to_do import to_do
from replay.labeling_report.figures.out_of_time import out_of_time
from replay.labeling_report.figures.outlook import Outlook
from replay.labeling_report.read.closed_task import ClosedTask, Step


def tasks(count: int, why: str, confidence: float, *, beside: bool = False) -> list[ClosedTask]:
    step: dict[str, Any] = {"labels": 0, "answer": "x", "confidence": 0.5, "usd": 0.1}
    made = Step(**step, forgone_usd=None, explores=False, beside=beside)
    return [
        ClosedTask(
            task=f"{why}-{number}",
            project="p",
            policy="value/inverse_gap",
            at=0.0,
            closed_at=1.0,
            answer="x",
            confidence=confidence,
            posterior={"x": confidence, "y": 1.0 - confidence},
            basis="consensus",
            why=why,
            worth_usd=1.0,
            delay_s=1.0,
            on_time=True,
            label_usd=0.1,
            expert_usd=0.0,
            audit_chance=0.0,
            right=None,
            asks=(),
            steps=(made,),
            features={},
        )
        for number in range(count)
    ]


def test_answers_that_are_less_sure_at_the_deadline_are_reported() -> None:
    found = out_of_time([*tasks(50, "deadline", 0.7), *tasks(150, "value", 0.95)])
    assert found is not None
    assert (found.share, round(found.confidence, 6), round(found.others, 6)) == (0.25, 0.7, 0.95)
    (sentence,) = to_do(Outlook(refused="too short"), (), found)
    assert sentence == (
        "To act on: 25.0 % of the tasks ended at their deadline, 70.0 % sure on average (the"
        " others 95.0 %): let pools take several asks of a task at once (asks_per_task)."
    )


def test_nothing_is_said_where_deadlines_cost_little_or_several_were_asked_at_once() -> None:
    others = tasks(150, "value", 0.95)
    assert out_of_time([*tasks(19, "deadline", 0.7), *others]) is None
    assert out_of_time([*tasks(50, "deadline", 0.92), *others]) is None
    assert (
        out_of_time([*tasks(50, "deadline", 0.7), *others, *tasks(600, "value", 0.95)]) is not None
    )
    assert out_of_time([*tasks(50, "deadline", 0.7), *others, *tasks(900, "value", 0.9)]) is None
    assert out_of_time([*tasks(50, "deadline", 0.7, beside=True), *others]) is None
    assert out_of_time(tasks(50, "deadline", 0.7)) is None
