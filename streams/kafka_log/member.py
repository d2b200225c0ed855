"""A worker's membership in a consumer group: what it holds, what it reads, what it commits.

Rule 1: what was held and lost for a moment, even if it came back, is shown as not held for one
poll, so that nobody goes on with a desk that somebody else may have changed meanwhile.
Rule 2: the group's generation is taken with the records. A commit of a later one would hide that
the records were polled in an earlier one.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from kafka import KafkaConsumer, TopicPartition
from kafka import errors as kafka_errors
from kafka.structs import MemberState, OffsetAndMetadata

from bandit.errors import CommitUnknown, LogBusy, LogError
from streams.kafka_log.assignor import CopartitionAssignor
from streams.kafka_log.connecting.connection import unknown_if_it_fails, unreadable
from streams.kafka_log.follower import SHARING, logged_at
from streams.kafka_log.last_response import LastResponse, lag
from streams.kafka_log.membership import Membership, go_on_joining, replaced
from streams.kafka_log.partition_counts import PartitionCounts
from streams.kafka_log.pauses import resume
from streams.kafka_log.positions import Positions
from streams.kafka_log.producer import Fenced
from streams.log.log import LostRecords, Place, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from streams.config.log_settings import LogSettings
    from streams.kafka_log.producer import Transactions
    from streams.kafka_log.topic_names import TopicNames
    from streams.log.log import NewRecord

JOIN_S = 0.2
"""A poll waits at least so long while the group is being joined; shorter ones never finish that."""

JOIN_LIMIT_S = 5.0
"""Before the producer begins; a group that takes longer is joined by the polls that follow."""

PATIENCE_S = 15.0
"""A transaction that a dead worker left open hides its positions; its abort may be so late."""


class KafkaMember:
    """One member of a group.

    Parameters
    ----------
    names
        Our names for topics, and the cluster's.
    connect
        Settings of kafka-python's clients.
    settings
        The section [log].
    group
        As the cluster knows it.
    topics
        Ours, of the same number of partitions each.
    transactions
        Of this member alone.
    ends, owner_of
        Where partitions end, open transactions included; the id of the group's member by instance.
    """

    def __init__(
        self,
        names: TopicNames,
        connect: Mapping[str, Any],
        settings: LogSettings,
        group: str,
        topics: Sequence[str],
        transactions: Transactions,
        ends: Callable[[list[TopicPartition]], Mapping[TopicPartition, int]],
        owner_of: Callable[[str, str], str | None],
    ) -> None:
        self._names = names
        self._group = group
        self._instance = settings.instance
        self._ways = PartitionCounts(names, topics)
        self._transactions = transactions
        self._ends = ends
        self._owner_of = owner_of
        patience_ms = int((settings.transaction_timeout_s + PATIENCE_S) * 1000)
        self._membership = Membership()
        self._held: frozenset[Place] = frozenset()
        self._aside: list[Record] = []  # came while only staying alive
        self._paused: frozenset[Place] = frozenset()
        counts = {names.on_broker(topic): names.partitions(topic) for topic in topics}
        self._assignor = CopartitionAssignor(self._assignment, counts)
        self._consumer = KafkaConsumer(
            **connect,
            **SHARING,
            group_id=group,
            group_instance_id=settings.instance,
            session_timeout_ms=int(settings.session_timeout_s * 1000),
            heartbeat_interval_ms=int(settings.session_timeout_s * 1000 / 20),
            max_poll_interval_ms=int(settings.max_poll_interval_s * 1000),
            partition_assignment_strategy=[self._assignor],
        )
        self._hearing = LastResponse(self._consumer)
        self._positions = Positions(self._consumer, names, ends, patience_ms)
        try:
            with unknown_if_it_fails():
                self._ways.check(self._consumer, patience_ms)
            self._consumer.subscribe(
                [names.on_broker(topic) for topic in topics], listener=self._membership
            )
            self._member = self._consumer.group_metadata()
            self._join()
            self._begin()
        except BaseException:
            self.close()
            raise

    # Reading ----------------------------------------------------------------------------------

    def held(self) -> frozenset[Place]:
        return self._held

    def poll(self, max_records: int, timeout_s: float) -> list[Record]:
        self._apply_pauses()
        found, self._aside = self._aside[:max_records], self._aside[max_records:]
        found = found or self._poll(max_records, timeout_s)
        if replaced(self._consumer):
            raise self._busy()
        self._member = self._consumer.group_metadata()
        # Whoever has no generation holds nothing; the broker would not check its commits.
        held = self._assignment() if self._member.generation_id >= 0 else set()
        gone = self._membership.interrupted(self._member.member_id, held)
        self._held = frozenset(map(self._place, held - gone))
        self._apply_pauses()
        if gone:
            # They were read on, and another may have committed meanwhile.
            self._positions.go_back(held & gone)
        self._ways.check_counts()
        self._aside = self._of_mine(self._aside)
        return self._of_mine(found)

    def keep_alive(self) -> None:
        self._consumer.pause(*self._assignment())
        self._aside += self._poll(1, 0.0)

    def lost(self) -> list[LostRecords]:
        held, mine = self._held, set(map(self._place, self._assignment()))
        noted = self._positions.lost
        self._positions.lost = [one for one in noted if one.place in mine - held]  # told later
        return [one for one in noted if one.place in held]

    def lag(self) -> dict[Place, int]:
        found = {self._place(there): lag(self._consumer, there) for there in self._assignment()}
        return {place: records for place, records in found.items() if records is not None}

    def heard_at(self) -> float:
        return self._hearing.heard_at()

    def pause(self, places: frozenset[Place]) -> None:
        self._paused = places
        self._apply_pauses()

    def at_end(self) -> bool:
        given = {one: self._place(one) for one in self._assignment()}
        if self._aside or self._held != set(given.values()) or not self._joined():
            return False
        there = [one for one, place in given.items() if place not in self._paused]
        ends = self._ends(there) if there else {}
        positions = {one: self._positions.now(one) for one in there}
        return all(at is not None and at >= ends[one] for one, at in positions.items())

    # Committing -------------------------------------------------------------------------------

    def commit(self, outputs: Sequence[NewRecord], positions: Mapping[Place, int]) -> None:
        if not outputs and not positions:
            return
        offsets = {
            self._names.place(*place): OffsetAndMetadata(position, self._ways.note, -1)
            for place, position in positions.items()
        }
        try:
            self._transactions.commit(self._names.records(outputs), offsets, self._member)
        except LogBusy as error:
            raise self._refused(error) from error

    def rewind(self) -> bool:
        self._aside = []
        held, self._held = self._held, frozenset()
        self._names.look(now=True)
        self._begin()
        self._positions.go_back(self._assignment())
        if not self._uninterrupted():
            return False  # until a poll says in which generation; an old one is refused
        self._held = held
        return True

    def seek(self, positions: Mapping[Place, int]) -> None:
        self._aside = [one for one in self._aside if one[:2] not in positions]
        mine = {self._place(one): one for one in self._assignment()}
        self._positions.seek({mine[one]: at for one, at in positions.items() if one in mine})

    def committed(self, place: Place) -> int | None:
        return self._positions.committed(self._names.place(*place))

    def close(self) -> None:
        self._transactions.close()
        self._consumer.close(autocommit=False, timeout_ms=2000)

    def _poll(self, max_records: int, timeout_s: float) -> list[Record]:
        timeout_ms = int(max(timeout_s, 0.0 if self._joined() else JOIN_S) * 1000)
        go_on_joining(self._consumer)
        try:
            polled = self._consumer.poll(timeout_ms, max_records=max_records)
        except kafka_errors.NoOffsetForPartitionError as error:
            self._positions.go_back(error.args[0])
            return []
        except kafka_errors.OffsetOutOfRangeError:
            self._positions.skip_deleted(self._assignment())
            return []
        except kafka_errors.FencedInstanceIdError as error:
            raise self._busy() from error
        except kafka_errors.RetriableError:
            return []
        except kafka_errors.KafkaError as error:
            self._names.look(now=True)  # a topic that was made again, say
            raise unreadable(self._names.name, error) from error
        return [
            Record(*place, one.offset, one.key, one.value, logged_at(one))
            for place, records in ((self._place(there), some) for there, some in polled.items())
            for one in records
        ]

    def _uninterrupted(self) -> bool:
        """Whether this is the generation of the last poll, as far as it has heard."""
        now = self._consumer.group_metadata()
        same = now.generation_id == self._member.generation_id
        return self._joined() and same and self._membership.uninterrupted(now.member_id)

    def _join(self) -> None:
        """Join the group before the producer begins: whoever that fences can ask the group then."""
        until = time.monotonic() + JOIN_LIMIT_S
        while not self._joined() and time.monotonic() < until:
            self.keep_alive()

    def _joined(self) -> bool:
        now = self._consumer.group_metadata()  # stable a moment before the assignment is there
        stable = now.state == MemberState.STABLE
        return bool(stable and now.generation_id == self._assignor.generation)

    def _of_mine(self, records: list[Record]) -> list[Record]:
        return [one for one in records if one[:2] in self._held]  # a place, plain

    def _assignment(self) -> set[TopicPartition]:
        return set(self._consumer.assignment())

    def _place(self, there: TopicPartition) -> Place:
        return Place(self._names.ours(there.topic), there.partition)

    def _apply_pauses(self) -> None:
        held = self._assignment()
        wanted = {one for one in held if self._place(one) in self._paused}
        paused = set(self._consumer.paused())
        if wanted - paused:
            self._consumer.pause(*(wanted - paused))
        if paused - wanted:
            resume(self._consumer, paused - wanted)

    def _begin(self) -> None:
        try:
            self._transactions.begin()
        except LogBusy as error:
            raise self._refused(error) from error

    def _refused(self, error: LogBusy) -> LogError:
        """Say what it means that there is another: nothing, unless its owner is another worker.

        A transaction took too long, or a broker that had stood still answered a request of ours
        after a later one, or we were thrown out of the group and have a new id in it.
        """
        if isinstance(error, Fenced) and not self._taken():
            return CommitUnknown(str(error))
        return self._busy()

    def _taken(self) -> bool:
        """Whether the group has another member under this one's instance.

        Who is joining may have an id by now of which it has not heard; if the name was taken by
        another, the join is refused.
        """
        if self._instance is None:
            return False
        owner = self._owner_of(self._group, self._instance)
        ours = {self._member.member_id, self._consumer.group_metadata().member_id}
        return self._joined() and owner not in ours | {None}

    def _busy(self) -> LogBusy:
        who = f"another worker has joined group {self._group!r} as {self._instance!r}"
        return LogBusy(f"{self._names.name}: {who}; give each an instance of its own")
