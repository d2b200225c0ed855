"""The brain of a shadow: the rewards of the log learned in their order, as far as it is told.

It writes no snapshot and keeps nobody from learning.
"""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Protocol

import structlog

from bandit.engine.engine import Engine
from bandit.errors import EventError, StateError
from bandit.learn.brain import Brain
from streams.learner.snapshot_follower import SnapshotFollower
from streams.learner.snapshots import Snapshots
from streams.log.codec import decode_reward
from streams.log.log import SILENT_S
from streams.log.topics import REWARDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from bandit.settings import Settings
    from streams.learner.snapshots import Snapshot
    from streams.log.log import Follower, Log, Record

BATCH = 1000


class Pupil(Protocol):
    """Whose brain the shadow decides with."""

    @property
    def brain(self) -> Brain:
        """What is known."""

    def look_up(self) -> None:
        """See what snapshots there are; called once a turn."""

    def reach(self, position: int) -> None:
        """Know what a brain at `position` knows, or what is nearest to it."""

    def model_age_s(self) -> float | None:
        """Seconds since the snapshot that it follows was saved; `None` if it learns itself."""

    def model_position(self) -> int:
        """Offset in `rewards` up to which it has learned."""

    def close(self) -> None:
        """Stop reading."""


class Learning:
    """Learns by itself: from the newest snapshot that is not beyond the first position it is told.

    It can't unlearn. Where the log's own learner went back to a snapshot, this one does when it
    sees it; of what was learned before it began, it passes over what was taken back.
    """

    def __init__(self, log: Log, settings: Settings) -> None:
        self._settings = settings
        self._log = log
        self._snapshots = Snapshots(log)
        self._snapshots.catch_up()
        self._brain: Brain | None = None
        self._reader: Follower | None = None
        self._waiting: deque[Record] = deque()
        newest = next(self._snapshots.newest_first(), None)
        self._control = newest.manifest.control if newest else -1
        self._skipped = newest.manifest.skipped if newest else ()
        self._position = 0

    @property
    def brain(self) -> Brain:
        """What is known: nothing, before it was told how much."""
        return self._brain or Brain(self._settings)

    def look_up(self) -> None:
        """Do as the learner did, if it went back to a snapshot since this was last asked."""
        self._snapshots.read()
        newest = next(self._snapshots.newest_first(), None)
        if self._brain is None or newest is None or newest.manifest.control <= self._control:
            return
        found = self._read(newest)
        if found is not None:
            self._control, self._skipped = newest.manifest.control, newest.manifest.skipped
            self._brain = self._begin(found, newest.position)
            structlog.get_logger().warning("went_back", snapshot=newest.manifest.id)

    def reach(self, position: int) -> None:
        """Learn until the brain is at `position`, or no reward is left."""
        if self._brain is None:
            self._brain = self._awake(position)
        while self._brain.position < position:
            record = self._next()
            if record is None:
                return
            self._position = record.offset + 1
            if any(first <= record.offset < end for first, end in self._skipped):
                continue
            try:
                self._brain.learn(decode_reward(record.value))
            except EventError:  # written by another program: passed over by every learner
                continue

    def model_age_s(self) -> float | None:
        """No age: it knows what the deciders knew."""
        return None

    def model_position(self) -> int:
        """Offset in `rewards` up to which it has learned."""
        return self._position

    def close(self) -> None:
        """Stop reading."""
        self._snapshots.close()
        if self._reader is not None:
            self._reader.close()

    def _awake(self, position: int) -> Brain:
        """Begin with the newest snapshot up to `position`; with nothing, if all rewards are there.

        If some were deleted, with the oldest snapshot: it is nearest to what was known.
        """
        kept = list(self._snapshots.newest_first())
        for snapshot in kept:
            if snapshot.manifest.learned <= position:
                found = self._read(snapshot)
                if found is not None:
                    return self._begin(found, snapshot.position)
        brain = self._begin(Brain(self._settings), 0)
        if self._position > 0:
            for snapshot in reversed(kept):
                found = self._read(snapshot)
                if found is not None:
                    return self._begin(found, snapshot.position)
        return brain

    def _begin(self, brain: Brain, position: int) -> Brain:
        if self._reader is not None:
            self._reader.close()
        self._reader = self._log.follow(REWARDS, 0, position)
        self._position = self._reader.position
        self._waiting.clear()
        return brain

    def _read(self, snapshot: Snapshot) -> Brain | None:
        try:
            return Brain.from_bytes(self._settings, snapshot.data)
        except StateError:  # of another version: the others are tried
            return None

    def _next(self) -> Record | None:
        """Return the next reward; `None` once all that were committed are learned."""
        reader = self._reader
        if reader is None:
            return None
        if not self._waiting:
            self._waiting.extend(reader.poll(BATCH, 0.0))
        end, until = None, time.monotonic() + SILENT_S
        while not self._waiting:
            end = reader.end() if end is None else end
            if reader.position >= end or time.monotonic() > until:
                return None
            self._waiting.extend(reader.poll(BATCH, 1.0))
        return self._waiting.popleft()


class Follows:
    """Learns nothing: has the newest snapshot of whoever does."""

    def __init__(self, log: Log, settings: Settings, clock: Callable[[], float]) -> None:
        self._engine = Engine(settings, Brain(settings))
        self._following = SnapshotFollower(log, lambda _: self._engine, clock)

    @property
    def brain(self) -> Brain:
        """What is known."""
        return self._engine.brain

    def look_up(self) -> None:
        """Take up a newer snapshot if there is one."""
        self._following.learn()

    def reach(self, position: int) -> None:
        """Nothing: it knows what the newest snapshot does."""

    def model_age_s(self) -> float | None:
        """Seconds since the newest snapshot was known to be the newest."""
        return self._following.model_age_s()

    def model_position(self) -> int:
        """Offset in `rewards` that the snapshot has learned up to."""
        return self._following.position

    def close(self) -> None:
        """Stop following."""
        self._following.close()
