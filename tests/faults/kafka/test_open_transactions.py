"""Fault 26: a new owner, while a transaction of the old one, or of a stranger, is open."""

from __future__ import annotations

import os
import signal
import time
from contextlib import closing
from threading import Event
from typing import TYPE_CHECKING

import pytest
from kafka import KafkaProducer

from streams.config.config import parse_config
from streams.log.topics import DESK
from streams.process.timings import RESTORE_S
from tests.broker.proxy import at_the_end_of_a_commit
from tests.faults.crew import Crew
from tests.faults.hired import Hired, busy_until, let_learn
from tests.faults.length import LONG
from tests.faults.processes import alive, is_stopped
from tests.faults.story import LOG, Story, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.config.config import Config
    from tests.broker.broker import Broker
    from tests.broker.proxy import Proxy

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


@pytest.fixture
def story(broker: Broker) -> Iterator[Story]:
    """Labelers at work."""
    with closing(Story(broker.address, 1000 if LONG else 120)) as story:
        yield story


def told(story: Story, instance: str | None = None, log: str = LOG) -> Config:
    """Return the configuration of a worker, by default of one without a name."""
    return parse_config(story.toml(instance, log))


OPEN_S = 12.0
SOON_S = 30.0
"""Longest that a new owner may be held up."""

HELD_UP = "session_timeout_s = 2.0\ncommit_timeout_s = 4.0\n"
HELD_UP += f"transaction_timeout_s = {OPEN_S}\n"


def stopped_in_a_commit(story: Story, proxy: Proxy, process: int, released: Event) -> Event:
    """Stop a worker when its commit has left it, which the broker gets once it is `released`."""

    def hold_back() -> None:
        os.kill(process, signal.SIGSTOP)
        released.wait()

    passed_on = at_the_end_of_a_commit(proxy, proxy.on_request, hold_back)
    busy_until(story, [], lambda: is_stopped(process), "a commit")
    return passed_on


def test_a_new_worker_waits_until_what_a_dead_one_left_open_is_aborted(
    broker: Broker, proxy: Proxy
) -> None:
    """It waits for longer than kafka-python's calls do, and for all that the transaction hides."""
    released = Event()
    story = Story(broker.address, 120, through=proxy.address)
    new = told(story, log=HELD_UP)
    with closing(story), Crew(story.toml(instance=None, log=HELD_UP)) as crew:
        old = crew.start("work")
        busy_until(story, [], lambda: story.positions() > 100, "work")
        stopped_in_a_commit(story, proxy, old, released)
        stopped_at, before = time.monotonic(), story.positions()
        crew.kill(old)
        with Hired(new) as worker:
            wait_until(lambda: worker.well() and worker.figure("handled") > 0, SOON_S, "it works")
            assert time.monotonic() - stopped_at > OPEN_S, "nothing was in its way"
            assert story.positions() >= before
            released.set()
            story.run_out(worker.well)
            worker.stop()
        story.audit()


def test_a_new_owner_waits_for_a_commit_of_the_old_one_that_comes_late(
    broker: Broker, proxy: Proxy
) -> None:
    """The old one is stopped with its commit under way, and loses its partitions to the other."""
    released = Event()
    story = Story(broker.address, 120, through=proxy.address)
    text = story.toml(instance=None, log=HELD_UP)
    new = parse_config(text.replace(proxy.address, broker.address))
    with closing(story), Crew(text) as crew, Hired(new, follow=True) as worker:
        old = crew.start("follow")
        busy_until(story, [worker], lambda: _held(worker) == 2, "sharing")
        passed_on = stopped_in_a_commit(story, proxy, old, released)
        wait_until(lambda: worker.well() and _held(worker) == 4, SOON_S, "taking over")
        ours = story.positions()
        time.sleep(1.0)
        assert story.positions() == ours, "it decided on what wasn't settled"
        released.set()
        assert passed_on.wait(5)
        busy_until(story, [worker], lambda: story.positions() > ours, "the new owner")
        os.kill(old, signal.SIGCONT)
        story.run_out(lambda: alive(old) and worker.well())
        worker.stop()
        assert crew.stop(old) == 0
        let_learn(story)
        story.audit()


def _held(worker: Hired) -> int:
    return len(worker.worker.held()) if worker.begun() else 0


def test_a_new_owner_reads_past_a_strangers_transaction_on_the_desk(
    story: Story, broker: Broker
) -> None:
    """What was committed behind an open transaction is hidden until that one is aborted."""
    restores: list[float] = []

    def observed(name: str, value: float) -> None:
        if name == RESTORE_S:
            restores.append(value)

    with Hired(told(story)) as worker:
        busy_until(story, [worker], lambda: worker.figure("handled") > 100, "work")
        stranger = KafkaProducer(
            bootstrap_servers=broker.address,
            transactional_id=f"stranger-{story.address}",
            transaction_timeout_ms=6000,
            metrics_enabled=False,
        )
        stranger.init_transactions()
        stranger.begin_transaction()
        for part in range(2):
            stranger.send(story.log.names.on_broker(DESK), b"junk", b"t0", partition=part).get(10)
        opened = time.monotonic()
        stranger._sender.force_close()  # it is gone without a word
        stranger.close(timeout=1)
        done = worker.figure("handled")
        busy_until(story, [worker], lambda: worker.figure("handled") > done + 100, "work behind it")
        worker.stop()
    assert time.monotonic() - opened < 6.0, "it was aborted too early to be in the way"
    with Hired(told(story), observe=observed) as worker:
        busy_until(story, [worker], lambda: len(restores) == 2, "the restore")
        assert max(restores) > 1.0, "it didn't wait for the stranger's transaction"
        story.run_out(worker.well)
        worker.stop()
    story.audit()
