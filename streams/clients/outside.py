"""A log seen from its other end: who sends tasks and labels, and reads what comes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.events import Ask, DeadLetter, Decision, Reward, Tick, Verdict
from streams.clients.feeding import tick_records
from streams.log.codec import encode
from streams.log.log import NewRecord, read_to_end
from streams.log.topics import (
    ASKS,
    DEADLETTERS,
    DECISIONS,
    LABELS,
    REWARDS,
    TOPIC_OF,
    VERDICTS,
    key_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.events import Input
    from streams.log.log import Log

Told = Ask | Decision | Reward | Verdict | DeadLetter
BATCH = 1000


class Outside:
    """Writes inputs into a log and reads what comes of them, each output once."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._decode = msgspec.json.Decoder(Told).decode
        self._partitions = log.partitions(LABELS)
        self._readers = [
            log.follow(topic, partition)
            for topic in (ASKS, VERDICTS, DECISIONS, REWARDS, DEADLETTERS)
            for partition in range(log.partitions(topic))
        ]

    def write(self, events: Sequence[Input]) -> None:
        """Append inputs, in this order within a topic; a tick goes to every partition."""
        records = []
        for event in events:
            data = encode(event)
            if isinstance(event, Tick):
                records += tick_records(data, self._partitions)
            else:
                records.append(NewRecord(TOPIC_OF[type(event)], key_of(event), data))
        self._log.write(records)

    def read(self) -> list[Told]:
        """Return asks, verdicts, decisions, rewards and dead letters since the last call."""
        outputs: list[Told] = []
        for reader in self._readers:
            for records in read_to_end(reader, BATCH):
                outputs += [self._decode(record.value) for record in records if record.value]
        return outputs

    def close(self) -> None:
        """Stop reading."""
        for reader in self._readers:
            reader.close()
