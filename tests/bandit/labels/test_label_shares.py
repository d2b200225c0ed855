"""For which class labels are counted: half for the task's, half for what they were given for."""

from __future__ import annotations

from unittest.mock import patch

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.labels.ambiguity import joint, level_weights
from bandit.labels.blocks import grouped
from bandit.labels.model import LabelModel
from bandit.labels.saved import SavedLabels, load, save
from bandit.labels.weighed import Answer
from tests.bandit.labels.plays import Move, blocks_of, play, plays
from tests.bandit.labels.simulated import Simulation, symmetric

SEEDS = (1, 2, 3)

chance = st.floats(0.01, 0.99)
several = st.lists(st.tuples(chance, chance), min_size=1, max_size=4)


@given(several, chance, chance)
def test_a_label_is_given_for_one_class(
    rows: list[tuple[float, float]], prior: float, level: float
) -> None:
    """Its shares sum to 1; without rivals they are the chances of the task's classes."""
    answers = np.array(rows)[:, None, :]
    of = grouped(np.zeros(len(rows), np.int64), np.arange(len(rows)) // 2)
    before = np.array([[[prior, 1.0 - prior]]])
    for rivals in (0.0, 50.0):
        counts = np.array([100.0, 0.0, rivals * level, rivals * (1.0 - level), 0.0, rivals])
        weights = level_weights(counts, one_pool=False)
        found = joint(answers, of, before, weights._replace(alone=1.0) if not rivals else weights)
        shares = found.label_shares(answers, of)
        assert shares.sum(axis=2) == pytest.approx(1.0)
        if not rivals:
            assert shares[:, 0] == pytest.approx(np.tile(found.posterior()[0], (len(rows), 1)))


def test_a_label_that_names_the_rival_was_rather_given_for_it() -> None:
    """Eight of eleven name c0: the other three are more than labelers who are right in 90 % err."""
    answers = np.array([[[0.9, 0.1]]] * 8 + [[[0.1, 0.9]]] * 3)
    of = grouped(np.zeros(11, np.int64), np.zeros(11, np.int64))
    found = joint(answers, of, np.full((1, 1, 2), 0.5), level_weights(np.zeros(6), one_pool=True))
    shares = found.label_shares(answers, of)[:, 0]
    of_task = found.posterior()[0, 0]
    assert of_task[0] > 0.9
    assert (shares[:8, 0] > of_task[0]).all()
    assert (shares[8:, 1] > of_task[1] + 0.3).all()


def test_labels_of_a_task_with_gold_count_whole_for_the_true_class() -> None:
    model = LabelModel()
    with blocks_of(1):
        for labeler in ("w0", "w1"):
            model.observe("t", ("yes", "no"), "a", labeler, "yes")
        before = model.window.tasks["t"].label_shares
        assert before is not None
        assert (before[:, :, 0] > 0.5).all()
        model.gold("t", ("yes", "no"), "no")
        model.observe("u", ("yes", "no"), "a", "w0", "no")
    counted = model.window.tasks["t"].label_shares
    assert counted is not None
    assert counted.tolist() == [[[0.0, 1.0]] * 2] * 2


@pytest.mark.parametrize("seed", SEEDS)
def test_belief_in_one_label_and_in_two_is_not_too_modest(seed: int) -> None:
    """Two classes, labelers right in 80 %, two labels a task: .80 and .94. Worst: .66 and .79.

    While labels were counted for the task's class alone: .61 and .71; while chance made some
    labelers seem better than others, .67 and .81.
    """
    crew = {f"w{number}": symmetric(0.8, 2) for number in range(150)}
    simulation = Simulation({"a": crew}, (0.5, 0.5), seed)
    model = LabelModel()
    simulation.teach(model, 1000, {"a": 2})
    new = [Answer("a", f"new{number}", "c0") for number in range(2)]
    one, two = (float(model.weigh(("c0", "c1"), new[:n]).posterior()[0]) for n in (1, 2))
    assert 0.65 < one < 0.83
    assert 0.78 < two < 0.95


@settings(max_examples=100, deadline=None)
@given(before=plays, after=plays)
def test_what_was_saved_before_there_were_shares_is_gone_on_with(
    before: list[Move], after: list[Move]
) -> None:
    """Each label was counted for all classes of its task, which can be taken out again."""
    with blocks_of(5):
        with patch("bandit.labels.label_shares.GIVEN_FOR", 0.0):
            model = LabelModel()
            play(model, before)
        saved = msgspec.to_builtins(save(model), builtin_types=(bytes,))
        del saved["label_shares"], saved["rivals"]
        saved["window"] = [task[:-1] for task in saved["window"]]
        old = load(msgspec.convert(saved, SavedLabels))
        for name, task in model.window.tasks.items():
            mine, theirs = task.label_shares, old.window.tasks[name].label_shares
            assert (mine is None) == (theirs is None)
            if mine is not None and theirs is not None:
                assert np.array_equal(mine, theirs)
        play(old, after)
        assert np.isfinite(old.labelers.counts).all()
