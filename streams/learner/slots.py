"""Slots of snapshots: four used in turn, six hourly and eight daily ones.

Each slot is a key of the compacted topic `models`. Every process that starts reads all of them, so
there are few, and the hourly and daily ones are each written once per period. The brains of a live
test's arms have slots of their own beside each, numbered, so that a later test writes over them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

IN_TURN = 4
CHUNK = b"/chunk/"


class _Period(NamedTuple):
    """Slots used in turn, one every `seconds`."""

    name: bytes
    seconds: float
    slots: int


PERIODS = (
    _Period(b"hour", 3600.0, 6),
    _Period(b"day", 86400.0, 8),  # the first of each day: eight reach back a week at any time
)


def in_turn(number: int) -> bytes:
    """Return the slot of snapshot `number` among those used in turn."""
    return b"slot/%d" % (number % IN_TURN)


def chunk(slot: bytes, i: int) -> bytes:
    """Return the key of the chunk `i` of a slot."""
    return b"%s%s%d" % (slot, CHUNK, i)


def of_arm(slot: bytes, i: int) -> bytes:
    """Return the slot of the arm `i` that learns for itself, in the snapshot of a slot.

    Examples
    --------
    >>> chunk(of_arm(in_turn(6), 1), 0)
    b'slot/2/arm/1/chunk/0'
    """
    return b"%s/arm/%d" % (slot, i)


def is_in_turn(key: bytes) -> bool:
    """Whether the key of a slot, or of a chunk, is of a slot that is used in turn."""
    return key.startswith(b"slot/")


SLOTS = frozenset(
    [in_turn(i) for i in range(IN_TURN)]
    + [b"%s/%d" % (period.name, i) for period in PERIODS for i in range(period.slots)]
)
"""Every slot there is."""


def due_by_clock(now: float, saved_at: Mapping[bytes, float]) -> list[bytes]:
    """Return the slots of this hour and this day (UTC) that are not written yet.

    `saved_at` has the time at which the snapshot in each slot was saved, in UTC seconds.

    Examples
    --------
    >>> due_by_clock(7200.0, {})
    [b'hour/2', b'day/0']
    >>> due_by_clock(9000.0, {b"hour/2": 7200.0, b"day/0": 7200.0})
    []
    >>> due_by_clock(9 * 3600.0, {b"hour/2": 7200.0, b"day/0": 7200.0})
    [b'hour/3']
    """
    due = []
    for name, seconds, count in PERIODS:
        number = int(now // seconds)
        slot = b"%s/%d" % (name, number % count)
        before = saved_at.get(slot)
        if before is None or int(before // seconds) != number:
            due.append(slot)
    return due
