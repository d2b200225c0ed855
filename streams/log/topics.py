"""Topics: their names, keys and partitioning, and the partition of a key.

A topic with one partition has one order for all readers. The others are partitioned by task id, all
with the same number of partitions, so that one worker holds partition 3 of all of them.
"""

from __future__ import annotations

from typing import NamedTuple

from bandit.errors import LogError, nearest
from bandit.events import (
    Ask,
    Control,
    Decision,
    Decline,
    Gold,
    Label,
    Pool,
    Prediction,
    Reward,
    Task,
    Tick,
    Verdict,
)


class Topic(NamedTuple):
    """A topic; `split` by task id or not, `compacted` (only the newest record of a key) or not.

    In a `stamped` topic, records have the log append time: ticks are compared with it.
    """

    name: str
    split: bool
    compacted: bool
    key: str
    stamped: bool = False


POOLS = "pools"
CONTROLS = "controls"
TASKS = "tasks"
LABELS = "labels"
ASKS = "asks"
DECISIONS = "decisions"
REWARDS = "rewards"
VERDICTS = "verdicts"
DEADLETTERS = "deadletters"
DESK = "desk"
MODELS = "models"

TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (
        Topic(POOLS, split=False, compacted=True, key="pool"),
        Topic(CONTROLS, split=False, compacted=True, key="project/NAME, or learning"),
        Topic(TASKS, split=True, compacted=False, key="task"),
        Topic(LABELS, split=True, compacted=False, key="task; none for ticks", stamped=True),
        Topic(ASKS, split=True, compacted=False, key="task"),
        Topic(DECISIONS, split=True, compacted=False, key="task"),
        Topic(REWARDS, split=False, compacted=False, key="task"),
        Topic(VERDICTS, split=True, compacted=False, key="task"),
        Topic(DEADLETTERS, split=True, compacted=False, key="the record's own"),
        Topic(DESK, split=True, compacted=True, key="the desk's own"),
        Topic(MODELS, split=False, compacted=True, key="slot, or slot and chunk"),
    )
}
"""All topics by name."""

SHARED = (TASKS, LABELS)
"""Topics that a worker reads as a member of its group."""

OPERATIONS = (POOLS, CONTROLS)
"""Topics of operations, which every worker reads."""

TOPIC_OF: dict[type, str] = {
    Pool: POOLS,
    Control: CONTROLS,
    Task: TASKS,
    Prediction: TASKS,
    Label: LABELS,
    Decline: LABELS,
    Gold: LABELS,
    Tick: LABELS,
    Ask: ASKS,
    Decision: DECISIONS,
    Reward: REWARDS,
    Verdict: VERDICTS,
}
"""Topic of each type of event, except dead letters."""


def key_of(event: Pool | Control | Task | Label | Decline | Gold | Prediction) -> bytes:
    """Return the key of an input's record; ticks have none, and go to every partition.

    Examples
    --------
    >>> key_of(Control(at=0.0, project="cats", paused=True))
    b'project/cats'
    """
    match event:
        case Pool():
            return event.pool.encode()
        case Control():
            return b"learning" if event.project is None else b"project/" + event.project.encode()
        case _:
            return event.task.encode()


def topic_named(name: str) -> Topic:
    """Return the topic `name`.

    Raises
    ------
    LogError
        If there is no such topic; the message names the nearest.

    Examples
    --------
    >>> topic_named("rewards").split
    False
    """
    topic = TOPICS.get(name)
    if topic is None:
        msg = f"there is no topic {name!r}{nearest(name, TOPICS)}"
        raise LogError(msg)
    return topic


def murmur2(data: bytes) -> int:
    """MurmurHash2 as in Kafka's clients: 32 bits, unsigned, seed 0x9747b28c.

    All producers of a topic, in any language, must agree on a key's partition. kafka-python's own
    `murmur2` returns the same, but takes 1.9 s for a million keys where this takes 1.4 s (its
    DefaultPartitioner 3.0 s), and importing it adds 0.4 s to the start of a log in a file.

    References
    ----------
    Apache Kafka, `org.apache.kafka.common.utils.Utils.murmur2`.

    Examples
    --------
    >>> murmur2(b"21") == 2**32 - 973932308
    True
    """
    multiplier, mask = 0x5BD1E995, 0xFFFFFFFF
    length = len(data)
    whole = length & ~3
    hashed = 0x9747B28C ^ length
    for i in range(0, whole, 4):
        word = int.from_bytes(data[i : i + 4], "little") * multiplier & mask
        hashed = (hashed * multiplier & mask) ^ ((word ^ word >> 24) * multiplier & mask)
    if length > whole:
        hashed = (hashed ^ int.from_bytes(data[whole:], "little")) * multiplier & mask
    hashed = (hashed ^ hashed >> 13) * multiplier & mask
    return hashed ^ hashed >> 15


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition of `key` among `partitions`, as the default partitioner in Java does.

    Examples
    --------
    >>> partition_of(b"t17", 1), 0 <= partition_of(b"t17", 8) < 8
    (0, True)
    """
    return (murmur2(key) & 0x7FFFFFFF) % partitions if partitions > 1 else 0
