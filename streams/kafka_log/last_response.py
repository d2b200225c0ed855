"""What a consumer has heard of its brokers: read where kafka-python keeps it, without asking.

Rule: nothing here sends a request, waits or raises, so health and metrics may be told of it while
a broker is silent. `KafkaConsumer.position` waits, and asks. The version is pinned, and
`tests/streams/kafka_log/test_last_response.py` would notice a change.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kafka import KafkaConsumer, TopicPartition


class LastResponse:
    """When the brokers of a consumer last answered; any thread may ask.

    While a consumer polls, it fetches every 100 ms; a member of a group also gets heartbeats
    answered, whatever its loop does.
    """

    def __init__(self, consumer: KafkaConsumer) -> None:
        self._consumer = consumer
        self._heard_at = time.monotonic()  # it was made by asking a broker

    def heard_at(self) -> float:
        """Return the time on the monotonic clock.

        Of connections that are only being made, nothing counts: a stopped broker's machine takes
        them.
        """
        for connection in list(self._consumer._manager._conns.values()):
            transport = connection.transport  # first: it goes when the connection does
            if connection.connected and transport is not None:
                self._heard_at = max(self._heard_at, transport.last_read)
        return self._heard_at


def lag(consumer: KafkaConsumer, place: TopicPartition) -> int | None:
    """How many offsets stand unread, as the last fetch said; `None` while none has."""
    state = consumer._subscription.assignment.get(place)
    position, end = (None, None) if state is None else (state.position, state.highwater)
    return None if position is None or end is None else max(0, int(end) - int(position.offset))
