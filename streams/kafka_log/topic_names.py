"""Names of our topics on a cluster, and their numbers of partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kafka import TopicPartition

from bandit.errors import LogError
from streams.kafka_log.topic_watch import TopicState, TopicWatch
from streams.log.topics import (
    ASKS,
    DEADLETTERS,
    DECISIONS,
    DESK,
    LABELS,
    REWARDS,
    TASKS,
    VERDICTS,
    partition_of,
    topic_named,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from streams.kafka_log.connecting.connection import KafkaAddress
    from streams.log.log import NewRecord


class TopicNames:
    """Our names of topics, and the cluster's.

    Parameters
    ----------
    name
        Of the log, in errors.
    address
        The log's address, which has the prefix of names.
    count
        Returns the number of partitions of a topic on the cluster; `None` if it doesn't exist.
    describe
        Returns those of the named topics that exist; `None` if the cluster does not answer.
    """

    def __init__(
        self,
        name: str,
        address: KafkaAddress,
        count: Callable[[str], int | None],
        describe: Callable[[Iterable[str]], Mapping[str, TopicState] | None],
    ) -> None:
        self.name = name
        self._address = address
        self._count = count
        self._partitions: dict[str, int] = {}
        self._watch = TopicWatch(name, describe)

    def on_broker(self, topic: str) -> str:
        """Return the cluster's name of a topic."""
        return self._address.named(topic)

    def ours(self, topic: str) -> str:
        """Return our name of a topic of the cluster."""
        prefix = self._address.prefix
        return topic.removeprefix(f"{prefix}.") if prefix else topic

    def place(self, topic: str, partition: int) -> TopicPartition:
        """Return a partition as the cluster knows it."""
        return TopicPartition(self.on_broker(topic), partition)

    def partitions(self, topic: str) -> int:
        """How many partitions a topic has.

        Raises
        ------
        LogError
            If there is no such topic.
        """
        partitions = self._partitions.get(topic)
        if partitions is None:
            on_broker = self.on_broker(topic_named(topic).name)
            partitions = self._count(on_broker)
            if partitions is None:
                msg = (
                    f"{self.name}: topic {on_broker!r} does not exist; create all topics with:"
                    f" poolwise doctor {self.name} --create-topics"
                )
                raise LogError(msg)
            self._partitions[topic] = partitions
        return partitions

    def check_topics(self, *, now: bool = False) -> None:
        """Raise `LogError` if a topic in use was deleted; unless `now`, check every few seconds."""
        self._watch.check([*map(self.on_broker, self._partitions)], now=now)

    def partitions_now(self, topic: str) -> int:
        """Number of partitions of a topic at the last check."""
        return self._watch.partitions(self.on_broker(topic)) or self.partitions(topic)

    def written_by_workers(self) -> list[TopicPartition]:
        """Every partition to which a worker's batch may write, those of tasks first."""
        topics = (TASKS, LABELS, ASKS, DECISIONS, VERDICTS, DEADLETTERS, DESK, REWARDS)
        return [
            self.place(topic, partition)
            for topic in topics
            for partition in range(self.partitions(topic))
        ]

    def check_place(self, topic: str, partition: int) -> None:
        """Raise `LogError` if `topic` has no such partition."""
        count = self.partitions(topic)
        if not 0 <= partition < count:
            msg = f"{self.name}: topic {topic} has no partition {partition}, only 0 to {count - 1}"
            raise LogError(msg)

    def records(
        self, records: Iterable[NewRecord]
    ) -> list[tuple[str, bytes | None, bytes | None, int]]:
        """Return (topic, key, value, partition) by the cluster's names.

        Raises
        ------
        LogError
            If a record has no key and no partition, or a partition that doesn't exist.
        """
        resolved = []
        named: dict[str, tuple[str, int]] = {}
        for new in records:
            topic, key, value, partition = new.topic, new.key, new.value, new.partition
            if topic not in named:
                named[topic] = self.on_broker(topic), self.partitions(topic)
            on_broker, count = named[topic]
            if partition is None:
                if key is None and count > 1:
                    msg = f"{self.name}: a record for {topic} has neither key nor partition"
                    raise LogError(msg)
                partition = partition_of(key or b"", count)
            elif not 0 <= partition < count:
                self.check_place(topic, partition)
            # kafka-python refuses a record that has neither key nor value.
            empty = key is None and value is None
            resolved.append((on_broker, b"" if empty else key, value, partition))
        return resolved
