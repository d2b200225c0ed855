"""One batch: received, committed and kept, or split until what spoils it is alone.

Rule 1: what a batch changes lies over the desk until its commit is known to have succeeded.
Rule 2: nothing is dropped without a trace: what can't be used is a dead letter, in the same
transaction as the positions that pass over it.
"""

from __future__ import annotations

import time
from collections import Counter
from functools import partial
from types import MappingProxyType
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
from streams.log.log import NewRecord, Place, behind
from streams.log.topics import DEADLETTERS, DESK, LABELS, SHARED
from streams.process import timings

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence

    from bandit.events import DeadLetter
    from streams.core import Core
    from streams.log.log import LostRecords, Record
    from streams.worker.commits import Commits
    from streams.worker.intake import Intake

MAX_BATCH_BYTES = 8 * 1024 * 1024
"""A batch ends with the record whose inputs and outputs reach so many: a transaction stays far
below what memory, and `log.commit_timeout_s`, allow, whatever is polled."""


class Batches:
    """Takes records through the core into the log.

    Parameters
    ----------
    commits
        Through which it writes.
    core, intake
        What the records go through.
    max_unexpected
        Records in a row that may raise what they should not.
    failpoint
        Called with the name of each step before and after it.
    observe
        Told what a batch took.
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
        """Whether something was set aside that isn't committed."""
        return bool(self._aside)

    def handle(self, records: Sequence[Record]) -> None:
        """Process and commit; what can't be done whole, each half by itself.

        Raises
        ------
        CommitUnknown
            If the commit was refused, or its outcome isn't known.
        PoolwiseError
            If too much poison came in a row; nothing of it was committed.
        """
        if not records and self._aside:
            self._commit([], self._changes(self._passing([])))
        while records:
            records = records[self._handle(records) :]

    def _handle(self, records: Sequence[Record]) -> int:
        """Process and commit as many as go into one transaction; how many that were."""
        started = time.perf_counter()
        self._failpoint("before receive")
        try:
            outputs, count = self._outputs(records)
        except Exception as error:  # noqa: BLE001, one record must not stop the others
            self._core.drop()
            if not self._halve(records):
                self._set_aside(records[0], unexpected(error), error)
            return len(records)
        self._failpoint("after receive")
        records = records[:count]
        try:
            self._commit(records, outputs)
        except RecordTooLarge as error:
            self._core.drop()
            if not self._halve(records):
                letter = addressed(too_large(error), records[0], self._intake.now)
                self._commit(records, [letter, *self._changes(self._passing(records))])
                self._in_a_row = 0  # the engine has done what it should
            return count
        self._in_a_row = 0
        self._observe(timings.BATCH_S, time.perf_counter() - started)
        self._observe(timings.BATCH_RECORDS, count)
        return count

    def report(self, losses: Sequence[LostRecords]) -> None:
        """Write down what was deleted before it was read, and pass over it."""
        for loss in losses:
            passed_over = {loss.place: loss.end}
            changes = self._changes(self._passing([]) | passed_over)
            self._commit([], [lost(loss, self._intake.now), *changes], passed_over)

    def release(self, held: Container[Place]) -> None:
        """Forget what was set aside of partitions that others may hold now: they read it again.

        Who holds partition 0 of the labels also writes what comes of pools and controls.
        """
        self._aside = [
            (record, letter)
            for record, letter in self._aside
            if Place(record.topic if record.topic in SHARED else LABELS, record.partition) in held
        ]

    def settle(self) -> bool:
        """Keep or undo what a commit of unknown outcome changed; whether that could be told.

        Raises
        ------
        CommitUnknown
            If the log can't be asked now.
        """
        return self._commits.settle(self.forget)

    def forget(self) -> None:
        """Undo what isn't committed."""
        self._core.drop()
        self._aside, self._in_a_row = [], 0  # they will come again

    def _outputs(self, records: Sequence[Record]) -> tuple[list[NewRecord], int]:
        """Return what comes of so many of the first records as one transaction may hold."""
        outputs: list[NewRecord] = []
        count = size = 0
        while count < len(records) and size < MAX_BATCH_BYTES:
            new = self._intake.outputs(records[count])
            outputs += new
            size += len(records[count].value or b"") + sum(len(one.value or b"") for one in new)
            count += 1
        return outputs + self._changes(self._passing(records[:count])), count

    def _passing(self, records: Sequence[Record]) -> dict[Place, int]:
        """Where to read on behind `records` and what was set aside."""
        return behind([*(record for record, _ in self._aside), *records])

    def _changes(self, positions: Mapping[Place, int]) -> list[NewRecord]:
        """What the desks write; they keep the positions too, in case the group loses them."""
        for place, position in positions.items():
            self._core.note_positions(place.partition, {place.topic: position})
        changes = self._core.changes()
        return [NewRecord(DESK, key, value, part) for part, key, value in changes]

    def _halve(self, records: Sequence[Record]) -> bool:
        """Handle each half by itself; whether there are halves."""
        half = len(records) // 2
        if half:
            self.handle(records[:half])
            self.handle(records[half:])
        return half > 0

    def _set_aside(self, record: Record, letter: DeadLetter, error: Exception) -> None:
        """Keep a poison record until one is good, so that a bug of ours can't drain the stream."""
        self._aside.append((record, letter))
        self._in_a_row += 1
        if self._in_a_row > self._max_unexpected:
            msg = (
                f"{self._in_a_row} records in a row raised what they should not; the last,"
                f" {record.topic}/{record.partition} at {record.offset}:"
                f" {letter.message}; nothing of them was committed"
            )
            raise PoolwiseError(msg) from error

    def _commit(
        self,
        records: Sequence[Record],
        outputs: Sequence[NewRecord],
        passed_over: Mapping[Place, int] = MappingProxyType({}),
    ) -> None:
        """Write the outputs and the positions behind the records, those set aside included."""
        poison = [addressed(letter, record, self._intake.now) for record, letter in self._aside]
        handled = len(self._aside) + len(records)
        new, positions = [*poison, *outputs], self._passing(records) | dict(passed_over)
        try:
            self._write(new, positions, handled)
        except RecordTooLarge:  # of one record alone, perhaps because of what letters quote
            short = [without_original(one) for one in new]
            if len(records) > 1 or short == new:
                raise
            self._write(short, positions, handled)

    def _write(
        self, new: Sequence[NewRecord], positions: Mapping[Place, int], handled: int
    ) -> None:
        started = time.perf_counter()
        self._failpoint("before commit")
        self._commits.commit(new, positions, partial(self._keep, new, handled))
        self._observe(timings.COMMIT_S, time.perf_counter() - started)

    def _keep(self, new: Sequence[NewRecord], handled: int) -> None:
        """Make final what was committed."""
        self._failpoint("after commit")
        self._aside = []
        self._failpoint("before keep")
        self._core.keep()
        self.handled += handled
        self.written.update(record.topic for record in new)
        self.dead_letters.update(rule_of(one) for one in new if one.topic == DEADLETTERS)
        self._failpoint("after keep")
