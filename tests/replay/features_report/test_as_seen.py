"""Signals in a log are what the same functions give in replay, from the rewards up to then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.decide.by_features import USUAL
from bandit.decide.signals import pool_signals
from bandit.events import Decision, Pool, Reward
from bandit.learn.accuracy import RATE, SPEED, task_signal
from bandit.learn.brain import Brain
from bandit.learn.watched import WATCHED
from bandit.reasons import DecisionReason
from bandit.settings import Settings
from replay.market.drive import Drive
from replay.market.market import Market
from replay.market.pools import four_pools
from replay.market.tasks import Arrivals, made_tasks
from tests.replay.market.recording import Recording

if TYPE_CHECKING:
    from replay.market.tasks import TrueTask

TASKS = 150
SETTINGS = Settings()


class Log(msgspec.Struct):
    """Decisions and rewards as they were written, read back from their bytes."""

    pools: dict[str, Pool]
    decisions: list[Decision]
    rewards: list[Reward]


def typed(number: int, one: TrueTask) -> TrueTask:
    features = {**one.task.features, "type": ("photo", "text")[number % 2]}
    return replace(one, task=msgspec.structs.replace(one.task, features=features))


@pytest.fixture(scope="module")
def log() -> Log:
    made = [typed(i, one) for i, one in enumerate(made_tasks(TASKS, Arrivals(), 1))]
    market = Market(four_pools(made[0].task.classes), made, 1)
    recording = Recording(SETTINGS)
    Drive(recording, market, 1800.0).run(market.events())
    log = Log({e.pool: e for e in recording.received if isinstance(e, Pool)}, [], [])
    for event in recording.put_out:
        again = (
            msgspec.json.decode(msgspec.json.encode(event), type=Decision | Reward | None)
            if (isinstance(event, Decision | Reward))
            else None
        )
        if isinstance(again, Decision):
            log.decisions.append(again)
        elif isinstance(again, Reward):
            log.rewards.append(again)
    return log


def brain_at(log: Log, brain: Brain, position: int) -> Brain:
    """Let a brain learn on, up to a position of the log."""
    for reward in log.rewards[brain.position : position]:
        brain.learn(reward)
    assert brain.position == position
    return brain


def test_records_of_pools_and_novelty_are_equal(log: Log) -> None:
    brain, compared, novel = Brain(SETTINGS), 0, 0
    for decision in log.decisions:
        brain_at(log, brain, decision.brain_position)
        for name, logged in decision.signals.items():
            again = pool_signals(brain, log.pools[name], decision.project)
            assert {key: logged[key] for key in again} == again
            compared += 1
        own = {k: v for k, v in decision.features.items() if not k.startswith("poolwise.")}
        if decision.ask == 1:
            assert decision.novelty == brain.project(decision.project).novelty.of(own)
            novel += decision.novelty is not None
        else:
            assert decision.novelty is None
    assert compared > 4 * TASKS
    assert novel > TASKS / 2


def test_records_of_labelers_are_equal(log: Log) -> None:
    """A label is followed at once by the next decision, which says what was learned then."""
    first = {(one.task, one.ask): one for one in reversed(log.rewards) if one.labeler}
    brain, seen = Brain(SETTINGS), set()
    for decision in log.decisions:
        brain_at(log, brain, decision.brain_position)
        reward = first.get((decision.task, decision.ask - 1))
        if reward is None or decision.why != DecisionReason.MORE:
            continue
        assert reward.labeler is not None
        assert reward.pool is not None
        assert reward.delay_s is not None
        asked = next(
            one for one in log.decisions if (one.task, one.ask) == (reward.task, reward.ask)
        )
        of, at = (reward.project, reward.pool, reward.labeler), reward.decided_at + reward.delay_s
        of_task = task_signal(asked.quality[reward.pool], asked.signals[reward.pool][USUAL])
        again = brain.labeler_signals(*of, of_task, reward.delay_s, at)
        again |= brain.watched_signals(*of, reward.features, reward.delay_s, at)
        assert again == pytest.approx(reward.labeler_signals | reward.watched, abs=1e-9)
        seen |= {name for name, value in again.items() if value}
    assert seen >= {RATE, SPEED, *WATCHED}
