"""The log on Apache Kafka: transactions by kafka-python, positions by consumer group.

Rule: what can hang in kafka-python is waited for with a limit (`producer.py`), and topics
are never made silently (`topics.py`).
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
    from collections.abc import Iterable, Sequence

    from kafka import TopicPartition

    from streams.config.log_settings import LogSettings
    from streams.kafka_log.connecting.unreachable import Unreachable
    from streams.log.log import NewRecord

LEADER_S = 2.0
"""For a leader that isn't known yet, just after a topic was made or a broker came back."""


class KafkaWriter:
    """Writes under one transactional id."""

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

    Raises
    ------
    LogError
        If the address is none, or no broker answers there.
    """

    def __init__(self, address: str, settings: LogSettings) -> None:
        self._settings = settings
        self._address = parse_address(address)
        self._connect = client_settings(self._address, settings)
        self._followers: list[KafkaFollower] = []
        self._members: list[KafkaMember | KafkaWriter] = []
        self._anybody: KafkaWriter | None = None
        refused = connection_errors(self._connect)
        if (reason := final_error(refused)) is not None:
            raise reason
        self.admin = self._reach(address, refused)
        self.names = TopicNames(address, self._address, self._count, self._describe)

    def partitions(self, topic: str) -> int:
        return self.names.partitions(topic)

    def write(self, records: Sequence[NewRecord]) -> None:
        if self._anybody is None:
            self._anybody = self._writer(self._transactions(f"writer-{uuid4()}"))
        self._anybody.write(records)

    def writer(self, name: str) -> KafkaWriter:
        models = [self.names.place(MODELS, 0)]
        former = self._transactions(name, touched=models)
        named = self._transactions(of_writer(name), touched=models)
        return self._writer(begin_writer(former, named))

    def shared(self, group: str, topics: Sequence[str]) -> KafkaMember:
        instance = self._settings.instance
        identity = instance or str(uuid4())
        works = instance is not None and tuple(topics) == SHARED
        touched = self.names.written_by_workers() if works else []
        shared = KafkaMember(
            self.names,
            self._connect,
            self._settings,
            self._address.named(group),
            topics,
            self._transactions(of_member(group, identity), self._address.named(group), touched),
            self._ends,
            self._owner_of,
        )
        self._members.append(shared)
        return shared

    def follow(self, topic: str, partition: int = 0, position: int = 0) -> KafkaFollower:
        self.names.check_place(topic, partition)
        place = self.names.place(topic, partition)
        try:
            follower = KafkaFollower(
                self._connect,
                Place(topic, partition),
                place,
                position,
                self._ends,
                self.names.look,
            )
        except kafka_errors.KafkaError as error:
            raise request_failed(f"{self.names.name}: {topic}/{partition}", error) from error
        self._followers = [one for one in self._followers if not one.closed]
        self._followers.append(follower)
        return follower

    def close(self) -> None:
        for one in (*self._followers, *self._members):
            one.close()
        self.admin.close()

    def _reach(self, address: str, refused: Sequence[Unreachable]) -> KafkaAdminClient:
        """Return a client; where a broker answers, kafka-python may first have tried another.

        What `refused` before it is not asked again: each wait takes seconds, and a person waits.
        """
        try:
            return KafkaAdminClient(**self._connect)
        except kafka_errors.KafkaError as error:
            if refused := refused or connection_errors(self._connect):
                raise no_client(address, error, refused) from error
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
        """How many partitions a topic of the cluster has; `None` if there is no such topic."""
        try:
            found = self.admin.describe_topics([topic])
        except kafka_errors.KafkaError as error:
            raise request_failed(self.names.name, error) from error
        ways = [len(one["partitions"]) for one in found if not one["error_code"]]
        return ways[0] if ways else None

    def _describe(self, topics: Iterable[str]) -> dict[str, TopicState] | None:
        """Return those of some topics of the cluster that are there; `None` if it is silent."""
        try:
            found = self.admin.describe_topics(list(topics))
        except kafka_errors.KafkaError:
            return None  # whoever reads or writes will notice that
        return {
            one["name"]: TopicState(one["topic_id"], len(one["partitions"]))
            for one in found
            if not one["error_code"]
        }

    def _ends(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Offset behind the last record of each partition, committed or not yet.

        Where a consumer would end says less: after a commit its mark comes a moment later, and
        until then its records are hidden (KAFKA-10167).
        """
        wanted = dict.fromkeys(places, OffsetSpec.LATEST)
        until = time.monotonic() + LEADER_S
        while True:
            try:
                found = self.admin.list_partition_offsets(wanted)
            except kafka_errors.RetriableError as error:
                if time.monotonic() > until:
                    raise request_failed(self.names.name, error) from error
                time.sleep(0.05)
            except kafka_errors.KafkaError as error:
                raise request_failed(self.names.name, error) from error
            else:
                return {place: int(end.offset) for place, end in found.items()}

    def _owner_of(self, group: str, instance: str) -> str | None:
        """Id of the group's member under the name `instance`."""
        try:
            described: Any = self.admin.describe_groups([group])
        except kafka_errors.KafkaError as error:
            msg = f"{self.names.name}: {type(error).__name__}: {error}"
            raise CommitUnknown(msg) from error
        members = described[group]["members"]
        ids = [one["member_id"] for one in members if one["group_instance_id"] == instance]
        return ids[0] if ids else None
