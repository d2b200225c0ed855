"""What every log promises; each implementation's tests subclass this and say how to open one."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import pytest

from bandit.errors import LogBusy, LogError
from streams.log.log import NewRecord, Place
from tests.streams.following_contract import WAIT_S, read_all, task
from tests.streams.prune.pruned_contract import PrunedContract

if TYPE_CHECKING:
    from streams.log.log import GroupMember, Record

GROUP = "workers"


def poll_all(shared: GroupMember, batch: int = 7) -> list[Record]:
    """Poll until the end of what is committed."""
    records = []
    while not shared.at_end():
        records += shared.poll(batch, WAIT_S)
    return records


class LogContract(PrunedContract):
    """The promises: to followers, and to those who share a log or are its one writer."""

    implementation: type
    """The class under test."""

    most_before_another = 20
    """Records of 4 kB of one partition that may be read before another's turn."""

    # Sharing

    def test_a_commit_writes_outputs_and_positions_together(self) -> None:
        log = self.open()
        log.write([task("t1"), task("t2")])
        shared = log.shared(GROUP, ["tasks", "labels"])
        records = poll_all(shared)
        assert [record.key for record in records] == [b"t1", b"t2"]
        shared.commit([NewRecord("asks", b"t1", b"ask")], {Place("tasks", 0): 1})
        assert shared.committed(Place("tasks", 0)) == 1
        assert [r.value for r in read_all(log.follow("asks"))] == [b"ask"]
        log.close()

    def test_a_commit_that_fails_writes_nothing(self) -> None:
        log = self.open()
        log.write([task("t1")])
        shared = log.shared(GROUP, ["tasks", "labels"])
        poll_all(shared)
        outputs = [NewRecord("asks", b"t1", b"ask"), NewRecord("asks", b"t1", b"ask", 99)]
        with pytest.raises(LogError):
            shared.commit(outputs, {Place("tasks", 0): 1})
        assert shared.committed(Place("tasks", 0)) is None
        assert log.follow("asks").at_end()
        log.close()

    def test_rewind_reads_again_what_was_not_committed(self) -> None:
        log = self.open()
        log.write([task(f"t{i}") for i in range(3)])
        shared = log.shared(GROUP, ["tasks", "labels"])
        poll_all(shared)
        shared.commit([], {Place("tasks", 0): 1})
        shared.rewind()
        assert [record.key for record in poll_all(shared)] == [b"t1", b"t2"]
        log.close()

    def test_seek_reads_on_from_there_wherever_the_group_is(self) -> None:
        log = self.open(partitions=2)
        log.write([NewRecord("tasks", b"%d" % i, b"{}", i % 2) for i in range(8)])
        shared = log.shared(GROUP, ["tasks", "labels"])
        poll_all(shared)
        shared.commit([], {Place("tasks", 0): 1, Place("tasks", 1): 4})
        shared.seek({Place("tasks", 0): 3, Place("tasks", 1): 2})
        assert sorted(record.key or b"" for record in poll_all(shared)) == [b"5", b"6", b"7"]
        assert shared.committed(Place("tasks", 0)) == 1
        log.close()

    def test_what_came_while_staying_alive_is_dropped_by_seek(self) -> None:
        log = self.open()
        shared = log.shared(GROUP, ["tasks", "labels"])
        poll_all(shared)
        log.write([task(f"t{i}") for i in range(6)])
        for _ in range(30):
            shared.keep_alive()
        shared.seek({Place("tasks", 0): 4})
        assert [record.key for record in poll_all(shared)] == [b"t4", b"t5"]
        log.close()

    def test_rewind_says_that_nothing_was_another_member_s(self) -> None:
        log = self.open()
        shared = log.shared(GROUP, ["tasks", "labels"])
        poll_all(shared)
        held = shared.held()
        assert shared.rewind()
        assert shared.held() == held
        log.close()

    def test_the_next_member_goes_on_at_the_committed_positions(self) -> None:
        log = self.open()
        log.write([task(f"t{i}") for i in range(3)])
        shared = log.shared(GROUP, ["tasks", "labels"])
        poll_all(shared)
        shared.commit([], {Place("tasks", 0): 2})
        shared.close()
        log.close()
        again = self.open()
        shared = again.shared(GROUP, ["tasks", "labels"])
        assert [record.key for record in poll_all(shared)] == [b"t2"]
        again.close()

    def test_a_member_holds_every_partition_when_alone(self) -> None:
        log = self.open(partitions=3)
        shared = log.shared(GROUP, ["tasks", "labels"])
        shared.poll(1, WAIT_S)
        wanted = {Place(topic, part) for topic in ("tasks", "labels") for part in range(3)}
        assert shared.held() == wanted
        log.close()

    def test_paused_places_are_not_read_and_are_read_afterwards(self) -> None:
        log = self.open()
        log.write([task("t1"), NewRecord("labels", b"t1", b"label")])
        shared = log.shared(GROUP, ["tasks", "labels"])
        shared.pause(frozenset({Place("tasks", 0)}))
        assert [record.topic for record in poll_all(shared)] == ["labels"]
        assert shared.at_end()
        shared.pause(frozenset())
        assert [record.topic for record in poll_all(shared)] == ["tasks"]
        log.close()

    def test_no_partition_starves_another(self) -> None:
        log = self.open(partitions=2)
        chance = random.Random(1)  # what a log can't compress
        log.write([NewRecord("labels", None, chance.randbytes(4000), 0) for _ in range(500)])
        log.write([NewRecord("tasks", None, b"last", 1)])
        shared = log.shared(GROUP, ["tasks", "labels"])
        read = 0
        while read < self.most_before_another:
            records = shared.poll(2, WAIT_S)
            read += len(records)
            if any(record.value == b"last" for record in records):
                break
        else:
            pytest.fail(f"a task waited behind {read} labels of another partition")
        log.close()

    def test_positions_of_partitions_that_are_not_held_are_remembered_too(self) -> None:
        log = self.open()
        shared = log.shared(GROUP, ["tasks", "labels"])
        assert shared.committed(Place("pools", 0)) is None
        shared.commit([], {Place("pools", 0): 7})
        assert shared.committed(Place("pools", 0)) == 7
        log.close()

    def test_what_lags_is_what_was_not_polled(self) -> None:
        log = self.open()
        log.write([task(f"t{i}") for i in range(30)])
        shared = log.shared(GROUP, ["tasks", "labels"])
        began = time.monotonic()
        polled = 0
        while not polled:
            polled = len(shared.poll(10, WAIT_S))
        assert 30 - polled <= shared.lag()[Place("tasks", 0)] <= 31 - polled
        poll_all(shared)
        assert set(shared.lag().values()) == {0}
        assert began < shared.heard_at()
        log.close()

    def test_staying_alive_loses_no_record(self) -> None:
        log = self.open()
        log.write([task(f"t{i}") for i in range(30)])
        shared = log.shared(GROUP, ["tasks", "labels"])
        records = []
        for _ in range(100):
            shared.keep_alive()
            records += shared.poll(3, WAIT_S)
            if shared.at_end():
                break
        assert [record.key for record in records] == [b"t%d" % i for i in range(30)]
        log.close()

    def test_a_poll_gives_no_more_than_was_asked_for(self) -> None:
        log = self.open(partitions=4)
        log.write([task(f"t{i}") for i in range(50)])
        shared = log.shared(GROUP, ["tasks", "labels"])
        sizes = []
        while not shared.at_end():
            sizes.append(len(shared.poll(3, WAIT_S)))
        assert max(sizes) <= 3
        assert sum(sizes) == 50
        log.close()

    def test_groups_have_positions_of_their_own(self) -> None:
        log = self.open()
        one, two = log.shared("one", ["tasks", "labels"]), log.shared("two", ["tasks", "labels"])
        one.commit([], {Place("tasks", 0): 5})
        assert two.committed(Place("tasks", 0)) is None
        log.close()

    # The one writer

    def test_what_the_one_writer_of_a_name_writes_is_read(self) -> None:
        log = self.open()
        writer = log.writer("learner")
        writer.write([NewRecord("models", b"slot/0", b"1"), NewRecord("models", b"slot/1", b"2")])
        assert [record.value for record in read_all(log.follow("models"))] == [b"1", b"2"]
        log.close()

    def test_of_two_writers_of_a_name_one_is_refused(self) -> None:
        log, other = self.open(), self.open()
        first = log.writer("learner")

        def both() -> None:
            other.writer("learner")  # a log that can't notice now tells the first one, later
            first.write([NewRecord("models", b"slot/0", b"old")])

        with pytest.raises(LogBusy):
            both()
        log.close()
        other.close()
        again = self.open()
        again.writer("learner").write([NewRecord("models", b"slot/0", b"new")])
        assert [record.value for record in read_all(again.follow("models"))] == [b"new"]
        again.close()
