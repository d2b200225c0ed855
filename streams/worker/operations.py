"""Pools and controls: read from the start before the first decision, then followed.

Every worker reads all of them. The one that holds partition 0 also writes the dead letters of
records that can't be used, and the positions after them, so that each is written once.
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
"""The worker that holds this partition writes the outputs of pools and controls for all workers."""

CATCH_UP_S = 0.5
"""Longest wait, before a batch with tasks, for earlier pools and controls: usually some 5 ms."""


class Operations:
    """Reads pools and controls into the core.

    Parameters
    ----------
    log, member, core, intake, batches
        The worker's.
    batch_records
        How many are read at a time.
    """

    def __init__(
        self,
        log: Log,
        member: GroupMember,
        core: Core,
        intake: Intake,
        batches: Batches,
        batch_records: int,
    ) -> None:
        self._log = log
        self._member = member
        self._core = core
        self._intake = intake
        self._batches = batches
        self._batch_records = batch_records
        self._writes = False
        self._behind = True
        self._readers: dict[str, Follower] = {}
        self.begin_again()

    def begin_again(self) -> None:
        """Read all of them again before the next decision."""
        for topic in OPERATIONS:
            if topic in self._readers:
                self._readers[topic].close()
            self._readers[topic] = self._log.follow(topic)
            self._member.keep_alive()
        self._behind = True

    def follow(self, *, writes: bool) -> None:
        """Process what is new; with `writes`, this worker also writes the outputs."""
        if writes and not self._writes:
            self.begin_again()
        self._writes = writes
        for reader in self._readers.values():
            if self._behind:
                for records in read_to_end(reader, self._batch_records, self._member.keep_alive):
                    self._process(records)
            while records := reader.poll(self._batch_records, 0.0):
                self._process(records)
        self._behind = False

    def catch_up(self, *, writes: bool) -> None:
        """Process what was written before the tasks that were just polled.

        What can't be read in `CATCH_UP_S`, as behind an open transaction, is read a turn later.
        """
        self.follow(writes=writes)
        until = time.monotonic() + CATCH_UP_S
        for reader in self._readers.values():
            for records in self._read_until(reader, until):
                self._process(records)

    def at_end(self, *, writes: bool) -> bool:
        """Whether everything was read, and its outputs written if this worker `writes`."""
        return writes == self._writes and all(reader.at_end() for reader in self._readers.values())

    def _read_until(self, reader: Follower, until: float) -> Iterator[list[Record]]:
        """Yield what there is to read, until a time, or until the log stops answering."""
        with suppress(CommitUnknown):
            end = reader.end()
            while reader.position < end and (left_s := until - time.monotonic()) > 0.0:
                if records := reader.poll(self._batch_records, left_s):
                    yield records

    def _process(self, records: Sequence[Record]) -> None:
        """Process records of one topic; those whose outputs this worker writes, in one batch."""
        first = self._written_up_to(records[0].topic) if self._writes else math.inf
        new = [record for record in records if record.offset >= first]
        for record in records[: len(records) - len(new)]:
            self._repeat(record)
        if new:
            self._batches.handle(new)

    def _written_up_to(self, topic: str) -> int:
        """Position in a topic up to which outputs are written."""
        return self._core.positions(WRITES_FOR_ALL).get(topic, 0)

    def _repeat(self, record: Record) -> None:
        """Process a record whose outputs are written already, or by another worker."""
        try:
            self._intake.outputs(record)
        except Exception:  # noqa: BLE001, its dead letter is written when it is first seen
            self._core.drop()
        else:
            self._core.keep()
