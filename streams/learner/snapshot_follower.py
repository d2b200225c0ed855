"""The brain of a worker that doesn't learn: the newest snapshot of whoever does."""

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
    """Makes the core, and gives its brain each newer snapshot.

    Parameters
    ----------
    log
        Where the snapshots are.
    make_core
        Called once, with the brain's bytes or `None`.
    clock
        The time in UTC seconds.
    keep_alive
        Called again and again while the first snapshot is read.

    Raises
    ------
    StateError
        If there are snapshots and none can be read: newer ones (`NewerVersion`), or damaged ones.
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
        self._adopt()

    @property
    def position(self) -> int:
        """Position in `rewards` that the model has learned up to."""
        return self._newest.position if self._newest else 0

    def model_age_s(self) -> float | None:
        """Seconds since the newest was known to be the newest; at first, since the start."""
        at = self._newest.at if self._newest else None
        return self._clock() - (self._started_at if at is None else at)

    def learn(self, timeout_s: float = 0.0) -> None:
        """Take up a newer snapshot if there is one."""
        if self._snapshots.read(timeout_s):
            self._adopt()

    def catching_up(self) -> bool:
        """Whether there is something to be known first: not for who doesn't learn."""
        return False

    def lag(self) -> dict[Place, int]:
        """Rewards not learned yet: they are not its own to learn."""
        return {}

    def at_end(self) -> bool:
        """Whether all that may be learned is: nothing is."""
        return True

    def save(self) -> None:
        """Nothing: it has learned nothing of its own."""

    def close(self) -> None:
        """Stop following."""
        self._snapshots.close()

    def _adopt(self) -> None:
        """Take up the newest that can be read, unless it is older than what is known.

        Raises
        ------
        StateError
            If there are some, none can be read, and nothing is known: to decide with an empty
            brain would pay for what was learned once more.
        """
        why: StateError | None = None
        for snapshot in self._snapshots.newest_first():
            manifest = snapshot.manifest
            if self._newest is not None and manifest.id < self._newest.id:
                return  # a newer one is damaged; what is known is newer than what is left
            if self._newest is None or manifest.sha256 != self._newest.sha256:
                try:
                    self.core.adopt(snapshot.brain())
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
                "none of the snapshots of the learning is whole, and this worker doesn't learn:"
                " start it again once poolwise learn has saved the next"
            )
