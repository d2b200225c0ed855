"""How many bytes a broker keeps of each topic, as it says itself."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from streams.log.topics import TOPICS

if TYPE_CHECKING:
    from streams.kafka_log.log import KafkaLog


def bytes_by_topic(log: KafkaLog) -> dict[str, int]:
    """Return the bytes of each topic of `log`, all partitions and copies together."""
    wanted = {log.names.on_broker(topic): topic for topic in TOPICS}
    sizes: dict[str, int] = defaultdict(int)
    for broker in log.admin.describe_log_dirs():
        for folder in broker["log_dirs"]:
            for topic in folder["topics"]:
                if topic["name"] in wanted:
                    sizes[wanted[topic["name"]]] += sum(
                        partition["partition_size"] for partition in topic["partitions"]
                    )
    return dict(sizes)
