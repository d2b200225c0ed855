"""Majority vote with ties in expectation."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.baselines.majority import expected_accuracy, majority_vote

VOTES = st.lists(
    st.tuples(st.sampled_from("tuv"), st.sampled_from("abcdef"), st.sampled_from("xyz")),
    max_size=30,
)


@given(VOTES)
def test_the_chances_of_a_task_sum_to_one_and_go_to_the_most_votes(
    rows: list[tuple[str, str, str]],
) -> None:
    answers = majority_vote(rows)
    assert set(answers) == {task for task, _, _ in rows}
    for task, chances in answers.items():
        votes = Counter(label for of, _, label in rows if of == task)
        assert sum(chances.values()) == pytest.approx(1.0)
        assert set(chances) == {name for name, n in votes.items() if n == max(votes.values())}


@given(VOTES)
def test_the_order_of_the_votes_does_not_matter(rows: list[tuple[str, str, str]]) -> None:
    assert majority_vote(rows) == majority_vote(rows[::-1])


def test_expected_accuracy_is_the_mean_over_every_way_to_break_the_ties() -> None:
    answers = {
        "t": {"x": 0.5, "y": 0.5},
        "u": {"x": 1.0},
        "v": {"x": 1 / 3, "y": 1 / 3, "z": 1 / 3},
    }
    truth = {"t": "x", "u": "x", "v": "z"}
    ways = [
        sum(choice == truth[task] for task, choice in zip(answers, chosen, strict=True)) / 3
        for chosen in product(*(list(chances) for chances in answers.values()))
    ]
    assert expected_accuracy(answers, truth) == pytest.approx(sum(ways) / len(ways))


def test_a_task_without_labels_is_wrong_and_no_truth_is_no_accuracy() -> None:
    assert expected_accuracy({}, {"t": "x"}) == 0.0
    assert expected_accuracy({"t": {"x": 1.0}}, {}) is None
