"""The learner: trains the brain on committed rewards, from the newest snapshot on.

Rule 1: it learns committed rewards only, in the order of the log. Learning is never undone; but a
control may roll the brain back to a snapshot, and the rewards learned since are then skipped for
good, or learned again.
Rule 2: a group has one learner. Its writer has one name, so a second learner fences the first.
Rule 3: it does not skip a reward that a newer version could learn from: there it stops.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from itertools import chain, islice
from typing import TYPE_CHECKING

import msgspec
import structlog

from bandit.errors import CommitUnknown, EventError, NewerVersion, StateError
from streams.learner.learning_controls import learning_controls, rollback_target, skipped_ranges
from streams.learner.slot_schedule import SlotSchedule
from streams.learner.snapshot_schedule import is_due
from streams.learner.snapshots import Snapshots, manifest_of, write
from streams.learner.starting_point import find_start, lost_rewards, refuse_newer
from streams.log.codec import decode_reward
from streams.log.log import Place, read_to_end
from streams.log.topics import CONTROLS, REWARDS
from streams.process.failpoints import nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from streams.config.config import WorkerSettings
    from streams.core import Core
    from streams.learner.learning_controls import LearningControl
    from streams.learner.snapshots import Manifest
    from streams.log.log import Log, LostRecords, Record

REWARDS_PLACE = Place(REWARDS, 0)
BATCH = 1000
TURN = 10
"""Most batches learned in one turn: some seconds, in which a worker reads no label."""
COUNTED = (
    "learned",
    "snapshots",
    "snapshots_failed",
    "unreadable_rewards",
    "unreadable_snapshots",
    "rewards_lost",
)


class Learner:
    """Makes the core, trains its brain on rewards, and saves snapshots of it.

    Parameters
    ----------
    log
        The log of rewards and snapshots.
    make_core
        Called with the brain's bytes or `None`; makes the core.
    settings
        How often it saves snapshots.
    name
        Name of the one writer of snapshots.
    clock
        The time in UTC seconds, for followers; without one, none is saved because of its age.
    failpoint
        Called with the name of each step before and after it.
    keep_alive
        Called repeatedly while learning takes long.

    Raises
    ------
    LogBusy
        If the log knows that the group has another learner.
    StateError
        If a newer version of poolwise saved the newest snapshot (`NewerVersion`), or if none can be
        read and the rewards that they learned were deleted.
    """

    def __init__(
        self,
        log: Log,
        make_core: Callable[[bytes | None], Core],
        settings: WorkerSettings,
        name: str,
        *,
        clock: Callable[[], float] | None = None,
        failpoint: Callable[[str], None] = nothing,
        keep_alive: Callable[[], None] = lambda: None,
    ) -> None:
        self.counters: Counter[str] = Counter(dict.fromkeys(COUNTED, 0))
        self._failpoint = failpoint
        self._settings = settings
        self._clock = clock
        self._log = log
        self._make_core = make_core
        self._snapshots = Snapshots(log)
        self._snapshots.catch_up(keep_alive)
        self._controls = log.follow(CONTROLS)
        read = chain.from_iterable(read_to_end(self._controls, BATCH, keep_alive))
        controls = [*learning_controls(read)]
        refuse_newer(self._snapshots, controls)  # before it fences a newer version's writer
        self._writer = log.writer(name)  # from here on, no other learner writes
        try:
            self._snapshots.catch_up(keep_alive)
            start = find_start(self._snapshots, make_core, controls)
            self.core, self._newest = start.core, start.manifest
            self.counters["unreadable_snapshots"] += start.unreadable
            self._slots = SlotSchedule(self._snapshots, clock)
            self._position = self._newest.position
            self._applied, self._skipped = self._newest.control, self._newest.skipped
            self._saved_at = time.monotonic()
            self._waiting: deque[LearningControl] = deque()  # to be applied, in this order
            self._frozen = bool(controls) and controls[-1].control.frozen
            self._rewards = log.follow(REWARDS, 0, self._position)
            self._report(lost_rewards(start.manifest, self._rewards))
            self._catch_up_to = 0
            skip_to_end = not self._frozen  # a running learner would have learned them
            for control in controls:
                self._apply(control, skip_to_end=skip_to_end)
            if not self._frozen:
                self._catch_up_to = self._rewards.end()
                batches = read_to_end(self._rewards, BATCH, keep_alive)
                for records in islice(batches, TURN):
                    self._learn_all(records)
        except BaseException:
            self._writer.close()
            raise

    @property
    def position(self) -> int:
        """Position in `rewards` that was learned up to."""
        return self._position

    def model_age_s(self) -> float | None:
        """No age: the brain is always the newest."""
        return None

    def learn(self, timeout_s: float = 0.0) -> None:
        """Learn the rewards committed since; save a snapshot when it is due.

        Raises
        ------
        CommitUnknown
            If the log does not answer: call this again, and it goes on where it stopped.
        LogBusy
            If another learner has taken over.
        """
        self._waiting += learning_controls(
            self._controls.poll(BATCH, timeout_s if self._frozen else 0.0)
        )
        while self._waiting:
            self._apply(self._waiting[0])
            self._waiting.popleft()
        if not self._frozen:
            self._learn(timeout_s)
        aged = time.monotonic() - self._saved_at >= self._settings.snapshot_every_s
        if aged and self._clock is not None:
            self.save(again=True)

    def save(self, *, again: bool = False) -> None:
        """Write a snapshot if anything changed; with `again`, else renew the time of the last."""
        newest = self._newest
        unchanged = (self._position, self._applied) == (newest.position, newest.control)
        if unchanged and not again:
            return
        now = None if self._clock is None else self._clock()
        self._failpoint("before snapshot")
        brain = self.core.brain
        data = None if unchanged and newest.count else brain.to_bytes()
        own = {} if data is None else self.core.brains.own_bytes()
        manifest = msgspec.structs.replace(newest, at=now)
        if data is not None:
            made = manifest_of(data, self._slots.next_id, brain.position, self._position, own)
            manifest = msgspec.structs.replace(
                made, at=now, control=self._applied, skipped=self._skipped
            )
        self._write(manifest, data, own)
        self._failpoint("after snapshot")

    def catching_up(self) -> bool:
        """Whether rewards are unread that were in the log at the start, or at a rollback."""
        return not self._frozen and self._rewards.position < self._catch_up_to

    def at_end(self) -> bool:
        """Whether every committed reward was learned; always, while it is frozen."""
        return self._frozen or self._rewards.at_end()

    def lag(self) -> dict[Place, int]:
        """Lag in `rewards`, as of the last fetch; 0 while it is frozen."""
        return {REWARDS_PLACE: 0 if self._frozen else self._rewards.lag()}

    def heard_at(self) -> float:
        """Time of the log's last response on the monotonic clock; safe from any thread."""
        return max(self._controls.heard_at(), self._rewards.heard_at())

    def close(self) -> None:
        """Stop, so that another learner can start."""
        self._controls.close()
        self._rewards.close()
        self._snapshots.close()
        self._writer.close()

    def _apply(self, record: LearningControl, *, skip_to_end: bool = False) -> None:
        """Apply a control: freeze or unfreeze, and roll back to a snapshot, once.

        With `skip_to_end`, the rewards there are count as learned before the control came.
        """
        control = record.control
        self._frozen = control.frozen
        if not record.rolls_back(self._applied):
            return
        self._snapshots.catch_up()
        try:
            target = rollback_target(control, self._snapshots)
            data = target.data or self._make_core(None).brain.to_bytes()
            self.core.adopt(data, target.own)
        except StateError as error:
            structlog.get_logger().error(
                "rollback_refused", snapshot=control.snapshot, why=str(error)
            )
            return
        position = target.manifest.position if control.relearn else self._position
        if skip_to_end and not control.relearn:
            position = self._rewards.end()
        if position != self._position:
            rewards = self._log.follow(REWARDS, 0, position)
            self._catch_up_to = rewards.end()
            self._rewards.close()
            self._rewards = rewards
            self._report(self._rewards.lost())
        until = None if control.relearn else position
        self._skipped = skipped_ranges(target.manifest, self._skipped, until)
        self._applied, self._position = record.offset, position
        self.save()
        structlog.get_logger().warning(
            "rolled_back", snapshot=control.snapshot, skipped=self._skipped, to=position
        )

    def _learn(self, timeout_s: float) -> None:
        """Learn at most `TURN` batches: new labels must not wait for a long backlog of rewards."""
        records = self._rewards.poll(BATCH, timeout_s)
        if records:
            self._failpoint("before learn")
            self._learn_all(records)
            more = iter(lambda: self._rewards.poll(BATCH, 0.0), [])
            for records in islice(more, TURN - 1):
                self._learn_all(records)
            self._failpoint("after learn")
        self._report(self._rewards.lost())

    def _learn_all(self, records: Sequence[Record]) -> None:
        """Learn the rewards of `records`; no others than stated here are skipped.

        Raises
        ------
        NewerVersion
            If a newer version of poolwise wrote one; the position before it is saved.
        """
        for record in records:
            try:
                if not any(first <= record.offset < end for first, end in self._skipped):
                    self.core.receive(decode_reward(record.value))
                    self.counters["learned"] += 1
            except EventError:  # written by another program: every learner skips it
                self.counters["unreadable_rewards"] += 1
            except NewerVersion as error:
                self.save()
                raise NewerVersion(f"rewards at offset {record.offset}", *error.versions) from error
            self._position = record.offset + 1
        since = self._position - self._newest.position
        age_s = time.monotonic() - self._saved_at
        if is_due(self.core.brains.position, since, age_s, self._settings):
            self.save()

    def _report(self, lost: Sequence[LostRecords]) -> None:
        for loss in lost:
            self.counters["rewards_lost"] += loss.end - loss.first
            structlog.get_logger().error(
                "rewards_lost",
                first=loss.first,
                end=loss.end,
                why="deleted before they were learned; what to do: keep topic rewards longer"
                " (retention.ms), and keep the learner running",
            )

    def _write(self, manifest: Manifest, data: bytes | None, own: Mapping[str, bytes]) -> None:
        self._saved_at = time.monotonic()
        try:
            write(self._writer, manifest, data, own=own)
            self._newest = manifest
            if data is not None:
                self._slots.wrote(manifest)
                self.counters["snapshots"] += 1
                self._slots.keep(self._writer, manifest, data, own)
        except CommitUnknown:  # the next save writes the same slot; nothing depends on it
            self.counters["snapshots_failed"] += 1
