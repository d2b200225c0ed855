"""Who knows for a worker what was learned: itself, or the learner whose snapshots it follows."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from streams.learner.learner import Learner
from streams.learner.snapshot_follower import SnapshotFollower

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.config.config import WorkerSettings
    from streams.core import Core
    from streams.log.log import GroupMember, Log


def worker_learner(
    log: Log,
    make_core: Callable[[bytes | None], Core],
    settings: WorkerSettings,
    shared: GroupMember,
    group: str,
    follow: bool,  # noqa: FBT001, as the worker was told
    clock: Callable[[], float] | None,
    failpoint: Callable[[str], None],
) -> Learner | SnapshotFollower:
    """Return it; `shared`, the worker's membership, is kept alive, and closed if this fails."""
    try:
        if follow:
            return SnapshotFollower(log, make_core, clock or time.time, shared.keep_alive)
        return Learner(
            log,
            make_core,
            settings,
            f"{group}-learner",
            clock=clock,
            failpoint=failpoint,
            keep_alive=shared.keep_alive,
        )
    except BaseException:
        shared.close()
        raise
