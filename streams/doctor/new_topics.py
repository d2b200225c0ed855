"""Options of the topics that doctor creates where they are missing."""

from __future__ import annotations

from typing import NamedTuple


class NewTopics(NamedTuple):
    """Number of partitions of topics keyed by task, and replicas of each record."""

    partitions: int
    replication: int | None
