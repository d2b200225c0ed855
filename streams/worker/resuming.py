"""Where a partition is read on when its desk was restored: at its group's positions, or its desk's.

Both are written in one transaction, so they differ only where somebody has changed the group's:
Kafka forgets them when the group has had no member for a week (offsets.retention.minutes), and
those of pools and controls a week after they were written, for no member subscribes to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from bandit.errors import LogError
from streams.log.log import Place
from streams.log.topics import OPERATIONS, SHARED
from streams.worker.operations import WRITES_FOR_ALL

if TYPE_CHECKING:
    from streams.core import Core
    from streams.log.log import GroupMember


def resume(shared: GroupMember, core: Core, partition: int) -> frozenset[Place]:
    """Read the topics of a partition on behind what its desk has passed; which were moved to it.

    Raises
    ------
    LogError
        If nobody knows where, and the desk says that some of it was read.
    CommitUnknown
        If the log can't be asked now.
    """
    desk = core.positions(partition)
    known = {topic: shared.committed(Place(topic, partition)) for topic in SHARED}
    if not core.empty(partition) and not any(topic in desk for topic in SHARED):
        _require_some(known, partition)
    if partition == WRITES_FOR_ALL:
        known |= {topic: shared.committed(Place(topic, partition)) for topic in OPERATIONS}
    further = {}
    for topic, group in known.items():
        place, own = Place(topic, partition), desk.get(topic)
        if own is not None and own > (group or 0):
            further[place] = own
            if topic in SHARED:
                _tell_behind(place, group, own)
        elif group is not None:
            core.note_positions(partition, {topic: group})
            if own is not None and group > own:
                _tell_ahead(place, group, own)
    core.keep()  # written with the next batch of this partition
    moved = {place: own for place, own in further.items() if place.topic in SHARED}
    if moved:
        shared.seek(moved)
    return frozenset(moved)


def _require_some(known: dict[str, int | None], partition: int) -> None:
    """Refuse to read a partition from its start that a desk has read before."""
    if any(position is not None for position in known.values()):
        return
    msg = (
        f"partition {partition} of {' and '.join(known)}: the desk holds tasks or the time, but"
        " neither it nor the group says up to where they were read, and from the start all would be"
        " asked and paid twice; what to do: set the group's positions to where the last worker"
        " stopped (kafka-consumer-groups --reset-offsets --to-datetime ... --execute)"
    )
    raise LogError(msg)


def _tell_behind(place: Place, group: int | None, own: int) -> None:
    log = structlog.get_logger()
    if group is None:
        why = (
            "the group has no position (Kafka forgets those of an empty group); the desk's is used"
        )
        log.warning(
            "position_forgotten", topic=place.topic, partition=place.partition, at=own, why=why
        )
    else:
        log.warning(
            "position_set_back",
            topic=place.topic,
            partition=place.partition,
            group=group,
            at=own,
            why="the group's position is behind the desk's, which is used",
        )


def _tell_ahead(place: Place, group: int, own: int) -> None:
    structlog.get_logger().warning(
        "position_set_forward",
        topic=place.topic,
        partition=place.partition,
        desk=own,
        at=group,
        why="the group's position is ahead of the desk's: what is between is skipped",
    )
