"""What every log promises to those who write to it and follow it, and to nobody else."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import pytest

from bandit.errors import LogError
from streams.log.log import NewRecord
from streams.log.topics import partition_of

if TYPE_CHECKING:
    from streams.log.log import Follower, Log, Record

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


class FollowingContract(ABC):
    """The promises, but for those of `LogContract`."""

    @abstractmethod
    def open(self, partitions: int | None = None) -> Log:
        """Open the test's log, the same at each call, making it with `partitions`."""

    def test_what_is_written_is_read_in_order_with_offsets_from_zero(self) -> None:
        log = self.open()
        log.write([NewRecord("rewards", b"k%d" % i, b"v%d" % i) for i in range(20)])
        log.write([NewRecord("rewards", None, None)])
        records = read_all(log.follow("rewards"))
        assert [record.offset for record in records[:20]] == list(range(20))
        assert records[3][2:5] == (3, b"k3", b"v3")
        assert records[20].offset >= 20
        assert records[20].value is None
        log.close()

    def test_following_from_a_position_skips_what_is_before(self) -> None:
        log = self.open()
        log.write([NewRecord("rewards", b"k", b"%d" % i) for i in range(5)])
        assert [r.value for r in read_all(log.follow("rewards", 0, 3))] == [b"3", b"4"]
        log.close()

    def test_a_position_after_the_end_is_an_error_and_is_not_waited_for(self) -> None:
        """It was saved by a reader of records that are gone: a restored log, or another one."""
        log = self.open()
        log.write([NewRecord("rewards", b"k", b"%d" % i) for i in range(5)])
        end = log.follow("rewards").end()
        assert log.follow("rewards", 0, end).at_end()
        with pytest.raises(LogError, match=rf"rewards/0: ends at offset {end}, but .* {end + 1}: "):
            log.follow("rewards", 0, end + 1)
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

    def test_a_follower_knows_how_far_behind_it_is_and_when_the_log_last_answered(self) -> None:
        log = self.open()
        began = time.monotonic()
        log.write([NewRecord("rewards", b"k", b"%d" % i) for i in range(20)])
        follower = log.follow("rewards")
        while not (polled := len(follower.poll(7, WAIT_S))):
            pass
        assert 20 - polled <= follower.lag() <= 21 - polled
        read_all(follower)
        assert follower.lag() == 0
        assert began < follower.heard_at()
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

    @pytest.mark.parametrize("partitions", [1, 2])
    def test_records_by_key_and_by_partition_keep_their_order(self, partitions: int) -> None:
        """Labels have keys, ticks have partitions: which label came first must not change."""
        log = self.open(partitions)
        written = [
            NewRecord("labels", None if i % 3 else b"t1", b"%d" % i, 0 if i % 3 else None)
            for i in range(20)
            if i % 3 or partition_of(b"t1", partitions) == 0
        ]
        log.write(written)
        records = read_all(log.follow("labels"))
        assert [record.value for record in records] == [new.value for new in written]
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
