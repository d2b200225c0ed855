"""Snapshots by the hour and the day: few, rarely written, and a week to go back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.events import Control, Reward
from streams.learner.slots import SLOTS
from streams.log.log import NewRecord
from tests.streams.learner.test_learner import damage
from tests.streams.learner.test_snapshot_follower import Clock, brains, following, knows, learner
from tests.streams.scenes import events, kept, new_log, read, worker, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.embedded.log import EmbeddedLog

HOUR, DAY = 3600.0, 86400.0
NOON = 20_000 * DAY + DAY / 2


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    """Open a log with two pools in it."""
    opened = new_log(tmp_path / "log.db")
    yield opened
    opened.close()


def live(log: EmbeddedLog, clock: Clock, until: float, step_s: float) -> list[int]:
    """Learn a reward and save each `step_s`; return how many snapshots each step wrote."""
    one, wrote = learner(log, clock), []
    first = events(log, "rewards", Reward)[0]
    while clock.now < until:
        reward = msgspec.structs.replace(first, task=f"n{clock.now}")
        log.write([NewRecord("rewards", b"n", msgspec.json.encode(reward))])
        before = log.end("models", 0)
        one.learn()
        one.save()
        wrote.append((log.end("models", 0) - before) // 2)
        clock.now += step_s
    one.close()
    return wrote


def test_a_week_of_days_and_some_hours_are_kept(log: EmbeddedLog) -> None:
    brains(log)
    clock = Clock()
    clock.now = NOON
    live(log, clock, NOON + 12 * DAY, HOUR / 2)
    ages_h = sorted({(clock.now - at) / HOUR for at in kept(log).saved_at().values()})
    assert ages_h[:4] == [0.5, 1.0, 1.5, 2.0]
    assert {2.0, 3.0, 4.0, 5.0, 6.0} <= set(ages_h)
    assert ages_h[-8:] == [12.0 + 24.0 * day for day in range(8)]
    keys = {one.key for one in read(log, "models")}
    assert {key for key in keys if b"/chunk/" not in (key or b"")} <= SLOTS
    assert len(SLOTS) == 18


def test_those_by_the_clock_are_written_once_an_hour_and_a_day(log: EmbeddedLog) -> None:
    brains(log)
    clock = Clock()
    clock.now = NOON
    assert live(log, clock, NOON + HOUR, HOUR / 6) == [3, 1, 1, 1, 1, 1]
    assert live(log, clock, NOON + HOUR + 1, 1.0) == [2]  # a restart in a new hour, on the same day
    assert live(log, clock, NOON + HOUR + 2, 1.0) == [1]


def test_without_a_clock_there_are_none(log: EmbeddedLog) -> None:
    brains(log)
    assert all((one.key or b"").startswith(b"slot/") for one in read(log, "models"))


def test_going_back_a_week(log: EmbeddedLog) -> None:
    brains(log)
    clock = Clock()
    clock.now = NOON
    live(log, clock, NOON + 7 * DAY, DAY / 4)
    manifest = min((one for _, one in kept(log).manifests()), key=lambda one: one.id)
    assert clock.now - (manifest.at or 0.0) == 7 * DAY
    target = kept(log).find(manifest.id)
    assert target is not None
    one = worker(log)
    write(log, Control(at=clock.now, snapshot=manifest.id))
    one.step()
    assert knows(one.core, target, events(log, "rewards", Reward))


def test_where_all_in_turn_are_damaged_the_hour_is_used(log: EmbeddedLog) -> None:
    brains(log)
    clock = Clock()
    clock.now = NOON
    live(log, clock, NOON + HOUR, HOUR / 6)
    for number in range(4):
        damage(log, b"slot/%d/chunk/0" % number)
    hour = kept(log).manifests()[-1][1]
    assert following(log).position == hour.position
    again = learner(log, clock)
    assert again.counters["learned"] == log.end("rewards", 0) - hour.position > 0


def test_a_learner_that_had_to_use_an_older_one_saves_anew(log: EmbeddedLog) -> None:
    """It would else say of the damaged one that it is the newest, as long as nothing is new."""
    brains(log)
    clock = Clock()
    clock.now = NOON
    live(log, clock, NOON + 1.0, 1.0)
    for number in range(4):
        damage(log, b"slot/%d/chunk/0" % number)
    again = learner(log, clock)
    assert again.counters["unreadable_snapshots"] == 1
    again.save(again=True)
    whole = next(kept(log).newest_first()).manifest
    assert (whole, whole.at) == (kept(log).newest(), clock.now)


def test_only_those_in_turn_are_held_in_memory(log: EmbeddedLog) -> None:
    brains(log)
    clock = Clock()
    clock.now = NOON
    live(log, clock, NOON + DAY, HOUR)
    held = kept(log)._values
    assert sum(b"/chunk/" in key for key in held) == 4
