"""Our topics on a cluster: what they are called there, and how many partitions they have."""

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
    """Our names for topics, and the cluster's.

    Parameters
    ----------
    name
        Of the log, in errors.
    address
        Which has the prefix.
    count
        How many partitions a topic of the cluster has; `None` if there is none.
    describe
        The topics that are there, of some names of the cluster; `None` if it can't be asked.
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
        self._ways: dict[str, int] = {}
        self._presence = TopicWatch(name, describe)

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
        ways = self._ways.get(topic)
        if ways is None:
            there = self.on_broker(topic_named(topic).name)
            found = self._count(there)
            if found is None:
                msg = (
                    f"{self.name}: there is no topic {there!r} yet; make all of them with:"
                    f" poolwise doctor {self.name} --create-topics"
                )
                raise LogError(msg)
            ways = self._ways[topic] = found
        return ways

    def look(self, *, now: bool = False) -> None:
        """Raise `LogError` if a topic that is in use was deleted; unless `now`, looks rarely."""
        self._presence.look([*map(self.on_broker, self._ways)], now=now)

    def partitions_now(self, topic: str) -> int:
        """How many partitions a topic had at the last look."""
        return self._presence.partitions(self.on_broker(topic)) or self.partitions(topic)

    def written_by_workers(self) -> list[TopicPartition]:
        """Every partition that a worker's batch may write, those of tasks first."""
        topics = (TASKS, LABELS, ASKS, DECISIONS, VERDICTS, DEADLETTERS, DESK, REWARDS)
        return [
            self.place(topic, partition)
            for topic in topics
            for partition in range(self.partitions(topic))
        ]

    def check_place(self, topic: str, partition: int) -> None:
        """Raise `LogError` if `topic` has no such partition."""
        ways = self.partitions(topic)
        if not 0 <= partition < ways:
            msg = f"{self.name}: {topic} has no partition {partition}, only 0 to {ways - 1}"
            raise LogError(msg)

    def records(
        self, records: Iterable[NewRecord]
    ) -> list[tuple[str, bytes | None, bytes | None, int]]:
        """Return (topic, key, value, partition) as the cluster takes them.

        Raises
        ------
        LogError
            If one has no place.
        """
        found = []
        named: dict[str, tuple[str, int]] = {}
        for topic, key, value, given in records:
            if topic not in named:
                named[topic] = self.on_broker(topic), self.partitions(topic)
            there, ways = named[topic]
            partition = given
            if partition is None:
                if key is None and ways > 1:
                    msg = f"{self.name}: a record for {topic} has neither key nor partition"
                    raise LogError(msg)
                partition = partition_of(key or b"", ways)
            elif not 0 <= partition < ways:
                self.check_place(topic, partition)
            # Kafka knows no record of nothing at all.
            empty = key is None and value is None
            found.append((there, b"" if empty else key, value, partition))
        return found
