"""Rare errors: audits that saw few or none of them don't make anybody sure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from replay.intervals.student import student
from replay.task_log.components import AUDITED, PARTS, Earned, prices
from replay.task_log.ledger import Ledger
from replay.task_log.trajectory import Trajectory
from replay.task_log.weighed_task import WeighedTask
from tests.replay.task_log.plain_log import SURE, Events, audited, money, parts, plain_task

if TYPE_CHECKING:
    from pathlib import Path


def test_audits_that_saw_no_error_leave_the_doubt_of_the_confidences(tmp_path: Path) -> None:
    """(ρ − 1)² is 1 for all 300 tasks; p(1 − p) is .09 for those of pool a, .24 for those of b.

    Half are audited, and all of those are right. What is seen is then of the first tasks alone, so
    the t has few degrees of freedom: twice as wide as a normal interval, no more.
    """
    events: Events = []
    for number in range(300):
        events += audited(plain_task(number), "yes", 0.5, drawn=number % 4 < 2)
    component = parts(money(tmp_path / "log", events).whole)["accuracy"]
    accuracy = component.gain
    assert component.gain_usd is not None
    assert component.gain_usd.high == pytest.approx(2.0 * accuracy.high)  # a right answer is $2
    doubt = sum(2 * sure * (1 - sure) for sure in SURE.values()) / 2
    assert accuracy.high - accuracy.value >= 1.96 * math.sqrt(doubt / 300)
    assert accuracy.high - accuracy.value < 4 * math.sqrt(doubt / 300)


def rare(seed: int, tasks: int = 800) -> Ledger:
    """Tasks that are said to be right in .99; 5 % are audited.

    The target would have treated .9 of them as the log did; of those .04 are wrong, of others .01.
    The model knows all but what gold says.
    """
    rng = np.random.default_rng(seed)
    kept = rng.random(tasks) < 0.9
    right = rng.random(tasks) < np.where(kept, 0.96, 0.99)
    drawn = rng.random(tasks) < 0.05
    trajectories, weighed = [], []
    for rho, was, gold in zip(kept / 0.9, right, drawn, strict=True):
        earned = np.array(Earned(agreement=0.99, correction=gold * (was - 0.99) / 0.05))
        scores = np.where(np.isin(np.arange(PARTS), AUDITED), rho, 1.0) * earned
        doubt = 0.99 * 0.01 / 0.05
        trajectories.append(
            Trajectory("t", (), audited=bool(gold), gold=bool(gold), doubt=doubt, worth_usd=1.0)
        )
        weighed.append(
            WeighedTask(
                np.array([rho]), earned[None], earned, earned, scores, 1.0, unsupported=False
            )
        )
    return Ledger(prices()).receive(trajectories, weighed)


def test_intervals_of_accuracy_hold_where_errors_are_rare() -> None:
    """The target loses .3 points; 200 logs, of which about half saw one wrong answer or none.

    At .95 more than 21 of 200 miss it with a chance of 5e-4; by the variance seen alone 49 do,
    with this one none.
    """
    missed, missed_by_seen = 0, 0
    truth = 0.96 - (0.9 * 0.96 + 0.1 * 0.99)
    for seed in range(200):
        found = rare(seed).gain("accuracy")
        assert found is not None
        low, high, _ = student(found.value, found.variance, found.freedom, 0.95)
        missed += not low <= truth <= high
        low, high, _ = student(found.value, found.seen, found.freedom, 0.95)
        missed_by_seen += not low <= truth <= high
    assert missed <= 21
    assert missed_by_seen > 30  # else this test could not fail
