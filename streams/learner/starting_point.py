"""Starting point of a learner: the newest snapshot, or an older one if that is damaged."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import structlog

from bandit.errors import NewerVersion, StateError
from streams.learner import slots
from streams.learner.learning_controls import rollback_target
from streams.learner.snapshots import NOTHING, Manifest
from streams.log.log import LostRecords, Place
from streams.log.topics import REWARDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from streams.core import Core
    from streams.learner.learning_controls import LearningControl, RollbackTarget
    from streams.learner.snapshots import Snapshots
    from streams.log.log import Follower


class StartingPoint(NamedTuple):
    """A core, the manifest of its brain, and the number of newer snapshots that are unreadable."""

    core: Core
    manifest: Manifest
    unreadable: int


def refuse_newer(snapshots: Snapshots, controls: Sequence[LearningControl]) -> None:
    """Refuse a log whose newest snapshot is of a newer version, unless a control leaves it.

    Raises
    ------
    NewerVersion
        If a newer version of poolwise saved it, and no control rolls back to another.
    """
    newest = next(snapshots.newest_first(), None)
    if newest is not None and _rollback(snapshots, controls) is None:
        newest.brain()


def find_start(
    snapshots: Snapshots,
    make_core: Callable[[bytes | None], Core],
    controls: Sequence[LearningControl],
) -> StartingPoint:
    """Make a core from the newest readable snapshot, or untrained if there are no snapshots.

    If a rollback is not applied yet, from the snapshot that it names.

    Raises
    ------
    NewerVersion
        If a newer version of poolwise saved the newest.
    StateError
        If there are snapshots and none can be read: nothing starts over unless it is told to.
    """
    target = _rollback(snapshots, controls)
    if target is not None:
        with suppress(StateError):
            core = _with_own(make_core(target.data), target.data, target.own)
            return StartingPoint(core, snapshots.newest(), 0)
    unreadable, newest = 0, snapshots.newest().id
    why = "it is damaged"
    for snapshot in snapshots.newest_first():
        manifest, number = snapshot.manifest, snapshot.manifest.id
        if not unreadable and (number != newest or not slots.is_in_turn(snapshot.slot)):
            unreadable = 1
            structlog.get_logger().error("snapshot_damaged", snapshot=newest, next=number)
        try:
            core = _with_own(make_core(snapshot.brain()), snapshot.data, snapshot.own)
        except NewerVersion:
            raise
        except StateError as error:
            why = str(error) if number == newest else why
            unreadable += 1
            structlog.get_logger().error("snapshot_unreadable", snapshot=number, why=str(error))
        else:
            if unreadable:  # no chunks: so the next snapshot is saved whole, though nothing changed
                manifest = msgspec.structs.replace(manifest, count=0)
            return StartingPoint(core, manifest, unreadable)
    if newest >= 0:
        msg = (
            f"topic models: no snapshot can be read (the newest, {newest}: {why}), and an empty"
            " model would lose what was learned; to start over with the rewards that are left:"
            " poolwise control LOG --learning --relearn"
        )
        raise StateError(msg)
    return StartingPoint(make_core(None), NOTHING, 0)


def _with_own(core: Core, data: bytes | None, own: Mapping[str, bytes]) -> Core:
    """Return a core that was made from `data`, with the brains of a live test's arms."""
    if data is not None and own:
        core.adopt(data, own)
    return core


def _rollback(snapshots: Snapshots, controls: Sequence[LearningControl]) -> RollbackTarget | None:
    """Return the target of the newest control, if it is a rollback that is not applied yet."""
    if controls and controls[-1].rolls_back(snapshots.newest().control):
        with suppress(StateError):
            return rollback_target(controls[-1].control, snapshots)
    return None


def lost_rewards(start: Manifest, rewards: Follower) -> list[LostRecords]:
    """Return the rewards that were deleted before they were learned.

    `rewards` reads on from `start`.
    """
    lost, first = rewards.lost(), rewards.position
    if start is not NOTHING or first == 0:
        return lost
    return [LostRecords(Place(REWARDS, 0), 0, first)]
