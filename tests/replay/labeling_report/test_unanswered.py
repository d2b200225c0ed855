"""Tasks that closed without an answer: counted, paid, and in no figure of the answers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay.labeling_report.content.report import labeling_report
from replay.labeling_report.figures.totals import totals
from replay.labeling_report.page.page import page_text
from replay.labeling_report.read.read_tasks import LabelingLog, labeling_log
from tests.replay.labeling_report.planted import CALM, histories


def log_of(tasks: int, seed: int = 0) -> LabelingLog:
    return labeling_log("log.db", histories(CALM, tasks, seed))


def unanswered(log: LabelingLog, tasks: int) -> LabelingLog:
    """The log, with tasks that ended at their deadline without a label."""
    model = log.tasks[0]
    more = [
        replace(
            model, task=f"none{number}", answer=None, confidence=0.0, posterior={}, basis="none",
            why="deadline", delay_s=9e4, on_time=False, label_usd=0.0, expert_usd=0.0,
            audit_chance=0.0, right=None, asks=(), steps=(),
        )
        for number in range(tasks)
    ]  # fmt: skip
    return replace(log, tasks=(*log.tasks, *more))


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 90), st.integers(0, 10_000))
def test_tasks_without_an_answer_change_no_figure_of_the_answers(more: int, seed: int) -> None:
    log = log_of(80, seed)
    plain, whole = totals(log), totals(unanswered(log, more))
    assert (whole.tasks, whole.answered) == (80 + more, 80)
    for of in ("accuracy", "confidence", "audits", "delay_s_median", "delay_s_p95"):
        assert getattr(whole, of) == getattr(plain, of)
    share = 80 / (80 + more)
    assert whole.net_usd_per_task.value == pytest.approx(share * plain.net_usd_per_task.value)
    report = labeling_report(unanswered(log, more))
    assert report.calibration == labeling_report(log).calibration
    dated = [row for row in report.task_types if row.by == "answer" and row.name != "no answer"]
    assert all(row.confidence > 0.0 for row in dated if row.confidence is not None)
    none = [row for row in report.task_types if row.name == "no answer"]
    assert all(row.confidence is None for row in none)


def test_a_report_says_how_many_tasks_got_no_answer() -> None:
    log = log_of(80)
    due = replace(log, tasks=tuple(replace(task, on_time=True) for task in log.tasks))
    first, quality, delay, *_ = labeling_report(unanswered(due, 20)).summary
    assert first.startswith("80 of 100 tasks of the project p were answered ")
    assert first.endswith(" labels a task, those without an answer included.")
    assert "their mean confidence is 9" in quality
    assert delay.endswith(", and 80.0 % of the tasks with a deadline were answered by it.")


def test_a_log_without_any_answer_has_no_quality_and_no_times() -> None:
    log = unanswered(log_of(1), 5)
    report = labeling_report(replace(log, tasks=log.tasks[1:]))
    assert report.totals.accuracy is None
    assert report.totals.confidence is None
    assert report.summary[0].startswith("None of 5 tasks of the project p was answered ")
    assert report.summary[1] == "There is no answer whose quality could be told."
    page_text(report)
