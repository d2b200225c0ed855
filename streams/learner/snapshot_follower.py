"""Follower of snapshots: the brain of a worker that doesn't learn."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import structlog

from bandit.errors import StateError
from streams.learner.snapshots import Manifest, Snapshots

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.core import Core
    from streams.log.log import Log, Place


class SnapshotFollower:
    """Makes the core, and loads each newer snapshot into its brain.

    Parameters
    ----------
    log
        The log of the snapshots.
    make_core
        Called once, with the brain's bytes or `None`.
    clock
        The time in UTC seconds.
    keep_alive
        Called repeatedly while the first snapshot is read.

    Raises
    ------
    StateError
        If there are snapshots, and all are of a newer version (`NewerVersion`) or damaged.
    """

    def __init__(
        self,
        log: Log,
        make_core: Callable[[bytes | None], Core],
        clock: Callable[[], float],
        keep_alive: Callable[[], None] = lambda: None,
    ) -> None:
        self.counters: Counter[str] = Counter(snapshots_followed=0, unreadable_snapshots=0)
        self._clock = clock
        self._started_at = clock()
        self._snapshots = Snapshots(log)
        self._snapshots.catch_up(keep_alive)
        self._newest: Manifest | None = None
        self.core = make_core(None)
        self._load()

    @property
    def position(self) -> int:
        """Position in `rewards` up to which the model has learned."""
        return self._newest.position if self._newest else 0

    def model_age_s(self) -> float | None:
        """Seconds since the learner last confirmed its snapshot; at first, since start-up."""
        at = self._newest.at if self._newest else None
        return self._clock() - (self._started_at if at is None else at)

    def learn(self, timeout_s: float = 0.0) -> None:
        """Load a newer snapshot if there is one."""
        if self._snapshots.read(timeout_s):
            self._load()

    def catching_up(self) -> bool:
        """Whether decisions wait for learning: never, since it does not learn."""
        return False

    def lag(self) -> dict[Place, int]:
        """No lag: rewards are the learner's."""
        return {}

    def at_end(self) -> bool:
        """Whether nothing is left to learn: always."""
        return True

    def save(self) -> None:
        """Nothing: it has learned nothing itself."""

    def close(self) -> None:
        """Stop following."""
        self._snapshots.close()

    def _load(self) -> None:
        """Load the newest readable snapshot, unless it is older than the one in use.

        Raises
        ------
        StateError
            If there are snapshots, none can be read, and none is in use: deciding with an untrained
            brain would pay again for what was learned.
        """
        why: StateError | None = None
        for snapshot in self._snapshots.newest_first():
            manifest = snapshot.manifest
            if self._newest is not None and manifest.id < self._newest.id:
                return  # a newer one is damaged; the one in use is newer than the rest
            if self._newest is None or _learned(manifest) != _learned(self._newest):
                try:
                    self.core.adopt(snapshot.brain(), snapshot.own)
                except StateError as error:
                    why = why or error
                    self.counters["unreadable_snapshots"] += 1
                    structlog.get_logger().error(
                        "snapshot_unreadable", snapshot=manifest.id, why=str(error)
                    )
                    continue
                self.counters["snapshots_followed"] += 1
            self._newest = manifest
            return
        if self._newest is None and self._snapshots.next_id() > 0:
            raise why or StateError(
                "topic models: every snapshot is damaged, and this worker doesn't learn;"
                " what to do: start it again after poolwise learn has saved a snapshot"
            )


def _learned(manifest: Manifest) -> tuple[object, ...]:
    """Return what differs between snapshots with different brains."""
    return manifest.sha256, manifest.own
