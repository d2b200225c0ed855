"""Last response of a consumer's brokers, and its lag: read from kafka-python without a request.

Rule: nothing here sends a request, waits or raises, so health and metrics can use it while a broker
is silent. `KafkaConsumer.position` sends a request and waits. The version is pinned, and
`tests/streams/kafka_log/test_last_response.py` would notice a change.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kafka import KafkaConsumer, TopicPartition


class LastResponse:
    """The time at which the brokers of a consumer last answered; safe to read from any thread.

    While a consumer polls, it fetches every 100 ms; a member of a group also sends heartbeats,
    whatever its loop does.
    """

    def __init__(self, consumer: KafkaConsumer) -> None:
        self._consumer = consumer
        self._heard_at = time.monotonic()  # a broker answered when it was made

    def heard_at(self) -> float:
        """Return the time on the monotonic clock.

        Connections that are still being set up don't count: the machine of a stopped broker accepts
        them.
        """
        for connection in list(self._consumer._manager._conns.values()):
            transport = connection.transport  # first: it is None once the connection is closed
            if connection.connected and transport is not None:
                self._heard_at = max(self._heard_at, transport.last_read)
        return self._heard_at


def lag(consumer: KafkaConsumer, partition: TopicPartition) -> int | None:
    """Consumer lag in offsets, as of the last fetch; `None` before the first."""
    state = consumer._subscription.assignment.get(partition)
    position, end = (None, None) if state is None else (state.position, state.highwater)
    return None if position is None or end is None else max(0, int(end) - int(position.offset))
