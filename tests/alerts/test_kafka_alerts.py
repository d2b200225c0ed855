"""Alerts that only a broker and a group can cause."""

from __future__ import annotations

import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from streams.clients.address import open_log
from streams.config.config import MetricsSettings
from streams.core import engine_maker
from streams.kafka_log.log import KafkaLog
from streams.log.log import NewRecord
from streams.log.topics import REWARDS, SHARED
from streams.monitor.endpoint import Endpoint
from streams.monitor.health import Board, Limits
from streams.monitor.metrics import Metrics
from streams.worker.worker import Worker
from tests.alerts.rules import rules
from tests.alerts.tape import Tape
from tests.faults.kafka.test_topics import emptied
from tests.faults.story import GROUP, Story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.broker.broker import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

CAUSED = {"PoolwiseRebalances", "PoolwiseLogSilent", "PoolwiseRewardsLost", "PoolwiseClockWrong"}
QUICK = "session_timeout_s = 4.0\ntransaction_timeout_s = 5.0\ncommit_timeout_s = 1.0\n"
QUICK += "request_timeout_s = 1.0\n"


@contextmanager
def watched(
    story: Story,
    progress: Callable[[Worker, Tape], None] = lambda *_: None,
    clock: Callable[[], float] = time.time,
) -> Iterator[tuple[Worker, Tape]]:
    """A worker whose silence is real, and a tape on which time passes as told."""
    config, tape = story.config(log=QUICK), Tape()
    board = Board(Limits.of(config), see_every_s=0.0)
    metrics = Metrics(board)

    def publish(worker: Worker) -> None:
        board.publish(worker)
        progress(worker, tape)

    with (
        closing(Endpoint(MetricsSettings(port=0), board, metrics)) as endpoint,
        closing(open_log(config.log.address, config.log)) as log,
    ):
        tape.ports["worker"] = endpoint.port
        worker = Worker(
            log,
            engine_maker(config.core, log.partitions("tasks")),
            config.worker,
            clock=clock,
            progress=publish,
        )
        while not worker.held():
            worker.step(0.1)
        tape.scrape()
        yield worker, tape


def test_a_broker_that_is_silent_rings(start_broker: Callable[..., Broker]) -> None:
    """The worker's own thread scrapes before each wait, and ends the silence."""
    broker = start_broker()

    def scrape(worker: Worker, tape: Tape) -> None:
        if worker.trouble():
            tape.scrape()
        if len(tape.times) == 4:
            broker.resume()

    with closing(Story(broker.address, 10)) as story, watched(story, scrape) as (worker, tape):
        worker.step()
        assert rules()["PoolwiseLogSilent"].fires(tape) == set()
        broker.pause()
        while len(tape.times) < 4 or worker.trouble():
            worker.step()
    assert rules()["PoolwiseLogSilent"].fires(tape)


def test_rewards_that_were_deleted_before_they_were_learned_ring(broker: Broker) -> None:
    with closing(Story(broker.address, 10)) as story:
        story.log.write([NewRecord(REWARDS, b"t", b"{}")] * 5)
        emptied(story, REWARDS, 0, 3)
        with watched(story) as (worker, tape):
            assert worker.figures()["rewards_lost"] == 3
    assert rules()["PoolwiseRewardsLost"].fires(tape)


def test_a_clock_that_is_not_the_brokers_rings(broker: Broker) -> None:
    def ahead() -> float:
        return time.time() + 3000.0

    with closing(Story(broker.address, 10)) as story:
        with watched(story, clock=ahead) as (worker, tape):
            while worker.clock_skew_s() is None:
                worker.step(0.1)
            for _ in range(6):
                tape.scrape()
        assert rules()["PoolwiseClockWrong"].fires(tape)


def test_members_that_come_and_go_ring(broker: Broker) -> None:
    with closing(Story(broker.address, 10)) as story, watched(story) as (worker, tape):
        config = story.config(instance=None, log=QUICK)
        before = worker.figures()["rebalances"]
        while worker.figures()["rebalances"] < before + 12:
            with (
                closing(KafkaLog(config.log.address, config.log)) as log,
                closing(log.shared(GROUP, SHARED)) as member,
            ):
                until = time.monotonic() + 15.0
                while not member.held() and time.monotonic() < until:
                    worker.step(0.05)
                    member.poll(1, 0.1)
            tape.scrape()
            worker.step(0.3)
        tape.scrape()
    assert rules()["PoolwiseRebalances"].fires(tape)
