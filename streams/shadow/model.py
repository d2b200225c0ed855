"""The model of a shadow: learned from the log's rewards, or followed from the learner's snapshots.

It writes no snapshot and does not disturb the learner.
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


class ShadowModel(Protocol):
    """The model that the shadow decides with."""

    @property
    def brain(self) -> Brain:
        """The current model."""

    def look_up(self) -> None:
        """Read new snapshots; called once a turn."""

    def reach(self, position: int) -> None:
        """Become the model that has learned up to `position`, or the nearest possible."""

    def leave_out(self, experiment: str | None, arm: str | None) -> None:
        """Learn no more rewards of that arm of a live test, which learns for itself."""

    def model_age_s(self) -> float | None:
        """Seconds since the followed snapshot was saved; `None` if it learns itself."""

    def model_position(self) -> int:
        """Offset in `rewards` up to which it has learned."""

    def close(self) -> None:
        """Stop reading."""


class LearningModel:
    """Learns by itself, from the newest snapshot that is not beyond the first position asked for.

    It cannot unlearn. Where the log's learner was rolled back to a snapshot, so is this one when it
    reads that; rewards that were rolled back before it began are skipped.
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
        self._left_out: set[tuple[str | None, str | None]] = set()

    @property
    def brain(self) -> Brain:
        """The current model; untrained before the first `reach`."""
        return self._brain or Brain(self._settings)

    def look_up(self) -> None:
        """Roll back as the learner did, if it did since the last call."""
        self._snapshots.read()
        newest = next(self._snapshots.newest_first(), None)
        if self._brain is None or newest is None or newest.manifest.control <= self._control:
            return
        restored = self._read(newest)
        if restored is not None:
            self._control, self._skipped = newest.manifest.control, newest.manifest.skipped
            self._brain = self._begin(restored, newest.position)
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
                reward = decode_reward(record.value)
                if (reward.experiment, reward.arm) not in self._left_out:
                    self._brain.learn(reward)
            except EventError:  # written by another program: every learner skips it
                continue

    def leave_out(self, experiment: str | None, arm: str | None) -> None:
        """Learn no more rewards of that arm of a live test."""
        self._left_out.add((experiment, arm))

    def model_age_s(self) -> float | None:
        """No age: it has learned what the workers had learned."""
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
        """Begin with the newest snapshot up to `position`, or untrained if all rewards are there.

        If some were deleted, begin with the oldest snapshot, the nearest to what was known.
        """
        kept = list(self._snapshots.newest_first())
        for snapshot in kept:
            if snapshot.manifest.learned <= position:
                restored = self._read(snapshot)
                if restored is not None:
                    return self._begin(restored, snapshot.position)
        brain = self._begin(Brain(self._settings), 0)
        if self._position > 0:
            for snapshot in reversed(kept):
                restored = self._read(snapshot)
                if restored is not None:
                    return self._begin(restored, snapshot.position)
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


class FollowedModel:
    """Learns nothing: uses the newest snapshot of the learner."""

    def __init__(self, log: Log, settings: Settings, clock: Callable[[], float]) -> None:
        self._engine = Engine(settings, Brain(settings))
        self._following = SnapshotFollower(log, lambda _: self._engine, clock)

    @property
    def brain(self) -> Brain:
        """The current model."""
        return self._engine.brain

    def look_up(self) -> None:
        """Load a newer snapshot if there is one."""
        self._following.learn()

    def reach(self, position: int) -> None:
        """Nothing: the newest snapshot is used."""

    def leave_out(self, experiment: str | None, arm: str | None) -> None:
        """Nothing: the learner keeps arms apart."""

    def model_age_s(self) -> float | None:
        """Seconds since the newest snapshot was known to be the newest."""
        return self._following.model_age_s()

    def model_position(self) -> int:
        """Offset in `rewards` up to which the snapshot has learned."""
        return self._following.position

    def close(self) -> None:
        """Stop following."""
        self._following.close()
