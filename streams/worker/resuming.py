"""Position of a partition after its desk is restored: the group's, or the desk's if that is ahead.

Both are written in one transaction, so they differ only if the group's were changed: Kafka deletes
them when the group has had no member for a week (offsets.retention.minutes), and those of pools and
controls a week after they were written, since no member subscribes to these topics.
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


def resume(member: GroupMember, core: Core, partition: int) -> frozenset[Place]:
    """Read a partition's topics from its desk's positions where those are ahead; return which.

    Raises
    ------
    LogError
        If neither has a position, and the desk shows that records were read.
    CommitUnknown
        If the log does not answer now.
    """
    desk_positions = core.positions(partition)
    committed = {topic: member.committed(Place(topic, partition)) for topic in SHARED}
    if not core.empty(partition) and not any(topic in desk_positions for topic in SHARED):
        _require_some(committed, partition)
    if partition == WRITES_FOR_ALL:
        committed |= {topic: member.committed(Place(topic, partition)) for topic in OPERATIONS}
    moved = {}
    for topic, group in committed.items():
        place, desk = Place(topic, partition), desk_positions.get(topic)
        if desk is not None and desk > (group or 0):
            if topic in SHARED:  # no member reads pools and controls
                moved[place] = desk
                _warn_behind(place, group, desk)
        elif group is not None:
            core.note_positions(partition, {topic: group})
            if desk is not None and group > desk:
                _warn_ahead(place, group, desk)
    core.keep()  # written with the next batch of this partition
    if moved:
        member.seek(moved)
    return frozenset(moved)


def _require_some(committed: dict[str, int | None], partition: int) -> None:
    """Refuse to read a partition from its start if its desk shows that it was read before."""
    if any(position is not None for position in committed.values()):
        return
    msg = (
        f"partition {partition} of {' and '.join(committed)}: its desk has tasks or a time, but"
        " neither the desk nor the consumer group has a position; reading from the start would ask"
        " and pay for every task twice; what to do: set the group's offsets to where the last"
        " worker stopped (kafka-consumer-groups --reset-offsets --to-datetime ...; the whole"
        " command: docs/operator.md, Where reading resumes)"
    )
    raise LogError(msg)


def _warn_behind(place: Place, group: int | None, desk: int) -> None:
    log = structlog.get_logger()
    if group is None:
        why = (
            "the group has no committed offset (Kafka deletes those of a group without members);"
            " reading goes on from the desk's position"
        )
        log.warning(
            "position_forgotten", topic=place.topic, partition=place.partition, at=desk, why=why
        )
    else:
        log.warning(
            "position_set_back",
            topic=place.topic,
            partition=place.partition,
            group=group,
            at=desk,
            why="the group's committed offset is before the desk's position; reading goes on from"
            " the desk's",
        )


def _warn_ahead(place: Place, group: int, desk: int) -> None:
    structlog.get_logger().warning(
        "position_set_forward",
        topic=place.topic,
        partition=place.partition,
        desk=desk,
        at=group,
        why="the group's committed offset is after the desk's position; the records in between are"
        " skipped",
    )
