"""The learner: from the newest snapshot on, the committed rewards in the order of the log.

Rule 1: it learns committed rewards only, in the order of the log; nothing is ever undone, but a
snapshot may be gone back to, and what was learned since is then passed over for good, or learned
again.
Rule 2: there is one. Its writer has one name, so a second learner takes it from the first.
Rule 3: it passes over nothing that a newer program could learn from: there it stops.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from itertools import islice
from typing import TYPE_CHECKING

import msgspec
import structlog

from bandit.errors import CommitUnknown, EventError, NewerVersion, StateError
from streams.learner.learning_controls import learning_controls, rollback_target, skipped_ranges
from streams.learner.slot_schedule import SlotSchedule
from streams.learner.snapshots import Snapshots, manifest_of, write
from streams.learner.starting_point import find_start, lost_rewards, refuse_newer
from streams.log.codec import decode_reward
from streams.log.log import Place, read_to_end
from streams.log.topics import CONTROLS, REWARDS
from streams.process import failpoints as at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streams.config.config import WorkerSettings
    from streams.core import Core
    from streams.learner.learning_controls import LearningControl
    from streams.learner.snapshots import Manifest
    from streams.log.log import Log, LostRecords, Record

REWARDS_PLACE = Place(REWARDS, 0)
BATCH = 1000
TURN = 10
"""Batches learned in one turn at most: well under a second, in which a worker reads no label."""
COUNTED = (
    "learned",
    "snapshots",
    "snapshots_failed",
    "unreadable_rewards",
    "unreadable_snapshots",
    "rewards_lost",
)


class Learner:
    """Makes the core, teaches its brain, and saves it every so many rewards and seconds.

    Parameters
    ----------
    log
        Where rewards and snapshots are.
    make_core
        Called once, with the brain's bytes or `None`.
    settings
        How often it saves.
    name
        Of the one writer of snapshots.
    clock
        The time in UTC seconds, for those who follow the snapshots; without one, none is saved
        for its age.
    failpoint
        Called with the name of each step before and after it.
    keep_alive
        Called again and again while learning takes long.

    Raises
    ------
    LogBusy
        If the log notices that there is another learner.
    StateError
        If a newer poolwise saved the newest snapshot (`NewerVersion`), or if none can be read and
        the rewards that taught it are gone.
    """

    def __init__(
        self,
        log: Log,
        make_core: Callable[[bytes | None], Core],
        settings: WorkerSettings,
        name: str,
        *,
        clock: Callable[[], float] | None = None,
        failpoint: Callable[[str], None] = at.nothing,
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
        read = [*read_to_end(self._controls, BATCH, keep_alive)]
        ordered = [order for records in read for order in learning_controls(records)]
        refuse_newer(self._snapshots, ordered)  # before the writer: that of a newer one lives on
        self._writer = log.writer(name)  # from here on, no other learner writes
        try:
            self._snapshots.catch_up(keep_alive)
            newest = self._snapshots.newest()
            start = find_start(self._snapshots, make_core, ordered)
            self.core, self._newest = start.core, start.manifest
            self.counters["unreadable_snapshots"] += start.unreadable
            self._slots = SlotSchedule(self._snapshots, clock)
            self._position = self._newest.position
            self._obeyed, self._skipped = self._newest.control, self._newest.skipped
            self._saved_at = time.monotonic()
            self._orders: deque[LearningControl] = deque()  # to be obeyed, in this order
            self._frozen = bool(ordered) and ordered[-1].control.frozen
            self._rewards = log.follow(REWARDS, 0, self._position)
            self._report(lost_rewards(start.manifest, newest.id, self._rewards))
            self._until = 0
            learned_all = not self._frozen  # had it run, it would have, up to now
            for order in ordered:
                self._obey(order, passing_over=learned_all)
            if not self._frozen:
                self._until = self._rewards.end()
                there = read_to_end(self._rewards, BATCH, keep_alive)
                for records in islice(there, TURN):
                    self._learn_all(records)
        except BaseException:
            self._writer.close()
            raise

    @property
    def position(self) -> int:
        """Position in `rewards` that was learned up to."""
        return self._position

    def model_age_s(self) -> float | None:
        """No age: what it knows is what there is."""
        return None

    def learn(self, timeout_s: float = 0.0) -> None:
        """Learn what was committed since; save the brain when it is time to.

        Raises
        ------
        CommitUnknown
            If the log is silent: call it again, and it goes on where it was.
        LogBusy
            If another learner has taken over.
        """
        self._orders += learning_controls(
            self._controls.poll(BATCH, timeout_s if self._frozen else 0.0)
        )
        while self._orders:
            self._obey(self._orders[0])
            self._orders.popleft()
        if not self._frozen:
            self._learn(timeout_s)
        if self._clock is not None:
            age_s = time.monotonic() - self._saved_at
            if age_s >= self._settings.snapshot_every_s:
                self.save(again=True)

    def save(self, *, again: bool = False) -> None:
        """Write a snapshot, if anything was learned since the last; `again`: say so otherwise."""
        newest = self._newest
        unchanged = (self._position, self._obeyed) == (newest.position, newest.control)
        if unchanged and not again:
            return
        now = None if self._clock is None else self._clock()
        self._failpoint("before snapshot")
        brain = self.core.brain
        data = None if unchanged and newest.count else brain.to_bytes()
        manifest = msgspec.structs.replace(newest, at=now)
        if data is not None:
            made = manifest_of(data, self._slots.next_id, brain.position, self._position)
            manifest = msgspec.structs.replace(
                made, at=now, control=self._obeyed, skipped=self._skipped
            )
        self._write(manifest, data)
        self._failpoint("after snapshot")

    def catching_up(self) -> bool:
        """Whether it is still to learn what was there when it began, or when it was told to."""
        return not self._frozen and self._rewards.position < self._until

    def at_end(self) -> bool:
        """Whether every committed reward was learned, as far as it may learn."""
        return self._frozen or self._rewards.at_end()

    def lag(self) -> dict[Place, int]:
        """Offsets of `rewards` not learned yet, as last heard; while it is frozen, none wait."""
        return {REWARDS_PLACE: 0 if self._frozen else self._rewards.lag()}

    def heard_at(self) -> float:
        """When the log last answered, on the monotonic clock; any thread may ask."""
        return max(self._controls.heard_at(), self._rewards.heard_at())

    def close(self) -> None:
        """Let another learner learn."""
        self._controls.close()
        self._rewards.close()
        self._snapshots.close()
        self._writer.close()

    def _obey(self, order: LearningControl, *, passing_over: bool = False) -> None:
        """Do what operations say: freeze, or go back to a snapshot, once.

        With `passing_over`, what is there by now counts as learned before the order came.
        """
        control = order.control
        self._frozen = control.frozen
        if not order.rolls_back(self._obeyed):
            return
        self._snapshots.catch_up()
        told = {"snapshot": control.snapshot}
        try:
            target = rollback_target(control, self._snapshots)
            nothing = self._make_core(None).brain.to_bytes() if target.data is None else b""
            self.core.adopt(target.data or nothing)
        except StateError as error:
            structlog.get_logger().error("rollback_refused", **told, why=str(error))
            return
        position = target.manifest.position if control.relearn else self._position
        if passing_over and not control.relearn:
            position = self._rewards.end()
        if position != self._position:
            rewards = self._log.follow(REWARDS, 0, position)
            self._until = rewards.end()
            self._rewards.close()
            self._rewards = rewards
            self._report(self._rewards.lost())
        until = None if control.relearn else position
        self._skipped = skipped_ranges(target.manifest, self._skipped, until)
        self._obeyed, self._position = order.offset, position
        self.save()
        structlog.get_logger().warning("rolled_back", **told, skipped=self._skipped, to=position)

    def _learn(self, timeout_s: float) -> None:
        """Learn a bounded number of rewards: what comes in must not wait for all there are."""
        records = self._rewards.poll(BATCH, timeout_s)
        if records:
            self._failpoint("before learn")
        left = TURN
        while records:
            self._learn_all(records)
            left -= 1
            records = self._rewards.poll(BATCH, 0.0) if left else []
            if not records:
                self._failpoint("after learn")
        self._report(self._rewards.lost())

    def _learn_all(self, records: Sequence[Record]) -> None:
        """Learn what these records hold; they are passed over in no other case than said here.

        Raises
        ------
        NewerVersion
            If a newer poolwise wrote one; the position before it is saved, not the one behind.
        """
        for record in records:
            try:
                if not any(first <= record.offset < end for first, end in self._skipped):
                    self.core.receive(decode_reward(record.value))
                    self.counters["learned"] += 1
            except EventError:  # written by another program: passed over by every learner
                self.counters["unreadable_rewards"] += 1
            except NewerVersion as error:
                self.save()
                raise NewerVersion(f"rewards at offset {record.offset}", *error.versions) from error
            self._position = record.offset + 1
        learned = self._position - self._newest.position
        rested_s = time.monotonic() - self._saved_at
        if learned >= self._settings.snapshot_every and rested_s >= self._settings.snapshot_min_s:
            self.save()

    def _report(self, lost: Sequence[LostRecords]) -> None:
        for one in lost:
            self.counters["rewards_lost"] += one.end - one.first
            structlog.get_logger().error(
                "rewards_lost",
                first=one.first,
                end=one.end,
                why="deleted before they were learned",
            )

    def _write(self, manifest: Manifest, data: bytes | None) -> None:
        self._saved_at = time.monotonic()
        try:
            write(self._writer, manifest, data)
            self._newest = manifest
            if data is not None:
                self._slots.wrote(manifest)
                self.counters["snapshots"] += 1
                self._slots.keep(self._writer, manifest, data)
        except CommitUnknown:  # the same slot is written again next time; nothing depends on it
            self.counters["snapshots_failed"] += 1
