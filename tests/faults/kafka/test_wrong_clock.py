"""Fault 32: a worker's clock is wrong, by minutes or by a year; the broker's says so."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec
import pytest
from kafka.admin import ConfigResource, ConfigResourceType

from bandit.events import Ask, Reward, Tick
from streams.cli.control import control
from streams.core import engine_maker
from streams.log.log import NewRecord
from streams.monitor.health import Board, Limits
from streams.worker.worker import Worker
from tests.faults.audit import events
from tests.faults.story import Story, wait_until
from tests.streams.scenes import POOLS, record, task
from tests.streams.verbs import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streams.config.config import Config
    from tests.broker.broker import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

YEAR_S = 365 * 86_400.0
PARTITIONS = 2
QUICK = "[worker]\ntick_s = 0.2\nmax_behind_s = 2.0\npoll_s = 0.05\n"
UNCHECKED = f"{QUICK}[clock]\nmax_skew_s = inf\n"


class Skewed:
    """A worker whose clock is `skew_s` ahead of this machine's, which is the broker's too."""

    def __init__(self, story: Story, skew_s: float = 0.0, settings: str = QUICK) -> None:
        self.config: Config = story.config(worker=settings)
        self.skew_s = skew_s
        self.board = Board(Limits.of(self.config), see_every_s=0.0)
        self.worker = Worker(
            story.log,
            engine_maker(self.config.core, PARTITIONS),
            self.config.worker,
            clock=lambda: time.time() + self.skew_s,
            progress=self.board.publish,
        )

    def turn(self, passing_s: float) -> None:
        """Let it work for so long."""
        until = time.monotonic() + passing_s
        while time.monotonic() < until:
            self.worker.step(0.05)

    def turned(self, holds: Callable[[], bool]) -> None:
        """Let it work until something holds."""

        def reached() -> bool:
            self.worker.step(0.05)
            return holds()

        wait_until(reached, 60.0)

    def until(self, **figures: int) -> None:
        """Let it work until its figures are these."""
        self.turned(lambda: figures.items() <= self.worker.figures().items())

    def behind_s(self) -> list[float]:
        """How far each desk is behind this machine's clock."""
        now = time.time()
        return [now - (self.worker.core.now(part) or 0.0) for part in range(PARTITIONS)]

    def close(self) -> None:
        self.worker.close()


@pytest.fixture
def story(broker: Broker) -> Iterator[Story]:
    """Two pools whose asks expire after a minute."""
    with closing(Story(broker.address, 0, PARTITIONS)) as made:
        made.log.write([record(one) for one in POOLS])
        yield made


def feed(story: Story, first: int, count: int) -> None:
    """Feed tasks."""
    tasks = [record(task(f"t{number}")) for number in range(first, first + count)]
    story.log.write(tasks)


def expired(story: Story) -> int:
    return sum(one.basis == "expired" for one in events(story.log, "rewards", Reward))


def ticks(story: Story) -> list[Tick]:
    found = events(story.log, "labels", dict)
    return [msgspec.convert(one, Tick) for one in found if one["type"] == "Tick"]


@pytest.mark.parametrize("skew_s", [YEAR_S, 3000.0, -3000.0])
def test_a_clock_that_is_wrong_moves_no_time_and_says_so(story: Story, skew_s: float) -> None:
    with closing(Skewed(story)) as one:
        feed(story, 0, 20)
        one.until(open_asks=20)
        assert one.board.not_ready() == {}
        one.skew_s = skew_s
        before = len(ticks(story))
        one.turn(4.0)
        assert (one.worker.figures()["open_asks"], expired(story)) == (20, 0)
        assert one.worker.clock_skew_s() == pytest.approx(skew_s, abs=2.0)
        assert list(one.board.not_ready()) == ["clock"]
        # Two at most before the first came back, and then a probe every ten seconds.
        assert len(ticks(story)) - before <= 3 * PARTITIONS
        assert min(one.behind_s()) > 1.0
        feed(story, 20, 5)
        one.turn(1.5)
        assert one.worker.paused() == "max_behind_s"
        assert len(list(events(story.log, "asks", Ask))) == 20

        one.skew_s = 0.0
        one.until(open_asks=25)
        assert one.board.not_ready() == {}
        assert max(one.behind_s()) < 2.0
        assert not one.worker.paused()


def test_a_desk_that_rested_for_hours_goes_on_with_the_first_tick(story: Story) -> None:
    """No five ticks are waited for where the broker agrees, and no ask is born expired."""
    with closing(Skewed(story, -7200.0, UNCHECKED)) as before:
        before.turn(1.0)
        assert max(before.behind_s()) > 7000.0
    feed(story, 0, 30)
    with closing(Skewed(story)) as one:
        one.until(open_asks=30)
        assert one.worker.figures()["ticks_refused"] == 0
        asks = events(story.log, "asks", Ask)
        assert min(ask.at for ask in asks) > time.time() - 30.0


def test_an_operator_sets_back_the_time_of_desks_that_believed_a_wrong_clock(
    story: Story,
) -> None:
    """As in a log whose clocks were not compared, where five ticks of one worker are enough."""
    with closing(Skewed(story, YEAR_S, UNCHECKED)) as wrong:
        wrong.turn(1.5)
        feed(story, 0, 20)
        wrong.until(open_asks=20)
        assert max(wrong.behind_s()) < -YEAR_S / 2
    with closing(Skewed(story)) as one:
        one.turn(2.0)
        assert one.worker.figures()["ticks_refused"] > 4
        assert max(one.behind_s()) < -YEAR_S / 2
        result = run(control, story.address, "--reset-clock")
        assert result.output.startswith("clock: set to 20")
        assert result.output.endswith(" UTC for 2 partitions\n")
        one.turned(lambda: min(one.behind_s()) > -1.0)
        feed(story, 20, 5)
        one.until(open_asks=25)
        assert expired(story) == 0


def test_a_topic_of_an_older_release_is_stamped_once_it_is_told_to(story: Story) -> None:
    """The command that `doctor` names changes what is written from then on."""
    name = story.log.names.on_broker("labels")
    alter(story, name, "CreateTime")
    with closing(Skewed(story, YEAR_S)) as one:
        one.turn(1.0)
        assert one.worker.clock_skew_s() is None
    alter(story, name, "LogAppendTime")
    with closing(Skewed(story, 100.0)) as one:
        one.turned(lambda: one.worker.clock_skew_s() is not None)
        assert one.worker.clock_skew_s() == pytest.approx(100.0, abs=2.0)


def alter(story: Story, name: str, kind: str) -> None:
    setting = {"message.timestamp.type": kind}
    story.log.admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs=setting)])


def test_nothing_of_the_time_is_written_by_who_has_no_clock(story: Story) -> None:
    """Ticks of a simulation are its own: they aren't compared with anybody's clock."""
    story.log.write(
        [NewRecord("labels", None, b'{"type":"Tick","at":50.0}', part) for part in (0, 1)]
    )
    story.log.write([record(task("t1"))])
    config = story.config(worker=QUICK)
    worker = Worker(story.log, engine_maker(config.core, PARTITIONS), config.worker)
    with closing(worker):
        wait_until(lambda: worker.step(0.1) >= 0 and worker.figures()["asks"] == 1, what="an ask")
        assert worker.core.now(0) == 50.0
        assert len(ticks(story)) == 2
