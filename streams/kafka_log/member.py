"""A member of a consumer group: the partitions that it holds, reads and commits.

Rule 1: a partition that was revoked for a moment, even if it came back, is reported as not held for
one poll, so that no worker goes on with a desk that another may have changed meanwhile.
Rule 2: the group's generation is stored with the records of a poll. A commit with a later one would
hide that the records were polled in an earlier generation.
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
from streams.kafka_log.follower import GROUP_READING, as_record
from streams.kafka_log.last_response import LastResponse, lag
from streams.kafka_log.membership import Membership, go_on_joining, replaced
from streams.kafka_log.partition_counts import PartitionCounts
from streams.kafka_log.pauses import resume
from streams.kafka_log.positions import Positions
from streams.kafka_log.producer_errors import Fenced
from streams.log.log import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from streams.config.log_settings import LogSettings
    from streams.kafka_log.producer import Transactions
    from streams.kafka_log.topic_names import TopicNames
    from streams.log.log import LostRecords, NewRecord, Record

JOIN_S = 0.2
"""Shortest poll while the member joins its group; shorter polls never finish the join."""

JOIN_LIMIT_S = 5.0
"""Longest join before the producer begins; after that, the polls that follow finish it."""

PATIENCE_S = 15.0
"""How late the broker may abort the transaction of a dead worker, which hides committed offsets."""


class KafkaMember:
    """A `streams.log.log.GroupMember` of a Kafka consumer group.

    Parameters
    ----------
    names
        Our names of topics, and the cluster's.
    connect
        Settings of kafka-python's clients.
    settings
        The section [log].
    group
        The group's name on the cluster.
    topics
        Our names of the topics, which have the same number of partitions.
    transactions
        The producer of this member alone.
    ends, owner_of
        The end offsets of partitions, open transactions included; the id of the group's member
        with an instance name.
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
        self._counts = PartitionCounts(names, topics)
        self._transactions = transactions
        self._ends = ends
        self._owner_of = owner_of
        patience_ms = int((settings.transaction_timeout_s + PATIENCE_S) * 1000)
        self._membership = Membership()
        self._held: frozenset[Place] = frozenset()
        self._early: list[Record] = []  # polled by `keep_alive`
        self._paused: frozenset[Place] = frozenset()
        counts = {names.on_broker(topic): names.partitions(topic) for topic in topics}
        self._assignor = CopartitionAssignor(self._assignment, counts)
        self._consumer = KafkaConsumer(
            **connect,
            **GROUP_READING,
            group_id=group,
            group_instance_id=settings.instance,
            session_timeout_ms=int(settings.session_timeout_s * 1000),
            heartbeat_interval_ms=int(settings.session_timeout_s * 1000 / 20),
            max_poll_interval_ms=int(settings.max_poll_interval_s * 1000),
            partition_assignment_strategy=[self._assignor],
        )
        self._last_response = LastResponse(self._consumer)
        self._positions = Positions(self._consumer, names, ends, patience_ms)
        try:
            with unknown_if_it_fails():
                self._counts.check(self._consumer, patience_ms)
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
        records, self._early = self._early[:max_records], self._early[max_records:]
        records = records or self._poll(max_records, timeout_s)
        if replaced(self._consumer):
            raise self._busy()
        self._member = self._consumer.group_metadata()
        # A member without a generation holds nothing: the broker would not check its commits.
        held = self._assignment() if self._member.generation_id >= 0 else set()
        revoked = self._membership.interrupted(self._member.member_id, held)
        self._held = frozenset(map(self._place, held - revoked))
        if revoked:
            # The consumer has read on, and another member may have committed meanwhile.
            self._positions.go_back(held & revoked)
        self._counts.check_counts()
        self._early = self._of_held(self._early)
        return self._of_held(records)

    def keep_alive(self) -> None:
        self._consumer.pause(*self._assignment())
        self._early += self._poll(1, 0.0)

    def lost(self) -> list[LostRecords]:
        losses = self._positions.lost
        unreported = set(map(self._place, self._assignment())) - self._held
        self._positions.lost = [loss for loss in losses if loss.place in unreported]
        return [loss for loss in losses if loss.place in self._held]

    def lag(self) -> dict[Place, int]:
        lags = {self._place(held): lag(self._consumer, held) for held in self._assignment()}
        return {place: offsets for place, offsets in lags.items() if offsets is not None}

    def heard_at(self) -> float:
        return self._last_response.heard_at()

    def pause(self, places: frozenset[Place]) -> None:
        self._paused = places  # the next poll applies it

    def at_end(self) -> bool:
        assigned = {partition: self._place(partition) for partition in self._assignment()}
        if self._early or self._held != set(assigned.values()) or not self._joined():
            return False
        read = [partition for partition, place in assigned.items() if place not in self._paused]
        ends = self._ends(read) if read else {}
        positions = {partition: self._positions.now(partition) for partition in read}
        return all(at is not None and at >= ends[partition] for partition, at in positions.items())

    # Committing -------------------------------------------------------------------------------

    def commit(self, outputs: Sequence[NewRecord], positions: Mapping[Place, int]) -> None:
        if not outputs and not positions:
            return
        offsets = {
            self._names.place(*place): OffsetAndMetadata(position, self._counts.note, -1)
            for place, position in positions.items()
        }
        try:
            self._transactions.commit(self._names.records(outputs), offsets, self._member)
        except LogBusy as error:
            raise self._refused(error) from error

    def rewind(self) -> bool:
        self._early = []
        held, self._held = self._held, frozenset()
        self._names.check_topics(now=True)
        self._begin()
        self._positions.go_back(self._assignment())
        if not self._uninterrupted():
            return False  # until a poll has the generation; commits of an older one are refused
        self._held = held
        return True

    def seek(self, positions: Mapping[Place, int]) -> None:
        self._early = [record for record in self._early if record[:2] not in positions]
        assigned = {self._place(partition): partition for partition in self._assignment()}
        self._positions.seek(
            {assigned[place]: at for place, at in positions.items() if place in assigned}
        )

    def committed(self, place: Place) -> int | None:
        return self._positions.committed(self._names.place(*place))

    def close(self) -> None:
        self._transactions.close()
        self._consumer.close(autocommit=False, timeout_ms=2000)

    def _poll(self, max_records: int, timeout_s: float) -> list[Record]:
        timeout_ms = int(max(timeout_s, 0.0 if self._joined() else JOIN_S) * 1000)
        go_on_joining(self._consumer)
        try:
            batches = self._consumer.poll(timeout_ms, max_records=max_records)
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
            self._names.check_topics(now=True)  # a topic that was created again, say
            raise unreadable(self._names.name, error) from error
        return [
            as_record(place, polled)
            for place, batch in ((self._place(part), batch) for part, batch in batches.items())
            for polled in batch
        ]

    def _uninterrupted(self) -> bool:
        """Whether this is the generation of the last poll, as far as this member knows."""
        now = self._consumer.group_metadata()
        same = now.generation_id == self._member.generation_id
        return self._joined() and same and self._membership.uninterrupted(now.member_id)

    def _join(self) -> None:
        """Join the group before the producer begins: a worker that is fenced asks the group."""
        until = time.monotonic() + JOIN_LIMIT_S
        while not self._joined() and time.monotonic() < until:
            self.keep_alive()

    def _joined(self) -> bool:
        now = self._consumer.group_metadata()  # stable a moment before the assignment arrives
        stable = now.state == MemberState.STABLE
        return bool(stable and now.generation_id == self._assignor.generation)

    def _of_held(self, records: list[Record]) -> list[Record]:
        return [record for record in records if record[:2] in self._held]  # equals a Place

    def _assignment(self) -> set[TopicPartition]:
        return set(self._consumer.assignment())

    def _place(self, on_broker: TopicPartition) -> Place:
        return Place(self._names.ours(on_broker.topic), on_broker.partition)

    def _apply_pauses(self) -> None:
        to_pause = {held for held in self._assignment() if self._place(held) in self._paused}
        paused = set(self._consumer.paused())
        self._consumer.pause(*(to_pause - paused))
        resume(self._consumer, paused - to_pause)

    def _begin(self) -> None:
        try:
            self._transactions.begin()
        except LogBusy as error:
            raise self._refused(error) from error

    def _refused(self, error: LogBusy) -> LogError:
        """Return the error of a fenced producer: fatal only if another worker has its identity.

        Otherwise a transaction took too long, a stalled broker answered a request of ours after a
        later one, or this member was removed from the group and has a new id in it.
        """
        if isinstance(error, Fenced) and not self._taken():
            return CommitUnknown(str(error))
        return self._busy()

    def _taken(self) -> bool:
        """Whether the group has another member with this one's instance name.

        A member that is joining may have an id that it does not know yet; if another member has the
        name, the join is refused.
        """
        if self._instance is None:
            return False
        owner = self._owner_of(self._group, self._instance)
        own_ids = {self._member.member_id, self._consumer.group_metadata().member_id}
        return self._joined() and owner not in own_ids | {None}

    def _busy(self) -> LogBusy:
        return LogBusy(
            f"{self._names.name}: another worker has joined group {self._group!r} with log.instance"
            f" {self._instance!r}; what to do: give each worker its own log.instance"
        )
