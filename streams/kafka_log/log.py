"""The log on Apache Kafka: transactions by kafka-python, offsets committed by consumer group.

Rule: what can hang in kafka-python is waited for with a limit (`producer.py`), and topics are never
created silently (`topics.py`).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from kafka import KafkaAdminClient
from kafka import errors as kafka_errors
from kafka.admin import OffsetSpec

from bandit.errors import CommitUnknown
from streams.kafka_log.connecting.connection import (
    client_settings,
    no_client,
    parse_address,
    request_failed,
)
from streams.kafka_log.connecting.probe import connection_errors, final_error
from streams.kafka_log.follower import KafkaFollower
from streams.kafka_log.former_id import begin_writer
from streams.kafka_log.identity import of_member, of_writer
from streams.kafka_log.member import KafkaMember
from streams.kafka_log.producer import Transactions
from streams.kafka_log.topic_names import TopicNames
from streams.kafka_log.topic_watch import TopicState
from streams.log.log import Place
from streams.log.topics import MODELS, SHARED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kafka import TopicPartition

    from streams.config.log_settings import LogSettings
    from streams.kafka_log.connecting.unreachable import Unreachable
    from streams.log.log import NewRecord

LEADER_S = 2.0
"""Longest wait for a partition's leader, after a topic was created or a broker came back."""

NO_LEADER = (kafka_errors.RetriableError, kafka_errors.UnknownBrokerIdError)
"""What kafka-python raises while a partition has no leader; at first it may ask broker -1."""


class KafkaWriter:
    """A `streams.log.log.Writer` with one transactional id."""

    def __init__(self, names: TopicNames, transactions: Transactions) -> None:
        self._names = names
        self._transactions = transactions

    def write(self, records: Sequence[NewRecord]) -> None:
        self._transactions.commit(self._names.records(records))

    def close(self) -> None:
        self._transactions.close()


class KafkaLog:
    """A `streams.log.log.Log` on a Kafka cluster; to be used from one thread.

    Parameters
    ----------
    address
        `kafka://HOST:PORT[,HOST:PORT][/PREFIX]`.
    settings
        The section [log]: security, identity and times.
    environment
        Variables that may hold the passwords which `settings` name.

    Raises
    ------
    LogError
        If the address is invalid, or none of its brokers answers.
    """

    def __init__(
        self, address: str, settings: LogSettings, environment: Mapping[str, str] = {}
    ) -> None:
        self._settings = settings
        self._address = parse_address(address)
        self._connect = client_settings(self._address, settings, environment)
        self._followers: list[KafkaFollower] = []
        self._members: list[KafkaMember | KafkaWriter] = []
        self._anonymous: KafkaWriter | None = None  # of `write`
        unreachable = connection_errors(self._connect)
        if (error := final_error(unreachable)) is not None:
            raise error
        self.admin = self._connected_admin(address, unreachable)
        self.names = TopicNames(address, self._address, self._count, self._describe)

    def partitions(self, topic: str) -> int:
        return self.names.partitions(topic)

    def write(self, records: Sequence[NewRecord]) -> None:
        if self._anonymous is None:
            self._anonymous = self._writer(self._transactions(f"writer-{uuid4()}"))
        self._anonymous.write(records)

    def writer(self, name: str) -> KafkaWriter:
        models = [self.names.place(MODELS, 0)]
        former = self._transactions(name, touched=models)
        named = self._transactions(of_writer(name), touched=models)
        return self._writer(begin_writer(former, named))

    def shared(self, group: str, topics: Sequence[str]) -> KafkaMember:
        instance = self._settings.instance
        identity = instance or str(uuid4())
        is_worker = instance is not None and tuple(topics) == SHARED
        touched = self.names.written_by_workers() if is_worker else []
        member = KafkaMember(
            self.names,
            self._connect,
            self._settings,
            self._address.named(group),
            topics,
            self._transactions(of_member(group, identity), self._address.named(group), touched),
            self._ends,
            self._owner_of,
        )
        self._members.append(member)
        return member

    def follow(self, topic: str, partition: int = 0, position: int = 0) -> KafkaFollower:
        self.names.check_place(topic, partition)
        on_broker = self.names.place(topic, partition)
        try:
            follower = KafkaFollower(
                self._connect,
                Place(topic, partition),
                on_broker,
                position,
                self._ends,
                self.names.check_topics,
            )
        except kafka_errors.KafkaError as error:
            raise request_failed(f"{self.names.name}: {topic}/{partition}", error) from error
        self._followers = [opened for opened in self._followers if not opened.closed]
        self._followers.append(follower)
        return follower

    def close(self) -> None:
        for opened in (*self._followers, *self._members):
            opened.close()
        self.admin.close()

    def _connected_admin(
        self, address: str, unreachable: Sequence[Unreachable]
    ) -> KafkaAdminClient:
        """Return a client; a second attempt is made, since the first may have tried a dead broker.

        Brokers that are `unreachable` by an earlier probe are not probed again: that takes seconds,
        and a person waits.
        """
        try:
            return KafkaAdminClient(**self._connect)
        except kafka_errors.KafkaError as error:
            if errors := unreachable or connection_errors(self._connect):
                raise no_client(address, error, errors) from error
        try:
            return KafkaAdminClient(**self._connect)
        except kafka_errors.KafkaError as error:
            raise no_client(address, error, connection_errors(self._connect)) from error

    def _writer(self, transactions: Transactions) -> KafkaWriter:
        writer = KafkaWriter(self.names, transactions)
        self._members.append(writer)
        return writer

    def _transactions(
        self, name: str, group: str | None = None, touched: Iterable[TopicPartition] = ()
    ) -> Transactions:
        return Transactions(
            self._connect,
            self._address.named(name),
            self.names.name,
            self._settings.commit_timeout_s,
            self._settings.transaction_timeout_s,
            group,
            touched,
            self._settings.compression or "gzip",
        )

    def _count(self, topic: str) -> int | None:
        """Number of partitions of a topic on the cluster; `None` if there is no such topic."""
        try:
            topics = self.admin.describe_topics([topic])
        except kafka_errors.KafkaError as error:
            raise request_failed(self.names.name, error) from error
        counts = [len(there["partitions"]) for there in topics if not there["error_code"]]
        return counts[0] if counts else None

    def _describe(self, topics: Iterable[str]) -> dict[str, TopicState] | None:
        """Return those of `topics` that exist; `None` if the cluster does not answer."""
        try:
            described = self.admin.describe_topics(list(topics))
        except kafka_errors.KafkaError:
            return None  # reads and writes will fail for the same reason
        return {
            there["name"]: TopicState(there["topic_id"], len(there["partitions"]))
            for there in described
            if not there["error_code"]
        }

    def _ends(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """End offset of each partition: after its last record, committed or not yet.

        A consumer's end offset may be smaller: the marker of a commit is written a moment after it,
        and until then the records are hidden (KAFKA-10167).
        """
        specs = dict.fromkeys(partitions, OffsetSpec.LATEST)
        until = time.monotonic() + LEADER_S
        while True:
            try:
                ends = self.admin.list_partition_offsets(specs)
            except NO_LEADER as error:
                if time.monotonic() > until:
                    raise request_failed(self.names.name, error) from error
                time.sleep(0.05)
            except kafka_errors.KafkaError as error:
                raise request_failed(self.names.name, error) from error
            else:
                return {partition: int(end.offset) for partition, end in ends.items()}

    def _owner_of(self, group: str, instance: str) -> str | None:
        """Id of the group's member with the instance name `instance`."""
        try:
            described: Any = self.admin.describe_groups([group])
        except kafka_errors.KafkaError as error:
            reason = f"{type(error).__name__}: {error}"
            msg = f"{self.names.name}: group {group!r} could not be read: {reason}"
            raise CommitUnknown(msg) from error
        members = described[group]["members"]
        ids = [each["member_id"] for each in members if each["group_instance_id"] == instance]
        return ids[0] if ids else None
