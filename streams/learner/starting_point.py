"""Where a learner begins: at the newest snapshot; at an older one only if that is damaged."""

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
    from collections.abc import Callable, Sequence

    from streams.core import Core
    from streams.learner.learning_controls import LearningControl, RollbackTarget
    from streams.learner.snapshots import Snapshots
    from streams.log.log import Follower


class StartingPoint(NamedTuple):
    """A core, what is said of its brain, and how many newer snapshots couldn't be read."""

    core: Core
    manifest: Manifest
    unreadable: int


def refuse_newer(snapshots: Snapshots, orders: Sequence[LearningControl]) -> None:
    """Refuse a log in which a newer poolwise saved the newest snapshot, unless it is left by order.

    Raises
    ------
    NewerVersion
        If so.
    """
    newest = next(snapshots.newest_first(), None)
    if newest is not None and _wanted(snapshots, orders) is None:
        newest.brain()


def find_start(
    snapshots: Snapshots,
    make_core: Callable[[bytes | None], Core],
    orders: Sequence[LearningControl],
) -> StartingPoint:
    """Make a core from the newest snapshot that is whole, or from nothing if none is.

    Where an order to go back is still to be obeyed, from the one that it names.

    Raises
    ------
    NewerVersion
        If a newer poolwise saved the newest.
    """
    target = _wanted(snapshots, orders)
    if target is not None:
        with suppress(StateError):
            return StartingPoint(make_core(target.data), snapshots.newest(), 0)
    unreadable, newest = 0, snapshots.newest().id
    for snapshot in snapshots.newest_first():
        manifest, number = snapshot.manifest, snapshot.manifest.id
        if not unreadable and (number != newest or not slots.is_in_turn(snapshot.slot)):
            unreadable = 1
            structlog.get_logger().error("snapshot_damaged", snapshot=newest, next=number)
        try:
            core = make_core(snapshot.brain())
        except NewerVersion:
            raise
        except StateError as error:
            unreadable += 1
            structlog.get_logger().error("snapshot_unreadable", snapshot=number, why=str(error))
        else:
            if unreadable:  # without chunks: the next one is saved whole, though nothing is new
                manifest = msgspec.structs.replace(manifest, count=0)
            return StartingPoint(core, manifest, unreadable)
    return StartingPoint(make_core(None), NOTHING, unreadable or int(newest >= 0))


def _wanted(snapshots: Snapshots, orders: Sequence[LearningControl]) -> RollbackTarget | None:
    """Return where the newest order, if it isn't obeyed yet, wants to go back to."""
    if orders and orders[-1].rolls_back(snapshots.newest().control):
        with suppress(StateError):
            return rollback_target(orders[-1].control, snapshots)
    return None


def lost_rewards(start: Manifest, newest: int, rewards: Follower) -> list[LostRecords]:
    """Return the rewards behind what was learned that the log has deleted.

    `newest` is the number of the newest snapshot, whole or not; `rewards` reads on from `start`.

    Raises
    ------
    StateError
        If all of the learning would have to start over with what is left.
    """
    lost, first = rewards.lost(), rewards.position
    if start is not NOTHING or first == 0:
        return lost
    if newest >= 0:
        msg = (
            f"none of the snapshots of the learning can be read, and rewards before {first} were"
            " deleted: what they taught would be lost. To start over with the rewards that are"
            " left: poolwise control LOG --learning --relearn"
        )
        raise StateError(msg)
    return [LostRecords(Place(REWARDS, 0), 0, first)]
