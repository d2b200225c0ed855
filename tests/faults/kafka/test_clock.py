"""Fault 17: the worker's clock jumps an hour, both ways, and after a long stop by a day."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from streams.clients.address import open_log
from streams.core import engine_maker
from streams.worker.worker import Worker
from tests.faults.audit import Written, events
from tests.faults.labelers import TIMEOUT_S, Labelers
from tests.faults.length import LONG
from tests.faults.story import GROUP, SEED, WORKER, Story
from tests.faults.upstreams import WithoutTicks

if TYPE_CHECKING:
    from streams.log.log import Log
    from tests.broker.broker import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

TASKS = 1000 if LONG else 36
HOUR_S = 3601.0
"""More than `clock.max_jump_s`."""

PARTITIONS = 2
CONFIRMATIONS = 5

NOT_THE_BROKERS = f"{WORKER}[clock]\nmax_skew_s = inf\n"
"""The labelers' time is made up, so it isn't compared with the broker's."""


class Clocked:
    """A worker that writes the ticks, by the labelers' clock and a skew."""

    def __init__(self, story: Story, log: Log) -> None:
        self.skew_s = 0.0
        self._labelers = story.labelers
        config = story.config(worker=NOT_THE_BROKERS)
        self.worker = Worker(
            log,
            engine_maker(config.core, PARTITIONS),
            config.worker,
            group=GROUP,
            clock=lambda: self._labelers.now + self.skew_s,
        )

    def go_on(self, times: int, tasks: int = 0) -> int:
        """Let time pass, half a minute each time; how many ticks were refused meanwhile."""
        before = self.worker.figures()["ticks_refused"]
        for _ in range(times):
            self._labelers.advance(tasks=tasks)
            self.worker.step(0.1)
            while not self.worker.idle():
                self.worker.step(0.05)
                if self.worker._time.not_believed and self.worker._member.at_end():
                    break
        return self.worker.figures()["ticks_refused"] - before

    def now(self) -> list[float]:
        """What the time is on each desk."""
        desks = self.worker.core._desks  # type: ignore[attr-defined]
        return [desks.of(part).state.now for part in range(PARTITIONS)]


def nothing_expired_too_soon(story: Story, written: Written) -> None:
    """Asks that ended with nothing did so in time, or were declined, or their task was closed."""
    ended = {
        (one["task"], one["ask"])
        for one in events(story.log, "labels", dict)
        if one["type"] == "Decline"
    }
    closed = {(one.task, one.at) for one in written.verdicts}
    expired = 0
    for reward in written.rewards:
        if reward.basis != "expired" or (reward.task, reward.ask) in ended:
            continue
        if (reward.task, reward.at) not in closed:
            assert reward.delay_s == TIMEOUT_S
            expired += 1
    assert expired > 0


def test_a_clock_that_jumps_by_an_hour_expires_nothing_wrongly(broker: Broker) -> None:
    story = Story(broker.address, TASKS, PARTITIONS)
    story.labelers = Labelers(WithoutTicks(story.log), SEED, TASKS)
    config = story.config()
    with closing(story):
        with closing(open_log(config.log.address, config.log)) as log:
            one = Clocked(story, log)
            assert one.go_on(5, tasks=TASKS // 12) == 0

            one.skew_s = HOUR_S  # a glitch: the clock is put right before it is believed
            assert one.go_on(3, tasks=TASKS // 12) == 3 * PARTITIONS
            assert max(one.now()) < HOUR_S
            one.skew_s = 0.0
            assert one.go_on(3) == 0
            one.skew_s = HOUR_S  # for good: believed with the fifth tick
            assert one.go_on(CONFIRMATIONS + 1) == (CONFIRMATIONS - 1) * PARTITIONS
            ahead = one.now()
            assert min(ahead) == story.labelers.now + HOUR_S

            one.skew_s = 0.0  # back: time stands still, and expires nothing
            assert one.go_on(6, tasks=TASKS // 12) == 6 * PARTITIONS
            assert one.now() == ahead

            one.skew_s = HOUR_S
            one.go_on(3)
            one.worker.finish()
            one.worker.close()

        story.labelers.now += 86_400.0  # a day's rest
        with closing(open_log(config.log.address, config.log)) as log:
            rested = Clocked(story, log)
            rested.skew_s = HOUR_S
            refused = rested.go_on(CONFIRMATIONS, tasks=TASKS)
            assert refused == (CONFIRMATIONS - 1) * PARTITIONS
            while story.labelers.waiting() or rested.worker.figures()["open_asks"]:
                assert rested.go_on(1) == 0
            rested.worker.finish()
            rested.worker.close()
        written = story.audit()
        nothing_expired_too_soon(story, written)
        assert {one.rule for one in written.letters} <= {"unknown_type", "repeat_labeler"}
