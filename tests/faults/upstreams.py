"""Upstreams that misbehave: logs that the labelers write to, which write something else."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any
from zlib import crc32

from msgspec.structs import replace

from streams.log.topics import partition_of
from tests.faults.story import SEED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.log.log import Log, NewRecord


class Upstream(ABC):
    """A log whose records go through `sent` before they are written."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def write(self, records: Sequence[NewRecord]) -> None:
        self._log.write(self.sent(records))

    @abstractmethod
    def sent(self, records: Sequence[NewRecord]) -> list[NewRecord]:
        """Return what is written when `records` were to be."""


class Twice(Upstream):
    """Sends everything again: at once, and once more `later` writes later."""

    def __init__(self, log: Log, later: int = 15) -> None:
        super().__init__(log)
        self._held: list[Sequence[NewRecord]] = [()] * later
        self.again = 0

    def sent(self, records: Sequence[NewRecord]) -> list[NewRecord]:
        lasting = [record for record in records if record.key is not None]  # no ticks
        self._held.append(lasting)
        again = [*records, *self._held.pop(0)]
        self.again += len(again)
        return [*records, *again]


class Shuffled(Upstream):
    """Holds answers back, each for up to `most` writes, so that they come late and in any order."""

    def __init__(self, log: Log, most: int = 30) -> None:
        super().__init__(log)
        self._random = random.Random(SEED)
        self._held: list[list[NewRecord]] = [[] for _ in range(most)]

    def sent(self, records: Sequence[NewRecord]) -> list[NewRecord]:
        now = self._held.pop(0)
        self._held.append([])
        for record in records:
            if record.topic == "labels" and record.key is not None:
                self._random.choice(self._held).append(record)
            else:
                now.append(record)
        self._random.shuffle(now)
        return now


class Misplaced(Upstream):
    """Chooses partitions as another client does: by the CRC of the key."""

    def __init__(self, log: Log) -> None:
        super().__init__(log)
        self.misplaced = 0

    def sent(self, records: Sequence[NewRecord]) -> list[NewRecord]:
        return [
            record if record.key is None else self._placed(record, record.key) for record in records
        ]

    def _placed(self, record: NewRecord, key: bytes) -> NewRecord:
        partitions = self._log.partitions(record.topic)
        placed = replace(record, partition=crc32(key) % partitions)
        event = b'"Lable"' not in (record.value or b"")  # what is none has no partition of its own
        self.misplaced += event and placed.partition != partition_of(key, partitions)
        return placed


class WithoutTicks(Upstream):
    """Leaves the time to the worker."""

    def sent(self, records: Sequence[NewRecord]) -> list[NewRecord]:
        return [record for record in records if record.key is not None]
