"""Signals that are logged and not learned from: streak, time since the last label, pace."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.events import NO_ASK
from bandit.learn.brain import Brain
from bandit.learn.track_record import LABELER_DECAY, TrackRecord
from bandit.learn.watched import IDLE, PACE, STREAK
from bandit.settings import Settings
from tests.bandit.learn.test_records import reward

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.events import Feature


@pytest.mark.parametrize(
    ("qualities", "streak"),
    [([1.0, 1.0, 0.9], 3), ([1.0, 0.2, 0.1], -2), ([0.0, 0.5], 1), ([], 0)],
)
def test_a_streak_is_the_length_of_the_last_run(qualities: Sequence[float], streak: int) -> None:
    record = TrackRecord()
    for quality in qualities:
        record.judge(quality, LABELER_DECAY, gold=False)
    assert record.streak == streak


def test_they_follow_the_record() -> None:
    brain = Brain(Settings())
    features: dict[str, Feature] = {"type": "photo"}
    assert brain.watched_signals("p", "a", "w1", features, 10.0, 5.0) == {STREAK: 0.0, PACE: 0.0}
    for number in range(40):
        made = reward(number, right=True, labeler="w1", delay_s=20.0)
        brain.learn(msgspec.structs.replace(made, features=features))
    last_at = brain._labelers.get("1/p/w1").last_at or 0.0
    later = brain.watched_signals("p", "a", "w1", features, 5.0, last_at + 99.0)
    assert later[STREAK] == 40.0
    assert later[PACE] < -1.0
    assert later[IDLE] == pytest.approx(math.log(100.0), abs=1e-4)
    assert PACE not in brain.watched_signals("p", "a", "w1", {}, 5.0, last_at)


def test_they_go_on_after_a_restart() -> None:
    brain = Brain(Settings())
    for number in range(40):
        made = reward(number, right=number % 3 > 0, labeler=f"w{number % 4}")
        features: dict[str, Feature] = {"type": "photo", "x": number / 7.0}
        brain.learn(msgspec.structs.replace(made, features=features))
    resumed = Brain.from_bytes(Settings(), brain.to_bytes())
    for one in (brain, resumed):
        one.learn(reward(41, right=True, labeler="w1"))
    asked = "p", "a", "w1", {"type": "photo"}, 5.0, 99.0
    assert resumed.watched_signals(*asked) == brain.watched_signals(*asked)
    odd: dict[str, Feature] = {"x": 99.0}
    assert resumed.project("p").novelty.of(odd) == brain.project("p").novelty.of(odd) == 1.0
    assert resumed.to_bytes() == brain.to_bytes()


def test_novelty_counts_a_task_once_however_its_truth_became_known() -> None:
    """The machine answered it and an expert audited it: two rewards, and no label."""
    brain = Brain(Settings())
    features: dict[str, Feature] = {"x": 1.0}
    audit = msgspec.structs.replace(
        reward(1, right=True), features=features, why="audit", basis="none", quality=None
    )
    truth = msgspec.structs.replace(
        audit, ask=NO_ASK, why="gold", basis="gold", pool=None, labeler=None, answer=None
    )
    brain.learn(audit)
    brain.learn(truth)
    assert brain.project("p").novelty.tasks == 1
    brain.learn(msgspec.structs.replace(reward(2, right=True), features=features))
    assert brain.project("p").novelty.tasks == 2
