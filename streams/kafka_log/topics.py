"""Topic specifications on a cluster, and creation of the topics that are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kafka import errors as kafka_errors

from bandit.errors import LogError
from streams.log.retention import KEEP
from streams.log.topics import TOPICS

if TYPE_CHECKING:
    from streams.kafka_log.log import KafkaLog
    from streams.log.topics import Topic

COMPACTED = {
    "cleanup.policy": "compact",
    "segment.ms": str(60 * 60 * 1000),  # the active segment isn't compacted
    "min.cleanable.dirty.ratio": "0.2",  # restoring also reads what is not compacted yet
    "delete.retention.ms": str(24 * 60 * 60 * 1000),
}

LOG_APPEND_TIME = "LogAppendTime"
"""Timestamps are of the broker's clock, not the producer's."""


class TopicSpec(NamedTuple):
    """Name, number of partitions and settings of a topic."""

    name: str
    partitions: int
    configs: dict[str, str]


def topic_specs(partitions: int) -> list[TopicSpec]:
    """Return the specification of every topic, with `partitions` partitions for those by task.

    Examples
    --------
    >>> [(spec.name, spec.partitions) for spec in topic_specs(6)][:3]
    [('pools', 1), ('controls', 1), ('tasks', 6)]
    """
    return [
        TopicSpec(
            topic.name,
            partitions if topic.split else 1,
            _configs(topic),
        )
        for topic in TOPICS.values()
    ]


def _configs(topic: Topic) -> dict[str, str]:
    """Return the settings of a topic."""
    if topic.compacted:
        return COMPACTED
    kept = {"cleanup.policy": "delete", "retention.ms": str(int(KEEP[topic.name].seconds * 1000))}
    return kept | {"message.timestamp.type": LOG_APPEND_TIME} if topic.stamped else kept


def create_topics(log: KafkaLog, partitions: int, replication: int | None = None) -> list[str]:
    """Create the topics that are missing; return our names of them.

    Parameters
    ----------
    log
        The log of the cluster.
    partitions
        Number of partitions of the topics by task.
    replication
        Replication factor; the cluster's default if `None`.

    Raises
    ------
    LogError
        If the cluster refuses.
    """
    existing = set(log.admin.list_topics())
    specs = topic_specs(partitions)
    missing = [spec for spec in specs if log.names.on_broker(spec.name) not in existing]
    if not missing:
        return []
    new = {
        log.names.on_broker(spec.name): {
            "num_partitions": spec.partitions,
            "replication_factor": replication or -1,
            "configs": spec.configs,
        }
        for spec in missing
    }
    try:
        log.admin.create_topics(new, wait_for_metadata=True)
    except kafka_errors.KafkaError as error:
        msg = f"{log.names.name}: creating topics failed: {type(error).__name__}: {error}"
        raise LogError(msg) from error
    return [spec.name for spec in missing]
