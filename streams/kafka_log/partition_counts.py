"""How many ways tasks are split on Kafka, and noticing that somebody has changed it.

A task's partition is its key's hash among so many partitions: with another number, labels would be
sent where their tasks are not. So the number is committed with every position, and compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.errors import LogError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kafka import KafkaConsumer

    from streams.kafka_log.topic_names import TopicNames

NOTE = "partitions="


class PartitionCounts:
    """The number of partitions that `topics` had at the start."""

    def __init__(self, names: TopicNames, topics: Sequence[str]) -> None:
        self._names = names
        self._counts = {topic: names.partitions(topic) for topic in topics}
        self._first = topics[0]

    @property
    def note(self) -> str:
        """What is committed with each position."""
        return f"{NOTE}{self._counts[self._first]}"

    def check(self, consumer: KafkaConsumer, timeout_ms: int) -> None:
        """Compare the topics with each other, and with what the group last committed.

        Raises
        ------
        LogError
            If they differ.
        """
        self._names.look(now=True)
        if len(set(self._counts.values())) > 1:
            said = ", ".join(f"{topic} has {n}" for topic, n in self._counts.items())
            msg = f"{self._names.name}: topics by task must be split alike, but {said} partitions"
            raise LogError(msg)
        now = self._counts[self._first]
        for partition in range(now):
            place = self._names.place(self._first, partition)
            found = consumer.committed(place, metadata=True, timeout_ms=timeout_ms)
            if found is not None and found.metadata.startswith(NOTE):
                before = int(found.metadata.removeprefix(NOTE))
                if before != now:
                    raise self._split_anew(self._first, before, now)
                return

    def check_counts(self) -> None:
        """Compare with what the cluster has now; it is asked every few seconds.

        Raises
        ------
        LogError
            If a topic has other partitions than at the start, or was deleted.
        """
        self._names.look()
        for topic, before in self._counts.items():
            now = self._names.partitions_now(topic)
            if now != before:
                raise self._split_anew(topic, before, now)

    def _split_anew(self, topic: str, before: int, now: int) -> LogError:
        msg = (
            f"{self._names.name}: {topic} had {before} partitions and has {now} now, so"
            " labels would not find their tasks; what to do: poolwise doctor"
        )
        return LogError(msg)
