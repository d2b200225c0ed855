"""What a member of a group is told of it, and what it must find out by itself, on a real broker."""

from __future__ import annotations

import os
import threading
import time
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest
from kafka.admin import MemberToRemove
from kafka.coordinator.consumer import ConsumerCoordinator

from bandit.errors import CommitUnknown, LogBusy
from streams.config.log_settings import LogSettings
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.member import JOIN_S
from streams.kafka_log.topics import create_topics
from streams.log.log import NewRecord, Place
from streams.log.topics import SHARED, partition_of
from tests.broker.proxy import JOIN_GROUP, TXN_OFFSET_COMMIT
from tests.faults.story import GROUP, wait_until
from tests.streams.scenes import POOLS, letters, task, touchy, worker, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streams.kafka_log.member import KafkaMember
    from streams.log.log import Record
    from tests.broker.broker import Broker
    from tests.broker.proxy import Proxy

pytestmark = pytest.mark.kafka

SESSION_S = 2.0


class Members:
    """Logs on topics of their own, of two partitions, for members of one group."""

    def __init__(self, broker: Broker) -> None:
        self._prefix = f"members-{os.urandom(4).hex()}"
        self._logs: list[KafkaLog] = []
        self.at = broker.address
        self.log = self.open()
        create_topics(self.log, 2, 1)

    def open(self, at: str | None = None, instance: str | None = None) -> KafkaLog:
        """Open the log once more; `at` is where its client comes."""
        settings = LogSettings(
            instance=instance,
            session_timeout_s=SESSION_S,
            transaction_timeout_s=5.0,
            commit_timeout_s=4.0,
        )
        log = KafkaLog(f"kafka://{at or self.at}/{self._prefix}", settings)
        self._logs.append(log)
        return log

    def close(self) -> None:
        """Close all."""
        for log in reversed(self._logs):
            log.close()


@pytest.fixture
def members(broker: Broker) -> Iterator[Members]:
    """Make topics for members of a group."""
    with closing(Members(broker)) as members:
        yield members


def poll_until(
    shared: KafkaMember, holds: Callable[[], bool], timeout_s: float = 20.0
) -> list[Record]:
    """Poll until something holds; the records that came."""
    until, found = time.monotonic() + timeout_s, []
    while not holds():
        assert time.monotonic() < until, f"not within {timeout_s:g} s"
        found += shared.poll(1000, 0.1)
    return found


def join(log: KafkaLog) -> KafkaMember:
    """Join the group, alone in it or not."""
    return log.shared(GROUP, SHARED)


def holds_all(shared: KafkaMember) -> Callable[[], bool]:
    """Whether a member holds both partitions of both topics."""
    return lambda: len(shared.held()) == 4


def test_an_idle_worker_that_is_replaced_under_its_name_notices(members: Members) -> None:
    first = join(members.open(instance="w1"))
    poll_until(first, holds_all(first))
    second = join(members.open(instance="w1"))
    since = time.monotonic()
    with pytest.raises(LogBusy, match=r"another worker has joined group .* with log.instance 'w1'"):
        poll_until(first, lambda: False)
    assert time.monotonic() - since < SESSION_S
    poll_until(second, holds_all(second))


def test_a_busy_worker_that_is_replaced_under_its_name_can_not_commit(members: Members) -> None:
    first = join(members.open(instance="w1"))
    poll_until(first, holds_all(first))
    second = join(members.open(instance="w1"))
    with pytest.raises(LogBusy, match=r"another worker has joined group .* with log.instance 'w1'"):
        first.commit([NewRecord("asks", b"t", b"lost")], {Place("tasks", 0): 1})
    poll_until(second, holds_all(second))
    assert second.committed(Place("tasks", 0)) is None


@pytest.mark.parametrize("heard", [True, False])
def test_who_was_thrown_out_and_joins_again_is_not_taken_for_another(
    members: Members, proxy: Proxy, *, heard: bool
) -> None:
    """Its records are of its former life: the group knows it by a new id, which it may not know."""
    log = members.open(at=proxy.address, instance="w1")
    first = join(log)
    poll_until(first, holds_all(first))
    group = log.names.on_broker(GROUP)
    was = members.log._owner_of(group, "w1")
    joined = threading.Event() if heard else proxy.on_reply(JOIN_GROUP, proxy.cut)
    members.log.admin.remove_group_members(group, [MemberToRemove(group_instance_id="w1")])

    def has_a_new_id() -> bool:
        first.keep_alive()
        owner = members.log._owner_of(group, "w1")
        return owner not in {None, was} and (heard or joined.is_set())

    wait_until(has_a_new_id)
    with pytest.raises(CommitUnknown):
        first.commit([NewRecord("asks", b"t", b"{}")], {Place("tasks", 0): 1})
    assert not first.rewind(), "others may have had its partitions"
    poll_until(first, holds_all(first))
    assert first.committed(Place("tasks", 0)) is None
    first.commit([NewRecord("asks", b"t", b"{}")], {Place("tasks", 0): 1})
    assert first.committed(Place("tasks", 0)) == 1


def test_what_came_back_after_somebody_else_had_it_is_shown_as_lost(
    members: Members, proxy: Proxy
) -> None:
    """It learns that it was thrown out in the middle of a rebalance, where nothing is said of it.

    Kafka-python claims its partitions on, and the other has gone: so it is given them again.
    """
    members.log.write([NewRecord("tasks", b"t", b"%d" % i, 0) for i in range(10)])
    first = join(members.open(at=proxy.address))
    poll_until(first, holds_all(first))
    others: list[KafkaMember] = []
    joining = threading.Thread(target=lambda: others.append(join(members.log)))
    joining.start()
    wait_until(lambda: bool(first._consumer._coordinator.rejoin_needed))
    proxy.refuse()
    first.poll(1000, 0.5)  # it begins to join again, and nobody hears it
    joining.join()
    (second,) = others
    found = poll_until(second, holds_all(second))
    found += poll_until(second, second.at_end)
    assert second.committed(Place("tasks", 0)) is None
    second.commit([NewRecord("asks", b"t", b"{}")], {Place("tasks", 0): found[-1].offset + 1})
    second.close()
    proxy.open()
    seen, came = [], []
    until = time.monotonic() + 3 * SESSION_S
    while time.monotonic() < until:
        came += first.poll(1000, 0.1)
        seen.append(len(first.held()))
    assert 0 in seen
    assert seen[-1] == 4
    assert came == []


def test_a_join_that_outlasts_its_poll_is_finished(members: Members, proxy: Proxy) -> None:
    """Nothing calls for it any more: the topics look again as when they were shared out."""
    shared = join(members.open(at=proxy.address))
    poll_until(shared, holds_all(shared))
    coordinator = shared._consumer._coordinator
    coordinator._assignment_snapshot = {}
    proxy.on_reply(JOIN_GROUP, partial(time.sleep, 2 * JOIN_S))
    shared.poll(1000, 0.0)
    assert coordinator.rejoining
    wait_until(lambda: bool(coordinator._join_task.is_done), what="the join, while nobody polls")
    assert not coordinator.need_rejoin()
    poll_until(shared, coordinator.stable)


def test_records_are_in_the_log_before_the_positions_that_vouch_for_them(
    members: Members, proxy: Proxy
) -> None:
    """So whoever has a partition after that commit was refused or accepted finds them all."""
    shared = join(members.open(at=proxy.address))
    poll_until(shared, holds_all(shared))
    desk = members.log.follow("desk", 1)
    seen: list[int] = []
    proxy.on_request(TXN_OFFSET_COMMIT, lambda: seen.append(desk.end()))
    shared.commit([NewRecord("desk", b"t", b"{}", 1)], {Place("tasks", 0): 0})
    assert seen == [1]


def test_poison_set_aside_is_left_to_the_next_owner_of_its_partition(members: Members) -> None:
    """Its letter and position are the owner's to write, who may have come further already."""
    log = members.log
    write(log, *POOLS)
    first = worker(log, touchy)
    wait_until(lambda: (first.step(0.1), len(first.held()) == 4)[1])
    names = [name for i in range(9) if partition_of((name := f"b{i}").encode(), 2) == 1][:3]
    write(log, *(task(name, payload="boom") for name in names))
    wait_until(lambda: (first.step(0.1), first._batches.waiting)[1])
    others = []
    opened = members.open()
    joining = threading.Thread(target=lambda: others.append(join(opened)))
    joining.start()
    coordinator = first._member._consumer._coordinator  # type: ignore[attr-defined]
    wait_until(lambda: bool(coordinator.rejoin_needed))
    while len(first.held()) == 4:
        first.step(0.5)
    joining.join()
    (second,) = others
    poll_until(second, lambda: (first.step(0.0), len(second.held()) == 2)[1])
    assert second.held() == {Place("tasks", 1), Place("labels", 1)}
    assert letters(log) == []
    assert second.committed(Place("tasks", 1)) is None
    first.close()


@pytest.mark.parametrize("late_s", [0.0, 0.5])
def test_a_member_whose_partitions_are_on_their_way_is_not_at_the_end(
    members: Members, monkeypatch: pytest.MonkeyPatch, late_s: float
) -> None:
    """Its group is stable for kafka-python a moment before it has them."""
    complete, given = ConsumerCoordinator._on_join_complete_async, []

    async def late(self: ConsumerCoordinator, *arguments: object) -> None:
        threading.Event().wait(late_s)
        await complete(self, *arguments)
        given.append(set(self._subscription.assigned_partitions()))

    monkeypatch.setattr(ConsumerCoordinator, "_on_join_complete_async", late)
    members.log.write([NewRecord("tasks", b"t", b"{}", 0)])
    shared = join(members.log)
    assert not shared.at_end()
    assert poll_until(shared, shared.at_end)
    assert len(given[0]) == 4, "who leads knows what there is to share out"
