"""A learner after an outage on Kafka: a backlog of rewards, or nothing left to learn from."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.errors import StateError
from bandit.events import Control, Decision, Reward
from streams.clients.controlling import order
from streams.core import engine_maker
from streams.doctor.contents import learner as diagnosed
from streams.learner.learner import BATCH, TURN, Learner
from streams.log.log import NewRecord
from streams.log.topics import MODELS, REWARDS
from streams.worker.worker import Worker
from tests.faults.audit import events, records
from tests.faults.kafka.test_topics import emptied
from tests.faults.story import GROUP, Story, wait_until

if TYPE_CHECKING:
    from tests.broker.broker import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

TASKS = 40
BACKLOG = 35_000


def some_rewards(story: Story) -> list[Reward]:
    """Let a worker decide and learn until there are some rewards; return them."""
    config = story.config()
    with closing(Worker(story.log, engine_maker(config.core, 2), config.worker)) as worker:

        def some() -> bool:
            story.keep_busy()
            worker.step(0.05)
            return worker.figures()["learned"] > 10

        wait_until(some, what="some learning")
        worker.finish()
    return list(events(story.log, REWARDS, Reward))


def test_a_worker_goes_on_while_it_learns_what_came_during_a_freeze(broker: Broker) -> None:
    """Learned in one turn, so much would keep every label waiting."""
    with closing(Story(broker.address, TASKS)) as story:
        reward = msgspec.json.encode(some_rewards(story)[0])
        order(story.log, Control(at=1.0, frozen=True))
        config = story.config()
        with closing(Worker(story.log, engine_maker(config.core, 2), config.worker)) as worker:
            for _ in range(BACKLOG // 5000):
                story.log.write([NewRecord(REWARDS, b"t", reward)] * 5000)
            wait_until(lambda: worker.step(0.05) >= 0 and worker.restored(), what="its desks")
            position, end = worker.model_position(), story.log.follow(REWARDS).end()
            decided = len(list(events(story.log, "decisions", Decision)))
            assert sum(place.topic == REWARDS for place in worker.lag()) == 1
            assert worker.lag()[next(p for p in worker.lag() if p.topic == REWARDS)] == 0

            order(story.log, Control(at=2.0))
            lags, longest_s = [], 0.0
            while worker.model_position() < end - 1:
                story.keep_busy()
                began, before = time.monotonic(), worker.figures()["learned"]
                worker.step(0.05)
                longest_s = max(longest_s, time.monotonic() - began)
                assert worker.figures()["learned"] - before <= BATCH * TURN
                lags.append(max(n for place, n in worker.lag().items() if place.topic == REWARDS))
            assert end - position > BACKLOG
            assert max(lags) > 0
            assert lags[-1] < BACKLOG // 2
            assert len(list(events(story.log, "decisions", Decision))) > decided
            assert longest_s < 30.0


def test_nothing_starts_over_silently_where_snapshots_and_rewards_are_gone(broker: Broker) -> None:
    with closing(Story(broker.address, TASKS)) as story:
        some_rewards(story)
        chunks = {one.key for one in records(story.log, MODELS) if b"/chunk/" in (one.key or b"")}
        story.log.write([NewRecord(MODELS, key, b"spoilt") for key in chunks])
        emptied(story, REWARDS, 0, 5)
        config = story.config()

        def learner() -> Learner:
            return Learner(
                story.log, engine_maker(config.core, 2), config.worker, f"{GROUP}-learner"
            )

        with pytest.raises(StateError, match=r"no snapshot can be read .*it is damaged.*--relearn"):
            learner()
        (finding,) = diagnosed(story.log, "LOG", 600.0, 0.0)
        assert "of which those before offset 5 were deleted" in finding.what
        assert "--relearn" in finding.todo
        order(story.log, Control(at=1.0, relearn=True))
        with closing(learner()) as begun:
            while begun.catching_up():
                begun.learn(0.5)
            begun.save()
            left = [one.offset for one in records(story.log, REWARDS)]
            assert min(left) >= 5
            assert begun.counters["learned"] == len(left) > 0
        with closing(learner()) as again:  # from the snapshot, and the order is obeyed once
            assert again.counters["learned"] == 0
