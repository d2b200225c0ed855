"""The learner: from the newest snapshot on, the committed rewards in the order of the log.

Rule 1: it learns committed rewards only, in the order of the log; nothing is ever undone, but a
snapshot may be gone back to, and what was learned since is then passed over for good.
Rule 2: there is one. Its writer has one name, so a second learner takes it from the first.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import structlog

from bandit.errors import CommitUnknown, EventError, StateError
from bandit.events import Control
from streams import failpoints as at
from streams.codec import decode_reward
from streams.log import read_to_end
from streams.snapshots import Manifest, Snapshots, manifest_of, write
from streams.topics import CONTROLS, REWARDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from streams.config import WorkerSettings
    from streams.core import Core
    from streams.log import Log, Record

BATCH = 1000
COUNTED = ("learned", "snapshots", "snapshots_failed", "unreadable_rewards", "unreadable_snapshots")


class _Order(NamedTuple):
    """A control of the learning, and its offset."""

    control: Control
    offset: int


def _orders(records: Iterable[Record]) -> Iterator[_Order]:
    """Yield the controls that aren't a project's; what is none is the engine's to refuse."""
    for record in records:
        try:
            control = msgspec.json.decode(record.value or b"", type=Control)
        except (ValueError, RecursionError):
            continue
        if control.project is None:
            yield _Order(control, record.offset)


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
        self._frozen = False
        self._writer = log.writer(name)  # from here on, no other learner writes
        try:
            self._snapshots = Snapshots(log)
            self._snapshots.catch_up(keep_alive)
            self._next_id = self._snapshots.next_id()
            self.core, self._newest = self._awake(make_core)
            self._position = self._newest.position
            self._obeyed, self._skipped = self._newest.control, self._newest.skipped
            self._saved_at = time.monotonic()
            self._orders: deque[_Order] = deque()  # to be obeyed, in this order
            self._controls = log.follow(CONTROLS)
            read = [*read_to_end(self._controls, BATCH, keep_alive)]
            orders = [order for records in read for order in _orders(records)]
            self._frozen = bool(orders) and orders[-1].control.frozen
            self._rewards = log.follow(REWARDS, 0, self._position)
            if not self._frozen:
                for records in read_to_end(self._rewards, BATCH, keep_alive):
                    self._learn_all(records)
            for order in orders:  # going back passes over all that is there by now
                self._obey(order)
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
        self._orders += _orders(self._controls.poll(BATCH, timeout_s if self._frozen else 0.0))
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
            made = manifest_of(data, self._next_id, brain.position, self._position)
            manifest = msgspec.structs.replace(
                made, at=now, control=self._obeyed, skipped=self._skipped
            )
        self._write(manifest, data)
        self._failpoint("after snapshot")

    def at_end(self) -> bool:
        """Whether every committed reward was learned, as far as it may learn."""
        return self._frozen or self._rewards.at_end()

    def lag(self) -> int:
        """How many offsets of `rewards` it has not learned up to yet, as last heard."""
        return self._rewards.lag()

    def heard_at(self) -> float:
        """When the log last answered, on the monotonic clock; any thread may ask."""
        return max(self._controls.heard_at(), self._rewards.heard_at())

    def close(self) -> None:
        """Let another learner learn."""
        self._controls.close()
        self._rewards.close()
        self._snapshots.close()
        self._writer.close()

    def _obey(self, order: _Order) -> None:
        """Do what operations say: freeze, or go back to a snapshot, once."""
        control, offset = order
        self._frozen = control.frozen
        if control.snapshot is None or offset <= self._obeyed:
            return
        self._snapshots.catch_up()
        found = [
            one for one in self._snapshots.newest_first() if one.manifest.id == control.snapshot
        ]
        log = structlog.get_logger()
        if not found:
            log.error("rollback_refused", snapshot=control.snapshot, why="no such snapshot is kept")
            return
        self.core.adopt(found[0].data)
        self._obeyed = offset
        self._skipped = (*found[0].manifest.skipped, (found[0].position, self._position))
        self.save()
        log.warning("rolled_back", snapshot=control.snapshot, skipped=self._skipped[-1])

    def _learn(self, timeout_s: float) -> None:
        records = self._rewards.poll(BATCH, timeout_s)
        if records:
            self._failpoint("before learn")
        while records:
            self._learn_all(records)
            records = self._rewards.poll(BATCH, 0.0)
            if not records:
                self._failpoint("after learn")
        for loss in self._rewards.lost():
            structlog.get_logger().error(
                "rewards_lost",
                first=loss.first,
                end=loss.end,
                why="deleted before they were learned",
            )

    def _learn_all(self, records: Sequence[Record]) -> None:
        for record in records:
            try:
                reward = decode_reward(record.value)
            except EventError:  # written by another program: passed over by every learner
                self.counters["unreadable_rewards"] += 1
            else:
                self.core.receive(reward)
                self.counters["learned"] += 1
            self._position = record.offset + 1
        if self._position - self._newest.position >= self._settings.snapshot_every:
            self.save()

    def _write(self, manifest: Manifest, data: bytes | None) -> None:
        self._saved_at = time.monotonic()
        try:
            write(self._writer, manifest, data)
        except CommitUnknown:  # the same slot is written again next time; nothing depends on it
            self.counters["snapshots_failed"] += 1
            return
        self._newest = manifest
        if data is not None:
            self._next_id = manifest.id + 1
            self.counters["snapshots"] += 1

    def _awake(self, make_core: Callable[[bytes | None], Core]) -> tuple[Core, Manifest]:
        """Make the core from the newest snapshot that can be read; from nothing, if none can."""
        for snapshot in self._snapshots.newest_first():
            try:
                return make_core(snapshot.data), snapshot.manifest
            except StateError:
                self.counters["unreadable_snapshots"] += 1
        return make_core(None), Manifest(id=-1, sha256="", count=0, learned=0, position=0)
