"""Faults 10 and 11: commits of a member that was overtaken, or that took too long."""

from __future__ import annotations

import time
from contextlib import closing
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from bandit.errors import CommitUnknown
from streams.config.config import parse_config
from streams.core import engine_maker
from streams.kafka_log.log import KafkaLog
from streams.log.log import NewRecord, Place, positions_after
from streams.worker.worker import Worker
from tests.faults.audit import records
from tests.faults.hired import Hired, busy_until, let_learn
from tests.faults.length import LONG
from tests.faults.story import GROUP, LOG, Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.config.config import Config
    from streams.kafka_log.follower import KafkaFollower
    from streams.kafka_log.member import KafkaMember
    from streams.log.log import Record
    from tests.broker.broker import Broker
    from tests.broker.proxy import Proxy

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

IMPATIENT = LOG.replace("session_timeout_s = 4.0", "session_timeout_s = 2.0")
IMPATIENT += "max_poll_interval_s = 2.0\n"


@pytest.fixture
def story(broker: Broker) -> Iterator[Story]:
    """Labelers at work."""
    with closing(Story(broker.address, 1000 if LONG else 120)) as story:
        yield story


def told(story: Story, instance: str | None = None, log: str = LOG) -> Config:
    """Return the configuration of a worker, by default of one without a name."""
    return parse_config(story.toml(instance, log))


def longer(things: list[int], number: int) -> bool:
    """Whether there are more than so many."""
    return len(things) > number


def drained(shared: KafkaMember, *others: KafkaMember) -> list[Record]:
    """Poll until something came, and nothing more; the others of its group poll too."""
    found: list[Record] = []
    until = time.monotonic() + 20
    while not found or not shared.at_end():
        assert time.monotonic() < until
        found += shared.poll(1000, 0.2)
        for one in others:
            one.poll(1000, 0.0)
    return found


# 10. A stale generation ------------------------------------------------------------------------


def test_a_commit_of_an_earlier_generation_is_refused_whole(story: Story) -> None:
    story.labelers.advance(tasks=40)
    log: KafkaLog = story.log
    first = log.shared(GROUP, ["tasks", "labels"])
    polled, stale = drained(first), first._member
    joining = Thread(target=lambda: found.append(log.shared(GROUP, ["tasks", "labels"])))
    found: list[KafkaMember] = []
    joining.start()
    until = time.monotonic() + 20
    while len(first.held()) != 2:
        assert time.monotonic() < until
        first.poll(1000, 0.2)
    joining.join(20)
    (second,) = found
    assert first._member.generation_id > stale.generation_id
    kept = [one for one in polled if Place(one.topic, one.partition) in first.held()]
    first._member = stale
    with pytest.raises(CommitUnknown, match="IllegalGeneration"):
        first.commit([NewRecord("verdicts", b"t0", b"spoilt")], positions_after(kept))
    assert [first.committed(place) for place in positions_after(kept)] == [None] * len(
        positions_after(kept)
    )
    first.rewind()
    again = drained(first, second)
    first.commit([NewRecord("verdicts", b"t0", b"good")], positions_after(again))
    assert [one.value for one in records(log, "verdicts")] == [b"good"]
    assert {(one.topic, one.offset) for one in again} == {(one.topic, one.offset) for one in kept}
    second.close()
    first.close()


def test_a_member_that_was_forgotten_holds_nothing_until_it_is_back(
    broker: Broker, proxy: Proxy
) -> None:
    """Without a generation the broker would take its commits unchecked."""
    with closing(Story(broker.address, 40, through=proxy.address)) as story:
        story.labelers.advance(tasks=40)
        with closing(_log_of(story)) as log:
            shared = log.shared(GROUP, ["tasks", "labels"])
            drained(shared)
            proxy.refuse()
            shared._consumer._coordinator.reset_generation()  # as its heartbeat does when told
            for _ in range(3):
                assert shared.poll(10, 0.1) == []
                assert shared.held() == frozenset()
            proxy.open()
            assert drained(shared)
            shared.close()


def _log_of(story: Story) -> KafkaLog:
    config = told(story)
    return KafkaLog(config.log.address, config.log)


@pytest.mark.parametrize("instance", [None, "w1"] if LONG else [None])
def test_a_worker_with_a_stale_generation_recovers(story: Story, instance: str | None) -> None:
    wanted = 20 if LONG else 3
    stale: list[int] = []

    def step(worker: Worker, name: str) -> None:
        shared: Any = worker._member
        wait = 30 * len(stale) > worker.handled
        if name != "before commit" or len(stale) == wanted or wait:
            return
        member = shared._member
        stale.append(member.generation_id)
        shared._member = member._replace(generation_id=member.generation_id - 1)

    with Hired(told(story, instance), failpoint=step) as worker:
        busy_until(story, [worker], lambda: len(stale) == wanted, "stale generations")
        story.run_out(worker.well)
        worker.stop()
        assert worker.unknown() == wanted
    story.audit()


# 11. Processing that outlasts the poll interval ------------------------------------------------


@pytest.mark.parametrize("instance", [None, "w"])
def test_a_worker_that_processes_for_longer_than_it_may_goes_on(
    story: Story, instance: str | None
) -> None:
    """It leaves the group, its partitions go to the other, and its commit is refused."""
    times = 5 if LONG else 1
    slept: list[int] = []
    may_sleep: list[bool] = []

    def step(worker: Worker, name: str) -> None:
        if name == "before commit" and may_sleep and worker.held():
            may_sleep.pop()
            time.sleep(5.0)
            slept.append(worker.figures()["commits_unknown"])

    names = [instance and f"{instance}{i}" for i in range(2)]
    slow, quick = (told(story, name, IMPATIENT) for name in names)
    with (
        Hired(slow, follow=True, failpoint=step) as sleeper,
        Hired(quick, follow=True) as other,
    ):
        both = [sleeper, other]
        for i in range(times):
            busy_until(
                story, both, lambda: all(h.begun() and h.worker.held() for h in both), "joining"
            )
            may_sleep.append(True)
            busy_until(story, both, partial(longer, slept, i), "a long sleep")
            busy_until(
                story, both, lambda: sleeper.unknown() > slept[-1], "a commit that is refused"
            )
        story.run_out(lambda: sleeper.well() and other.well())
        sleeper.stop()
        other.stop()
    let_learn(story)
    story.audit()


def test_a_worker_whose_readers_are_slow_to_come_stays_a_member(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reader takes most of the poll interval; pools and controls alone are two."""
    config = told(story, None, IMPATIENT)
    with closing(KafkaLog(config.log.address, config.log)) as log:
        follow = log.follow

        def slowly(topic: str, partition: int = 0, position: int = 0) -> KafkaFollower:
            time.sleep(1.4)
            return follow(topic, partition, position)

        monkeypatch.setattr(log, "follow", slowly)
        make = engine_maker(config.core, log.partitions("tasks"))
        ids = []
        with closing(Worker(log, make, config.worker, group=GROUP, follow=True)) as worker:
            for _ in range(6):
                worker.step(0.1)
                ids.append(worker._member._member.member_id)  # type: ignore[attr-defined]
            assert len(worker.held()) == 4
        assert len(set(ids)) == 1
