"""The topics on a cluster: what each should be, and making those that aren't there."""

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
    "segment.ms": str(60 * 60 * 1000),  # a segment that is written to isn't compacted
    "min.cleanable.dirty.ratio": "0.2",  # restoring reads what is dirty, too
    "delete.retention.ms": str(24 * 60 * 60 * 1000),
}

LOG_APPEND_TIME = "LogAppendTime"
"""The broker's clock, not the sender's."""


class TopicSpec(NamedTuple):
    """What a topic should be."""

    name: str
    partitions: int
    configs: dict[str, str]


def topic_specs(partitions: int) -> list[TopicSpec]:
    """Return what every topic should be when tasks are split `partitions` ways.

    Examples
    --------
    >>> [(one.name, one.partitions) for one in topic_specs(6)][:3]
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
    """Make the topics that aren't there; our names for them.

    Parameters
    ----------
    log
        Where.
    partitions
        How many ways tasks are split.
    replication
        How many brokers have each record; as the cluster has it by default, if not given.

    Raises
    ------
    LogError
        If the cluster refuses.
    """
    there = set(log.admin.list_topics())
    missing = [one for one in topic_specs(partitions) if log.names.on_broker(one.name) not in there]
    if not missing:
        return []
    new = {
        log.names.on_broker(one.name): {
            "num_partitions": one.partitions,
            "replication_factor": replication or -1,
            "configs": one.configs,
        }
        for one in missing
    }
    try:
        log.admin.create_topics(new, wait_for_metadata=True)
    except kafka_errors.KafkaError as error:
        msg = f"{log.names.name}: topics were not made: {type(error).__name__}: {error}"
        raise LogError(msg) from error
    return [one.name for one in missing]
