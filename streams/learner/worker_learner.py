"""The learner of a worker: its own, or a follower of another learner's snapshots."""

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
    member: GroupMember,
    group: str,
    follow: bool,  # noqa: FBT001, the worker's own parameter
    clock: Callable[[], float] | None,
    failpoint: Callable[[str], None],
) -> Learner | SnapshotFollower:
    """Return the learner; `member` is kept alive meanwhile, and closed if this fails."""
    try:
        if follow:
            return SnapshotFollower(log, make_core, clock or time.time, member.keep_alive)
        return Learner(
            log,
            make_core,
            settings,
            f"{group}-learner",
            clock=clock,
            failpoint=failpoint,
            keep_alive=member.keep_alive,
        )
    except BaseException:
        member.close()
        raise
