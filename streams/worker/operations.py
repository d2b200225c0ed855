"""What operations say: pools and controls, read whole before the first decision, then followed.

Every worker reads all of it. The one that holds partition 0 of the tasks also writes the dead
letters of what can't be used, and the positions that pass over it, so each is written once.
"""

from __future__ import annotations

import math
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from bandit.errors import CommitUnknown
from streams.log.log import read_to_end
from streams.log.topics import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from streams.core import Core
    from streams.log.log import Follower, GroupMember, Log, Record
    from streams.worker.batches import Batches
    from streams.worker.intake import Intake

WRITES_FOR_ALL = 0
"""Who holds this partition writes what comes of pools and controls, which every worker reads."""

CATCH_UP_S = 0.5
"""Longest wait, before a batch with tasks, for what was ordered before them: usually some 5 ms."""


class Operations:
    """Reads pools and controls into the core.

    Parameters
    ----------
    log, shared, core, intake, batches
        The worker's.
    batch_records
        How many are read at a time.
    """

    def __init__(
        self,
        log: Log,
        shared: GroupMember,
        core: Core,
        intake: Intake,
        batches: Batches,
        batch_records: int,
    ) -> None:
        self._log = log
        self._shared = shared
        self._core = core
        self._intake = intake
        self._batches = batches
        self._batch_records = batch_records
        self._writes = False
        self._behind = True
        self._readers: dict[str, Follower] = {}
        self.begin_again()

    def begin_again(self) -> None:
        """Read all of it anew before the next decision."""
        for topic in OPERATIONS:
            if topic in self._readers:
                self._readers[topic].close()
            self._readers[topic] = self._log.follow(topic)
            self._shared.keep_alive()
        self._behind = True

    def follow(self, *, writes: bool) -> None:
        """Take in what is new; `writes` says whether this worker also writes what comes of it."""
        if writes and not self._writes:
            self.begin_again()
        self._writes = writes
        for reader in self._readers.values():
            if self._behind:
                for records in read_to_end(reader, self._batch_records, self._shared.keep_alive):
                    self._take_in(records)
            while records := reader.poll(self._batch_records, 0.0):
                self._take_in(records)
        self._behind = False

    def catch_up(self, *, writes: bool) -> None:
        """Take in what was written before the tasks that were just polled.

        What can't be read in `CATCH_UP_S`, because of an open transaction say, comes a turn later.
        """
        self.follow(writes=writes)
        until = time.monotonic() + CATCH_UP_S
        for reader in self._readers.values():
            for records in self._read_until(reader, until):
                self._take_in(records)

    def at_end(self, *, writes: bool) -> bool:
        """Whether everything committed was read, and written about if this worker `writes`."""
        return writes == self._writes and all(one.at_end() for one in self._readers.values())

    def _read_until(self, reader: Follower, until: float) -> Iterator[list[Record]]:
        """Yield what there is to be read, until a time; nothing more from a silent log."""
        with suppress(CommitUnknown):
            end = reader.end()
            while reader.position < end and (left_s := until - time.monotonic()) > 0.0:
                if records := reader.poll(self._batch_records, left_s):
                    yield records

    def _take_in(self, records: Sequence[Record]) -> None:
        """Take in records of one topic; what is new and ours to write about, in one batch."""
        first = self._written_up_to(records[0].topic) if self._writes else math.inf
        new = [record for record in records if record.offset >= first]
        for record in records[: len(records) - len(new)]:
            self._repeat(record)
        if new:
            self._batches.handle(new)

    def _written_up_to(self, topic: str) -> int:
        """Where a topic is new: what came of it before is written."""
        return self._core.positions(WRITES_FOR_ALL).get(topic, 0)

    def _repeat(self, record: Record) -> None:
        """Take in what was seen before, or is another worker's to write about."""
        try:
            self._intake.outputs(record)
        except Exception:  # noqa: BLE001, its dead letter is written when it is first seen
            self._core.drop()
        else:
            self._core.keep()
