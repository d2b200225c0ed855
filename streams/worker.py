"""The worker: poll, decode, receive, encode, commit; then learn what was committed.

Rule 1: what a batch changes lies over the desk until its commit is known to have succeeded.
Rule 2: the brain learns committed rewards only, in the order of the log, and is never undone.
Rule 3: nothing is dropped without a trace: what can't be used is a dead letter, in the same
transaction as the positions that pass over it.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from bandit.errors import CommitUnknown, LogError, PoolwiseError
from streams import failpoints as at
from streams.deadletters import addressed, unexpected
from streams.desks import Desks
from streams.intake import Intake
from streams.learner import Learner
from streams.log import NewRecord, Place, behind
from streams.ticker import Ticker
from streams.topics import (
    ASKS,
    DEADLETTERS,
    DECISIONS,
    DESK,
    LABELS,
    POOLS,
    REWARDS,
    SHARED,
    TASKS,
    VERDICTS,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streams.config import WorkerSettings
    from streams.core import Core
    from streams.log import Log, Record

MAX_UNKNOWN = 8
"""Commits in a row whose outcome is unknown: with the waits between them, about ten seconds."""

FIRST_WAIT_S = 0.04
"""Before trying again; four times as long each time, up to 3 s."""


class Worker:
    """One member of a group, at work on the partitions it holds.

    Parameters
    ----------
    log
        The log; the worker joins `group` at once.
    make_core
        Called once, with the brain's bytes or `None`: returns the engine.
    settings
        Sizes of batches and the like.
    clock
        The time in UTC seconds, of which the worker writes a tick every `settings.tick_s`; without
        one it writes none, and whoever owns the clock does.
    failpoint
        Called with the name of each step before and after it.
    progress
        Called with the worker after each turn of its loop.

    Raises
    ------
    LogBusy
        If the log allows the group one worker and it has one.
    """

    def __init__(
        self,
        log: Log,
        make_core: Callable[[bytes | None], Core],
        settings: WorkerSettings,
        *,
        group: str = "poolwise",
        clock: Callable[[], float] | None = None,
        failpoint: Callable[[str], None] = at.nothing,
        progress: Callable[[Worker], None] = at.nothing,
    ) -> None:
        self.written: Counter[str] = Counter()  # records committed, by topic
        self.handled = 0  # records taken in and committed, ticks too
        self._log = log
        self._settings = settings
        self._failpoint = failpoint
        self._progress = progress
        self._shared = log.shared(group, SHARED)
        try:
            self.learner = Learner(log, make_core, settings.snapshot_every, failpoint)
        except BaseException:
            self._shared.close()
            raise
        self.core = self.learner.core
        self.intake = Intake(self.core, log.partitions(TASKS))
        self._desks = Desks(log, self.core, failpoint)
        self._ticker = Ticker(clock, settings.tick_s)
        self._aside: list[tuple[Record, Exception]] = []  # poison, not committed yet
        self._in_a_row = 0
        self._unknown = 0  # commits in a row
        self._pools_seen = self._shared.committed(Place(POOLS, 0))
        self._pools = log.follow(POOLS)

    # The loop ---------------------------------------------------------------------------------

    def step(self, timeout_s: float = 0.0) -> int:
        """Turn the loop once, waiting up to `timeout_s` for a record; how many were handled.

        Raises
        ------
        PoolwiseError
            If too much poison came in a row, or the log can't be relied on. Nothing half done was
            committed; close this worker and start another.
        """
        before = self.handled
        try:
            self._follow_pools()
            self._desks.take_over(self._mine())
            self._tick()
            self._failpoint("before poll")
            records = self._shared.poll(self._settings.batch_records, timeout_s)
            self._failpoint("after poll")
            self._desks.take_over(self._mine())
            self._handle(records)
            if self._aside and not records:
                self._commit([], [])
        except CommitUnknown:
            self._recover()
        else:
            self._unknown = 0
        self.learner.learn()
        full = self.core.open_tasks() >= self._settings.max_open
        self._shared.pause(frozenset(p for p in self._shared.held() if full and p.topic == TASKS))
        self._progress(self)
        return self.handled - before

    def run(self, *, until_idle: bool = False, stop: Callable[[], bool] = lambda: False) -> None:
        """Turn the loop until `stop` says so or, if asked to, until nothing is left to read.

        Nothing left means: of what may be read now. At `max_open` open tasks, further ones wait.
        After a long rest the first ticks aren't believed; those that are needed are waited for.
        """
        while not stop():
            patient = not until_idle or self._disbelieved()
            self.step(self._settings.poll_s if patient else 0.0)
            if until_idle and self.idle():
                break
        self.finish()

    def idle(self) -> bool:
        """Whether nothing is left unread that may be read now."""
        if self._aside or self._disbelieved():
            return False
        return self._shared.at_end() and self._pools.at_end()

    def _disbelieved(self) -> bool:
        """Whether a tick of ours was taken for a mistake, and the next ones will say it isn't."""
        return self._ticker.ticks and bool(self.intake.not_believed)

    def finish(self) -> None:
        """Learn what is committed and write a snapshot; the worker may go on afterwards."""
        self.learner.learn()
        self.learner.save()

    def close(self) -> None:
        """Leave the group; nothing uncommitted is kept."""
        self._shared.close()

    def figures(self) -> dict[str, int]:
        """What was done since the start, and what is open."""
        return {
            "handled": self.handled,
            "written": self.written.total(),
            **{topic: self.written[topic] for topic in (DECISIONS, ASKS, REWARDS, VERDICTS)},
            "dead_letters": self.written[DEADLETTERS],
            "forwarded": self.intake.counters["forwarded"],
            "ignored_fields": self.intake.ignored_fields().total(),
            **self.learner.counters,
            "open_tasks": self.core.open_tasks(),
            "open_asks": self.core.open_asks(),
        }

    # One batch --------------------------------------------------------------------------------

    def _handle(self, records: Sequence[Record]) -> None:
        """Process and commit; on an unexpected exception, each half by itself."""
        if not records:
            return
        self._failpoint("before receive")
        try:
            outputs = [new for record in records for new in self.intake.outputs(record)]
            changes = [
                NewRecord(DESK, key, value, part) for part, key, value in self.core.changes()
            ]
        except Exception as error:  # noqa: BLE001, one record must not stop the others
            self.core.drop()
            half = len(records) // 2
            if half == 0:
                self._set_aside(records[0], error)
            else:
                self._handle(records[:half])
                self._handle(records[half:])
        else:
            self._failpoint("after receive")
            self._commit(records, outputs + changes)
            self._in_a_row = 0

    def _set_aside(self, record: Record, error: Exception) -> None:
        """Keep a poison record until one is good, so that a bug of ours can't drain the stream."""
        self._aside.append((record, error))
        self._in_a_row += 1
        if self._in_a_row > self._settings.max_unexpected:
            msg = (
                f"{self._in_a_row} records in a row raised what they should not; the last,"
                f" {record.topic}/{record.partition} at {record.offset}:"
                f" {unexpected(error).message}; nothing of them was committed"
            )
            raise PoolwiseError(msg) from error

    def _commit(self, records: Sequence[Record], outputs: Sequence[NewRecord]) -> None:
        """Write the outputs and the positions behind the records, those set aside included."""
        poison = [
            addressed(unexpected(error), record, self.intake.now) for record, error in self._aside
        ]
        passed = [record for record, _ in self._aside]
        passed += records
        new = [*poison, *outputs]
        self._failpoint("before commit")
        self._shared.commit(new, behind(passed))
        self._failpoint("after commit")
        self._failpoint("before keep")
        self.core.keep()
        self._aside = []
        self.handled += len(passed)
        self.written.update(record.topic for record in new)
        self._failpoint("after keep")

    # Round about ------------------------------------------------------------------------------

    def _follow_pools(self) -> None:
        """Take in what is new in `pools`; at a start and after a restore, all of it.

        What was seen before (the group's position says so) gives no dead letter a second time.
        """
        while records := self._pools.poll(self._settings.batch_records, 0.0):
            for record in records:
                if record.offset >= self._pools_seen:
                    self._handle([record])
                    self._pools_seen = record.offset + 1
                else:
                    self._repeat(record)

    def _repeat(self, record: Record) -> None:
        """Take in a pool that was seen before a restart, for the engine only."""
        try:
            self.intake.outputs(record)
        except Exception:  # noqa: BLE001, its dead letter was written when it was first seen
            self.core.drop()
        else:
            self.core.keep()

    def _tick(self) -> None:
        """Write the time into every partition held; it is read like anything else."""
        tick = self._ticker.due()
        if tick is not None:
            self._failpoint("before tick")
            self._shared.commit([NewRecord(LABELS, None, tick, part) for part in self._mine()], {})
            self._failpoint("after tick")

    def _mine(self) -> list[int]:
        return [place.partition for place in self._shared.held() if place.topic == LABELS]

    def _recover(self) -> None:
        """After a commit whose outcome is unknown: go back to what is committed, and go on."""
        self.core.drop()
        self._unknown += 1
        if self._unknown > MAX_UNKNOWN:
            msg = f"{self._unknown} commits in a row failed; the log is not to be relied on now"
            raise LogError(msg)
        time.sleep(min(FIRST_WAIT_S * 4 ** (self._unknown - 1), 3.0))
        self._shared.rewind()
        self._aside = []
        self._desks.forget()  # the next turn restores them
        self._pools.close()
        self._pools = self._log.follow(POOLS)
        self._pools_seen = self._shared.committed(Place(POOLS, 0))
