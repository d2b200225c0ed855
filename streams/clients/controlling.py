"""Controls: what operations order at run time, as it stands in the log."""

from __future__ import annotations

from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from bandit.engine.checks import control as check
from bandit.errors import BadValue, EventError
from bandit.events import Control, Tick
from streams.log.codec import encode
from streams.log.log import NewRecord, read_to_end
from streams.log.topics import CONTROLS, LABELS, key_of

if TYPE_CHECKING:
    from streams.log.log import Log

BATCH = 1000
RELEARN = "learned again from the first reward that is kept"


def order(log: Log, control: Control) -> None:
    """Put `control` in place of the one of its project, or of the learning.

    Raises
    ------
    BadValue
        If it breaks a rule.
    """
    try:
        check(control)
    except EventError as error:
        raise BadValue(str(error)) from error
    log.write([NewRecord(CONTROLS, key_of(control), encode(control))])


def reset_clock(log: Log, at: float) -> int:
    """Set the time of every desk to `at`, backwards too; how many partitions that are."""
    partitions = log.partitions(LABELS)
    tick = encode(Tick(at=at, reset=True))
    log.write([NewRecord(LABELS, None, tick, partition) for partition in range(partitions)])
    return partitions


def in_force(log: Log) -> list[Control]:
    """Return what is ordered now: of the learning first, then project by project."""
    newest: dict[bytes, Control] = {}
    with closing(log.follow(CONTROLS)) as reader:
        for record in chain.from_iterable(read_to_end(reader, BATCH)):
            try:
                control = msgspec.json.decode(record.value or b"", type=Control)
            except (ValueError, RecursionError):
                continue  # workers make it a dead letter
            newest[record.key or b""] = control
    nothing = Control(at=0.0)
    return sorted(
        (
            control
            for control in newest.values()
            if msgspec.structs.replace(control, at=0.0, project=None, why="") != nothing
        ),
        key=lambda control: control.project or "",
    )


def said(control: Control) -> str:
    """Say in a few words what a control orders.

    Examples
    --------
    >>> said(Control(at=0.0, project="cats", usd_per_day=20.0, why="budget of the quarter"))
    'cats: at most $20 a day (budget of the quarter)'
    >>> said(Control(at=0.0))
    'learning: as usual'
    """
    words = []
    if control.paused:
        words.append("paused")
    if control.pool is not None:
        words.append(f"pinned to {control.pool}")
    if control.usd_per_day is not None:
        words.append(f"at most ${control.usd_per_day:g} a day")
    if control.frozen:
        words.append("frozen")
    if control.snapshot is not None:
        words.append(f"rolled back to snapshot {control.snapshot}")
    if control.relearn:
        words.append("learned again from there" if control.snapshot is not None else RELEARN)
    why = f" ({control.why})" if control.why else ""
    return f"{control.project or 'learning'}: {', '.join(words) or 'as usual'}{why}"
