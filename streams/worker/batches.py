"""A batch of records: received and committed in one transaction, or split until it can be.

1. Receive: the core takes in the records. What they change lies over the desks, not final yet.
2. Collect: the outputs, the changed desk records, and the position behind the last record of each
   partition, which the desks note too.
3. Commit: all of that in one transaction. Apart, a crash in between would lose outputs, or handle
   records twice.
4. Keep: once the commit is known to have succeeded, the changes are made final and counted.

A failure before 4 undoes step 1 (`drop`), and then depends on where it happened:

- in 1 or 2, the core raises: the batch is halved until the record that raises is alone; that one is
  set aside, and committed as a dead letter with the next good batch (a bug of ours must not turn a
  whole stream into dead letters: after `max_unexpected` in a row the worker stops);
- in 3, a record is too large for the log: halved likewise, and the one becomes a dead letter;
- in 3, the outcome is unknown (`CommitUnknown`): nothing is undone until `settle` has read the
  committed positions, and does step 4 or the undoing.

Rule: nothing is dropped without a trace. What can't be used becomes a dead letter, in the same
transaction as the positions behind it.
"""

from __future__ import annotations

import time
from collections import Counter
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING

from bandit.errors import PoolwiseError, RecordTooLarge
from streams.log.deadletters import (
    addressed,
    lost,
    rule_of,
    too_large,
    unexpected,
    without_original,
)
from streams.log.log import NewRecord, Place, positions_after
from streams.log.topics import DEADLETTERS, DESK, LABELS, SHARED
from streams.process import timings

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence

    from bandit.events import DeadLetter
    from streams.core import Core
    from streams.log.log import LostRecords, Record
    from streams.worker.commits import Commits
    from streams.worker.intake import Intake

_topic = attrgetter("topic")

MAX_BATCH_BYTES = 8 * 1024 * 1024
"""A batch ends with the record at which its inputs and outputs reach this size: so a transaction
stays far below what memory and `log.commit_timeout_s` allow, however much was polled."""


class Batches:
    """Takes records through the core into the log.

    Parameters
    ----------
    commits
        Writes the transactions.
    core, intake
        The engine, and what decodes records for it.
    max_unexpected
        Records in a row that may raise an unexpected exception.
    failpoint
        Called with the name of each step before and after it.
    observe
        Called with the seconds and the records of each batch.
    """

    def __init__(
        self,
        commits: Commits,
        core: Core,
        intake: Intake,
        max_unexpected: int,
        failpoint: Callable[[str], None],
        observe: timings.Observe,
    ) -> None:
        self.handled = 0  # records taken in and committed, ticks too
        self.written: Counter[str] = Counter()  # records committed, by topic
        self.dead_letters: Counter[str] = Counter()  # committed, by rule
        self._commits = commits
        self._core = core
        self._intake = intake
        self._max_unexpected = max_unexpected
        self._failpoint = failpoint
        self._observe = observe
        self._aside: list[tuple[Record, DeadLetter]] = []  # poison, not committed yet
        self._in_a_row = 0

    @property
    def waiting(self) -> bool:
        """Whether records are set aside that are not committed yet."""
        return bool(self._aside)

    def handle(self, records: Sequence[Record]) -> None:
        """Receive and commit records, in as many transactions as it takes.

        Raises
        ------
        CommitUnknown
            If the commit was refused, or its outcome isn't known.
        PoolwiseError
            If more than `max_unexpected` records in a row raised; none of them was committed.
        """
        if not records and self._aside:
            positions = self._passing([])
            self._commit([], self._changes(positions), positions)
        while records:
            records = records[self._handle(records) :]

    def _handle(self, records: Sequence[Record]) -> int:
        """Handle as many records as go into one transaction; return how many that were."""
        started = time.perf_counter()
        self._failpoint("before receive")
        try:
            outputs, count, positions = self._received(records)  # 1 and 2
        except Exception as error:  # noqa: BLE001, one record must not stop the others
            self._core.drop()
            if not self._halve(records):
                self._set_aside(records[0], unexpected(error), error)
            return len(records)
        self._failpoint("after receive")
        records = records[:count]
        try:
            self._commit(records, outputs, positions)  # 3 and 4
        except RecordTooLarge as error:
            self._core.drop()
            if not self._halve(records):
                letter = addressed(too_large(error), records[0], self._intake.now)
                self._commit(records, [letter, *self._changes(positions)], positions)
                self._in_a_row = 0  # the engine has done what it should
            return count
        self._in_a_row = 0
        self._observe(timings.BATCH_S, time.perf_counter() - started)
        self._observe(timings.BATCH_RECORDS, count)
        return count

    def report(self, losses: Sequence[LostRecords]) -> None:
        """Write dead letters for records that were deleted unread, and read on behind them."""
        for loss in losses:
            positions = self._passing([]) | {loss.place: loss.end}
            changes = self._changes(positions)
            self._commit([], [lost(loss, self._intake.now), *changes], positions)

    def release(self, held: Container[Place]) -> None:
        """Forget records set aside of partitions not `held` any more: their new owner reads them.

        The owner of partition 0 of the labels also writes what follows from pools and controls.
        """
        self._aside = [
            (record, letter)
            for record, letter in self._aside
            if Place(record.topic if record.topic in SHARED else LABELS, record.partition) in held
        ]

    def settle(self) -> bool:
        """Do step 4 or undo step 1 after a commit of unknown outcome; `False` if it stays unknown.

        Raises
        ------
        CommitUnknown
            If the log can't be read now.
        """
        return self._commits.settle(self.forget)

    def forget(self) -> None:
        """Undo what isn't committed."""
        self._core.drop()
        self._aside, self._in_a_row = [], 0  # they will be read again

    def _received(self, records: Sequence[Record]) -> tuple[list[NewRecord], int, dict[Place, int]]:
        """Return all that one transaction writes, how many records it covers, and its positions."""
        outputs: list[NewRecord] = []
        count = size = 0
        while count < len(records) and size < MAX_BATCH_BYTES:
            new = self._intake.outputs(records[count])  # 1
            outputs += new
            size += len(records[count].value or b"")
            for output in new:
                size += len(output.value or b"")
            count += 1
        positions = self._passing(records[:count])
        return outputs + self._changes(positions), count, positions  # 2

    def _passing(self, records: Sequence[Record]) -> dict[Place, int]:
        """Return the positions after `records` and those set aside."""
        return positions_after([*(record for record, _ in self._aside), *records])

    def _changes(self, positions: Mapping[Place, int]) -> list[NewRecord]:
        """Return the changed desk records, with `positions` in them: the group may lose its own."""
        for place, position in positions.items():
            self._core.note_positions(place.partition, {place.topic: position})
        changes = self._core.changes()
        return [NewRecord(DESK, key, value, part) for part, key, value in changes]

    def _halve(self, records: Sequence[Record]) -> bool:
        """Handle each half by itself; `False` if there is only one record."""
        half = len(records) // 2
        if half:
            self.handle(records[:half])
            self.handle(records[half:])
        return half > 0

    def _set_aside(self, record: Record, letter: DeadLetter, error: Exception) -> None:
        """Keep a record that raised, to be committed as a dead letter with the next good batch."""
        self._aside.append((record, letter))
        self._in_a_row += 1
        if self._in_a_row > self._max_unexpected:
            msg = (
                f"{self._in_a_row} records in a row raised unexpected exceptions; the last,"
                f" {record.topic}/{record.partition} at offset {record.offset}:"
                f" {letter.message}; none of them was committed"
            )
            raise PoolwiseError(msg) from error

    def _commit(
        self,
        records: Sequence[Record],
        outputs: Sequence[NewRecord],
        positions: Mapping[Place, int],
    ) -> None:
        """Commit the outputs and the positions, with letters for the records set aside."""
        letters = [addressed(letter, record, self._intake.now) for record, letter in self._aside]
        handled = len(self._aside) + len(records)
        new = [*letters, *outputs]
        try:
            self._write(new, positions, handled)
        except RecordTooLarge:  # of one record alone, perhaps because of what its letter quotes
            short = [without_original(output) for output in new]
            if len(records) > 1 or short == new:
                raise
            self._write(short, positions, handled)

    def _write(
        self, new: Sequence[NewRecord], positions: Mapping[Place, int], handled: int
    ) -> None:
        started = time.perf_counter()
        self._failpoint("before commit")
        self._commits.commit(new, positions, partial(self._keep, new, handled))  # 3, then 4
        self._observe(timings.COMMIT_S, time.perf_counter() - started)

    def _keep(self, new: Sequence[NewRecord], handled: int) -> None:
        """4: make final what was committed, and count it."""
        self._failpoint("after commit")
        self._aside = []
        self._failpoint("before keep")
        self._core.keep()
        self.handled += handled
        written = Counter(map(_topic, new))
        self.written.update(written)
        if written[DEADLETTERS]:
            letters = [output for output in new if output.topic == DEADLETTERS]
            self.dead_letters.update(map(rule_of, letters))
        self._failpoint("after keep")
