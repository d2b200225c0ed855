"""Signals of a label move its odds; how often labels are right is for the model of labels alone."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.learn.accuracy import MOST_TILT, RATE, SPEED, TASK, Accuracy
from bandit.settings import PolicySettings, Settings
from replay.market.changed_features import with_features
from replay.market.live import run_live
from replay.market.market import Market
from replay.market.pools import PoolSpec
from replay.market.tasks import Arrivals, made_tasks

numbers = st.floats(-3.0, 3.0)


@given(numbers, numbers, numbers, numbers, numbers, numbers)
def test_neither_bias_nor_record_moves_a_label(
    bias: float, of_record: float, of_speed: float, of_task: float, rate: float, speed: float
) -> None:
    model = Accuracy({RATE: of_record, SPEED: of_speed, TASK: of_task}, bias)
    tilt = model.tilt({RATE: rate, SPEED: speed})
    wanted = max(-MOST_TILT, min(MOST_TILT, of_speed * speed))
    assert math.log(tilt) == pytest.approx(wanted, abs=1e-9)
    assert model.task_log_tilts([0.8], [math.log(4.0)]) == pytest.approx([0.0], abs=1e-9)


@pytest.mark.parametrize("seed", [301, 302])
def test_beliefs_in_poor_labelers_dont_confirm_themselves(seed: int) -> None:
    """1,000 tasks of two classes, five labels each, right in .66; the majority is right in .78.

    While bias and record moved all labels, and labelers were told apart by a few labels, .738 and
    .595 were right; now .748 to .783 of seeds 301 to 304.
    """
    pool = PoolSpec(name="crowd", usd_per_label=0.008, skill=0.66, labelers=150, spread=40.0)
    arrivals = Arrivals(tasks_per_hour=120.0, value_usd=5.0)
    tasks = with_features(made_tasks(1_000, arrivals, seed, 2), "none", seed)
    policy = PolicySettings(name="fixed", pool="crowd", labels_per_task=5, min_labels=5)
    run = run_live(Market([pool], tasks, seed, ()), Settings(seed=seed, policy=policy))
    assert run.accuracy > 0.745
