"""The catalogue names every signal that is computed or logged, and no other."""

from __future__ import annotations

import msgspec

from bandit.decide.by_features import USUAL
from bandit.decide.signals import pool_signals, system_features
from bandit.events import Pool
from bandit.features.catalogue import CATALOGUE
from bandit.learn.accuracy import RATE, SESSION, SPEED, TASK
from bandit.learn.brain import Brain
from bandit.learn.watched import WATCHED
from bandit.settings import Settings
from replay.features_report.derived import of_pool, of_progress
from tests.replay.task_log.own_log_writer import decision


def named(about: str, *, is_derived: bool = False) -> set[str]:
    return {one.name for one in CATALOGUE if (one.about, one.is_derived) == (about, is_derived)}


def test_every_logged_signal_stands_in_it_and_no_other() -> None:
    brain, pool = Brain(Settings()), Pool(pool="a", at=0.0, usd_per_label=0.05)
    assert named("system") == set(system_features(0.0, 1, "yes", 0.8))
    assert named("pool") == {*pool_signals(brain, pool, "p"), "queue", USUAL}
    assert named("labeler") == {RATE, TASK, SPEED, SESSION, *WATCHED}
    assert named("labeler") - set(WATCHED) == set(brain.labeler_signals("p", "a", "w", 0, 1, 1))
    assert named("task") == {"novelty"}


def test_every_derived_signal_stands_in_it_and_no_other() -> None:
    plain = decision("t", 1, 0.0, "a", {"a": 1.0}, 0.5, 0)
    full = msgspec.structs.replace(
        plain,
        posterior={"yes": 0.5, "no": 0.5},
        quality={"a": 0.8},
        scarcity_usd={"a": 0.0},
        in_time={"a": 1.0},
    )
    of_task = of_progress(full, 0.0)
    assert named("task", is_derived=True) | named("system", is_derived=True) == set(of_task)
    assert of_task["entropy"] == 1.0
    assert named("pool", is_derived=True) == set(of_pool(full, "a"))
    assert of_pool(full, "a")["difficulty"] == 1.0 - 0.8


def test_no_signal_stands_in_it_twice() -> None:
    keys = [(one.about, one.name) for one in CATALOGUE]
    assert len(keys) == len(set(keys))
    assert all(one.meaning and one.logged and one.used_by for one in CATALOGUE)
