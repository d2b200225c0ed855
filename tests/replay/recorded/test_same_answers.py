"""Pairs of labelers who always give the same answer are named, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from replay.labelers.same_answer_notes import same_answer_notes
from replay.recorded.crowd import Crowd, CrowdLabel
from replay.recorded.doubtful import doubts
from replay.recorded.same_answers import SHOWN, TASKS, in_words, same_answers
from tests.replay.labelers.simulated_labels import label

if TYPE_CHECKING:
    from collections.abc import Mapping

CLASSES = ("bug", "idea", "question")


def echoed(tasks: int, right: float, seed: int = 1) -> tuple[list[CrowdLabel], dict[str, str]]:
    """Labels of a model and of one that repeats it, and the true answers."""
    rng = np.random.default_rng(seed)
    truth = {f"t{number}": str(rng.choice(CLASSES)) for number in range(tasks)}
    labels = []
    for task, true in truth.items():
        answer = true if rng.random() < right else str(rng.choice(CLASSES))
        labels += [CrowdLabel(task, "mini", answer), CrowdLabel(task, "nano", answer)]
    return labels, truth


def notes(labels: list[CrowdLabel], truth: Mapping[str, str] | None = None) -> str:
    return " ".join(doubts(Crowd("made", tuple(labels), truth or {})))


def test_an_echo_that_nobody_checks_is_named() -> None:
    labels, truth = echoed(214, 0.6)
    assert "'mini' and 'nano' gave the same answer on all of the 214 tasks" in notes(labels)
    wrong = sum(row.label != truth[row.task] for row in labels) // 2
    assert f"also on {wrong} where both are wrong" in notes(labels, truth)


def test_who_is_right_every_time_needs_no_note() -> None:
    labels, truth = echoed(214, 1.0)
    assert "same answer" in notes(labels)
    assert notes(labels, truth) == ""


def test_one_difference_or_few_tasks_or_one_class_need_no_note() -> None:
    labels, _ = echoed(214, 0.6)
    assert notes([*labels, CrowdLabel("t", "mini", "bug"), CrowdLabel("t", "nano", "idea")]) == ""
    assert notes(labels[: 2 * TASKS - 2]) == ""
    assert notes([row._replace(label="bug") for row in labels]) == ""


def test_only_a_few_of_many_pairs_are_named() -> None:
    labels, _ = echoed(TASKS, 0.6)
    team = [row._replace(labeler=f"m{number}") for row in labels[::2] for number in range(4)]
    said = in_words(same_answers((row.task, row.labeler, row.label) for row in team))
    assert len(said) == SHOWN + 1
    assert said[-1] == "so did 3 more pairs of labelers"


def test_the_report_on_labelers_names_them_too() -> None:
    said = [
        label(who, number, number % 3, (1 / 3, 1 / 3, 1 / 3), float(number))
        for number in range(200)
        for who in ("ann", "bob")
    ]
    (found,) = same_answer_notes(said)
    assert found.startswith("'ann' and 'bob' gave the same answer on all of the 200 tasks")
    first, _ = same_answer_notes([*said, *(replace(one, project="q") for one in said)])
    assert first.startswith("project p: 'ann' and 'bob'")


def test_two_who_are_right_in_98_percent_are_seldom_named() -> None:
    """The false-alarm rate that is stated: .01 for `TASKS` tasks of two classes; 2,000 pairs."""
    rng = np.random.default_rng(7)
    wrong = rng.random((2_000, 2, TASKS)) >= 0.98
    named = 0
    for one, other in wrong:
        rows = []
        for number in range(TASKS):
            for who, errs in (("a", one[number]), ("b", other[number])):
                rows.append((f"t{number}", who, str((number % 2) ^ int(errs))))
        named += bool(same_answers(rows))
    assert named / 2_000 < 0.018  # .01 and 3.5 standard errors


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from("abc"), st.sampled_from("xy")), max_size=60
    )
)
def test_order_of_rows_and_few_labels_change_nothing(some: list[tuple[int, str, str]]) -> None:
    once = {(f"t{task}", who): answer for task, who, answer in some}
    base = [(task, who, answer) for (task, who), answer in once.items()]
    rows = [(f"{task}-{copy}", who, answer) for task, who, answer in base for copy in range(TASKS)]
    assert same_answers(base) == []
    assert same_answers(rows) == same_answers(rows[::-1])
    for pair in same_answers(rows):
        said = [{task: answer for task, who, answer in rows if who == one} for one in pair[:2]]
        shared = said[0].keys() & said[1].keys()
        assert pair.tasks == len(shared)
        assert all(said[0][task] == said[1][task] for task in shared)
