"""Check that the number of partitions of the topics by task has not changed.

A task's partition is the hash of its key modulo that number: with another number, labels go to
partitions where their tasks are not. So the number is committed with every offset, and compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.errors import LogError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kafka import KafkaConsumer

    from streams.kafka_log.topic_names import TopicNames

NOTE = "partitions="
"""Beginning of the metadata that is committed with an offset."""


class PartitionCounts:
    """The number of partitions of each of `topics` at the start."""

    def __init__(self, names: TopicNames, topics: Sequence[str]) -> None:
        self._names = names
        self._counts = {topic: names.partitions(topic) for topic in topics}
        self._first = topics[0]

    @property
    def note(self) -> str:
        """Metadata that is committed with each offset."""
        return f"{NOTE}{self._counts[self._first]}"

    def check(self, consumer: KafkaConsumer, timeout_ms: int) -> None:
        """Compare the topics with each other, and with the number that the group last committed.

        Raises
        ------
        LogError
            If they differ.
        """
        self._names.check_topics(now=True)
        if len(set(self._counts.values())) > 1:
            counts = ", ".join(f"{topic} has {n}" for topic, n in self._counts.items())
            msg = (
                f"{self._names.name}: {' and '.join(self._counts)} must have the same number of"
                f" partitions, but {counts}; what to do: poolwise doctor {self._names.name}"
            )
            raise LogError(msg)
        now = self._counts[self._first]
        for partition in range(now):
            place = self._names.place(self._first, partition)
            committed = consumer.committed(place, metadata=True, timeout_ms=timeout_ms)
            if committed is not None and committed.metadata.startswith(NOTE):
                before = int(committed.metadata.removeprefix(NOTE))
                if before != now:
                    raise self._changed(self._first, before, now)
                return

    def check_counts(self) -> None:
        """Compare with the numbers on the cluster, which are read every few seconds.

        Raises
        ------
        LogError
            If a topic has another number of partitions than at the start, or was deleted.
        """
        self._names.check_topics()
        for topic, before in self._counts.items():
            now = self._names.partitions_now(topic)
            if now != before:
                raise self._changed(topic, before, now)

    def _changed(self, topic: str, before: int, now: int) -> LogError:
        msg = (
            f"{self._names.name}: topic {topic} had {before} partitions and has {now} now, so"
            " labels would be sent to other partitions than their tasks; what to do:"
            f" poolwise doctor {self._names.name}"
        )
        return LogError(msg)
