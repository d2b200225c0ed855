"""What every log promises of records that were deleted from its front, by retention or prune."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from streams.log.log import LostRecords, NewRecord, Place
from tests.streams.following_contract import WAIT_S, FollowingContract, read_all, task

if TYPE_CHECKING:
    from streams.log.log import Log

REWARDS = Place("rewards", 0)
TASKS = Place("tasks", 0)


def rewards(log: Log, count: int = 20) -> None:
    log.write([NewRecord("rewards", b"k", b"%d" % i) for i in range(count)])


class PrunedContract(FollowingContract):
    """The promises about what is gone."""

    @abstractmethod
    def delete_before(self, log: Log, place: Place, offset: int) -> None:
        """Delete what stands before `offset`."""

    def test_a_follower_that_stands_before_what_was_deleted_says_so_once_and_reads_on(self) -> None:
        log = self.open()
        rewards(log)
        self.delete_before(log, REWARDS, 12)
        follower = log.follow(*REWARDS, 3)
        assert follower.lost() == [LostRecords(REWARDS, 3, 12)]
        assert [r.offset for r in read_all(follower)] == list(range(12, 20))
        assert follower.lost() == []
        log.close()

    def test_a_follower_at_the_first_record_that_is_left_has_lost_nothing(self) -> None:
        log = self.open()
        rewards(log)
        self.delete_before(log, REWARDS, 12)
        follower = log.follow(*REWARDS, 12)
        assert [r.offset for r in read_all(follower)] == list(range(12, 20))
        assert follower.lost() == []
        log.close()

    def test_a_follower_from_the_start_begins_with_the_first_record_that_is_left(self) -> None:
        log = self.open()
        rewards(log)
        self.delete_before(log, REWARDS, 12)
        follower = log.follow(*REWARDS)
        assert [r.offset for r in read_all(follower)] == list(range(12, 20))
        assert follower.lost() == []
        log.close()

    def test_a_follower_below_which_records_are_deleted_says_so(self) -> None:
        log = self.open()
        rewards(log)
        follower = log.follow(*REWARDS, 2)
        while not follower.poll(3, WAIT_S):
            pass
        at = follower.position
        rewards(log, 2000)  # more than one fetch of Kafka's may have brought
        end = follower.end()
        self.delete_before(log, REWARDS, end - 5)
        read = read_all(follower)
        gone = [loss for loss in follower.lost() if loss.place == REWARDS]
        assert at + len(read) + sum(loss.end - loss.first for loss in gone) in (
            end,
            end - 1,
            end - 2,
        )
        assert read[-1].value == b"1999"
        log.close()

    def test_offsets_go_on_behind_what_was_deleted(self) -> None:
        log = self.open()
        rewards(log)
        before = log.follow(*REWARDS).end()
        self.delete_before(log, REWARDS, 20)
        rewards(log, 1)
        follower = log.follow(*REWARDS, 20)
        assert [r.offset for r in read_all(follower)] == [before]
        log.close()

    def test_a_member_whose_position_was_deleted_says_so_and_reads_on(self) -> None:
        log = self.open()
        log.write([task(f"t{i}") for i in range(20)])
        shared = log.shared("workers", ["tasks", "labels"])
        while not shared.held():
            shared.poll(1, WAIT_S)
        shared.commit([], {TASKS: 4})
        shared.close()
        self.delete_before(log, TASKS, 15)
        again = log.shared("workers", ["tasks", "labels"])
        read = []
        while not again.at_end():
            read += again.poll(7, WAIT_S)
        assert again.lost() == [LostRecords(TASKS, 4, 15)]
        assert [record.key for record in read] == [b"t%d" % i for i in range(15, 20)]
        log.close()
