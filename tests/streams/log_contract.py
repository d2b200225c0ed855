"""What every log promises; each implementation's tests subclass this and say how to open one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bandit.errors import LogBusy, LogError
from streams.log import NewRecord, Place
from streams.topics import partition_of

if TYPE_CHECKING:
    from streams.log import Follower, Log, Record, Shared

GROUP = "workers"
WAIT_S = 0.2
"""Longest wait for a record that is there; a log over a network needs some."""


def task(key: str, value: str = "{}") -> NewRecord:
    """Return a record for `tasks`."""
    return NewRecord("tasks", key.encode(), value.encode())


def read_all(reader: Follower, batch: int = 7) -> list[Record]:
    """Read until the end of what is committed."""
    records = []
    while not reader.at_end():
        records += reader.poll(batch, WAIT_S)
        assert reader.position >= (records[-1].offset + 1 if records else 0)
    return records


def poll_all(shared: Shared, batch: int = 7) -> list[Record]:
    """Poll until the end of what is committed."""
    records = []
    while not shared.at_end():
        records += shared.poll(batch, WAIT_S)
    return records


class LogContract:
    """The promises."""

    implementation: type
    """The class under test."""

    most_before_another = 20
    """Records of 4 kB of one partition that may be read before another's turn."""

    def open(self, partitions: int | None = None) -> Log:
        """Open the test's log, the same at each call, making it with `partitions`."""
        raise NotImplementedError

    # Writing and following

    def test_what_is_written_is_read_in_order_with_offsets_from_zero(self) -> None:
        log = self.open()
        log.write([NewRecord("rewards", b"k%d" % i, b"v%d" % i) for i in range(20)])
        log.write([NewRecord("rewards", None, None)])
        records = read_all(log.follow("rewards"))
        assert [record.offset for record in records[:20]] == list(range(20))
        assert records[3][2:] == (3, b"k3", b"v3")
        assert records[20].offset >= 20
        assert records[20].value is None
        log.close()

    def test_following_from_a_position_skips_what_is_before(self) -> None:
        log = self.open()
        log.write([NewRecord("rewards", b"k", b"%d" % i) for i in range(5)])
        assert [r.value for r in read_all(log.follow("rewards", 0, 3))] == [b"3", b"4"]
        log.close()

    def test_a_follower_reads_on_when_more_is_written(self) -> None:
        log = self.open()
        follower = log.follow("asks")
        assert follower.at_end()
        assert follower.poll(10, 0.0) == []
        log.write([NewRecord("asks", b"t", b"1")])
        assert not follower.at_end()
        assert [r.value for r in read_all(follower)] == [b"1"]
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

    def test_keys_choose_partitions_as_murmur2_does(self) -> None:
        log = self.open(partitions=4)
        log.write([task(f"t{i}") for i in range(40)])
        for partition in range(4):
            for record in read_all(log.follow("tasks", partition)):
                assert record.partition == partition == partition_of(record.key or b"", 4)
        log.close()

    def test_a_partition_that_is_given_wins_over_the_key(self) -> None:
        log = self.open(partitions=4)
        log.write([NewRecord("labels", None, b"tick", part) for part in range(4)])
        assert [len(read_all(log.follow("labels", part))) for part in range(4)] == [1] * 4
        log.close()

    def test_topics_that_are_not_split_have_one_partition(self) -> None:
        log = self.open(partitions=4)
        ways = {topic: log.partitions(topic) for topic in ("tasks", "desk", "rewards", "models")}
        assert ways == {"tasks": 4, "desk": 4, "rewards": 1, "models": 1}
        log.close()

    def test_a_topic_that_is_not_there_is_an_error_naming_the_nearest(self) -> None:
        log = self.open()
        with pytest.raises(LogError, match="'tasks'"):
            log.follow("taks")
        with pytest.raises(LogError, match="'tasks'"):
            log.write([NewRecord("taks", b"k", b"v")])
        log.close()

    def test_a_partition_that_is_not_there_is_an_error_and_nothing_is_written(self) -> None:
        log = self.open(partitions=2)
        with pytest.raises(LogError, match="no partition 2"):
            log.write([task("t1"), NewRecord("asks", b"t1", b"", 2)])
        assert all(log.follow("tasks", part).at_end() for part in range(2))
        log.close()

    # Compacted topics

    def test_a_compacted_topic_keeps_at_least_the_newest_of_each_key_in_order(self) -> None:
        log = self.open()
        for i in range(30):
            log.write([NewRecord("pools", b"p%d" % (i % 3), b"%d" % i)])
        records = read_all(log.follow("pools"))
        offsets = [record.offset for record in records]
        assert offsets == sorted(offsets)
        assert {r.key: r.value for r in records} == {b"p0": b"27", b"p1": b"28", b"p2": b"29"}
        log.close()

    def test_a_deletion_is_read_by_whoever_read_the_key_before(self) -> None:
        log = self.open()
        log.write([NewRecord("desk", b"a", b"1"), NewRecord("desk", b"b", b"1")])
        follower = log.follow("desk")
        assert len(read_all(follower)) == 2
        log.write([NewRecord("desk", b"a", None)])
        assert [(r.key, r.value) for r in read_all(follower)] == [(b"a", None)]
        log.close()

    def test_offsets_of_a_compacted_topic_are_never_used_twice(self) -> None:
        log = self.open()
        for _ in range(3):
            log.write([NewRecord("desk", b"a", b"1"), NewRecord("desk", b"a", None)])
        before = log.follow("desk").end()
        log.write([NewRecord("desk", b"c", b"2")])
        assert [r.offset for r in read_all(log.follow("desk", 0, before))] == [before]
        log.close()

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
        assert shared.committed(Place("tasks", 0)) == 0
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
        log.write([NewRecord("labels", None, b"%4000d" % i, 0) for i in range(500)])
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
        assert shared.committed(Place("pools", 0)) == 0
        shared.commit([], {Place("pools", 0): 7})
        assert shared.committed(Place("pools", 0)) == 7
        log.close()

    def test_what_lags_is_what_was_not_polled(self) -> None:
        log = self.open()
        log.write([task(f"t{i}") for i in range(30)])
        shared = log.shared(GROUP, ["tasks", "labels"])
        polled = 0
        while not polled:
            polled = len(shared.poll(10, WAIT_S))
        assert 30 - polled <= shared.lag()[Place("tasks", 0)] <= 31 - polled
        poll_all(shared)
        assert set(shared.lag().values()) == {0}
        log.close()

    def test_staying_alive_loses_no_record(self) -> None:
        log = self.open()
        log.write([task(f"t{i}") for i in range(30)])
        shared = log.shared(GROUP, ["tasks", "labels"])
        found = []
        for _ in range(100):
            shared.keep_alive()
            found += shared.poll(3, WAIT_S)
            if shared.at_end():
                break
        assert [record.key for record in found] == [b"t%d" % i for i in range(30)]
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

    def test_groups_have_positions_of_their_own(self) -> None:
        log = self.open()
        one, two = log.shared("one", ["tasks", "labels"]), log.shared("two", ["tasks", "labels"])
        one.commit([], {Place("tasks", 0): 5})
        assert two.committed(Place("tasks", 0)) == 0
        log.close()
