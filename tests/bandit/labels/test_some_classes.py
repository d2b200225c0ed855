"""Rows and counts of some classes, against what their definition says class by class."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.labels.model import LabelModel
from bandit.labels.some_classes import UNKNOWN, counts_of_some, rows_of_some

KNOWN = 5


@pytest.mark.parametrize("seed", range(20))
def test_classes_that_are_known_keep_theirs_and_others_are_average(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 9))
    drawn = [*range(KNOWN), *[UNKNOWN] * 8]
    classes = tuple(int(number) for number in rng.permutation(drawn)[:size])
    rows, counts = rng.dirichlet(np.ones(KNOWN), (3, 2, KNOWN)), rng.random((3, 2, KNOWN, KNOWN))
    found, counted = rows_of_some(classes, rows), counts_of_some(classes, counts)
    accuracy = rows.trace(axis1=2, axis2=3) / KNOWN
    for at in np.ndindex(3, 2):
        wrong = (1.0 - accuracy[at]) / (size - 1)
        for i, own in enumerate(classes):
            expected = np.full(size, wrong)
            for j, other in enumerate(classes):
                is_known = UNKNOWN not in {own, other}
                if is_known:
                    expected[j] = rows[at][own, other]
                elif i == j:
                    expected[j] = accuracy[at]
                assert counted[at][i, j] == (counts[at][own, other] if is_known else 0.0)
            assert found[at][i] == pytest.approx(expected / expected.sum(), abs=1e-14)


def test_a_class_has_its_number_from_its_first_label_on() -> None:
    model = LabelModel()
    assert model.numbers(("yes", "no")) == (UNKNOWN, UNKNOWN)
    model.observe("t1", ("no", "yes"), "crowd", "ann", "yes")
    assert model.numbers(("yes", "no")) == (1, 0)
    assert model.numbers(("yes", "maybe")) == (1, UNKNOWN)


def test_a_model_that_knows_no_class_counts_nothing() -> None:
    assert (
        counts_of_some((UNKNOWN,) * 3, np.zeros((4, 0, 0))).tolist() == np.zeros((4, 3, 3)).tolist()
    )


@given(k=st.integers(2, 15), tasks=st.integers(1, 40), seed=st.integers(0, 2**32 - 1))
def test_a_task_of_all_classes_has_the_prior_that_it_has_where_there_is_one_more(
    k: int, tasks: int, seed: int
) -> None:
    """To the bit: where all are counted, none is picked."""
    rng = np.random.default_rng(seed)
    counts, shares = rng.gamma(1.0, 50.0, (2, k + 1)), rng.dirichlet(np.ones(k + 1))
    without = rng.dirichlet(np.ones(k), (tasks, 2))
    found = []
    for size in (k, k + 1):
        model = LabelModel()
        model.class_counts, model.shares_in_labels = counts[:, :size], shares[:size]
        found.append(model.learned_prior(tuple(range(k)), without))
    assert found[0].tobytes() == found[1].tobytes()
