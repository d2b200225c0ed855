"""Controls: orders of operators at run time, as records of the log."""

from __future__ import annotations

from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from bandit.engine.checks import control as check
from bandit.errors import BadValue, EventError, nearest
from bandit.events import Control, Tick
from bandit.task.periods import caps_of
from streams.clients.feeding import tick_records
from streams.log.codec import InputDecoder, encode
from streams.log.log import NewRecord, read_to_end
from streams.log.topics import CONTROLS, LABELS, key_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.log.log import Log, Record

BATCH = 1000
CAPPED = {"hour": "per hour", "day": "per day", "total": "in all"}
RELEARN = "learned again from all rewards in the log"


def order(log: Log, control: Control) -> None:
    """Replace the control of the same project, or of the model, by `control`.

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
    """Set the time of every partition to `at`, even if earlier; return their number."""
    partitions = log.partitions(LABELS)
    log.write(tick_records(encode(Tick(at=at, reset=True)), partitions))
    return partitions


def in_force(log: Log) -> list[Control]:
    """Return the controls in force: of the model first, then by project.

    A record that workers refuse is left out: it became a dead letter, and changes nothing.
    """
    newest: dict[str | None, Control] = {}
    decoder = InputDecoder()
    with closing(log.follow(CONTROLS)) as reader:
        for record in chain.from_iterable(read_to_end(reader, BATCH)):
            control = _accepted(record, decoder)
            if control is not None:
                newest[control.project] = control
    nothing = Control(at=0.0)
    return sorted(
        (
            control
            for control in newest.values()
            if msgspec.structs.replace(control, at=0.0, project=None, why="") != nothing
        ),
        key=lambda control: control.project or "",
    )


def control_of(log: Log, project: str | None) -> Control:
    """Return the control of a project, or of the model, that is in force; an empty one if none."""
    found = (control for control in in_force(log) if control.project == project)
    return next(found, Control(at=0.0, project=project))


def with_shadow(
    control: Control, before: Sequence[str], add: Sequence[str], remove: Sequence[str]
) -> Control:
    """Return a control with the labelers who are shadowed already, those to add, without others.

    Raises
    ------
    BadValue
        If a labeler to remove is not shadowed.

    Examples
    --------
    >>> with_shadow(Control(at=0.0, project="cats"), ["ann"], ["bob"], ["ann"]).shadow
    ('bob',)
    """
    for name in remove:
        if name not in before:
            raise BadValue(
                f"--unshadow {name}: not shadowed in project {control.project!r}"
                f"{nearest(name, before) if before else ''}"
            )
    names = dict.fromkeys((*before, *add))
    return msgspec.structs.replace(
        control, shadow=tuple(name for name in names if name not in remove)
    )


def _accepted(record: Record, decoder: InputDecoder) -> Control | None:
    """Return the control in a record; `None` if workers refuse it."""
    try:
        event = decoder.decode(record.value)
        if not isinstance(event, Control):
            return None
        check(event)
    except EventError:
        return None
    return event


def described(control: Control) -> str:
    """Describe a control in a few words.

    Examples
    --------
    >>> described(Control(at=0.0, project="cats", usd_per_day=20.0, why="budget of the quarter"))
    'cats: at most $20 per day (budget of the quarter)'
    >>> described(Control(at=0.0))
    'model: no order'
    """
    words = []
    if control.paused:
        words.append("paused")
    if control.pool is not None:
        words.append(f"asks only pool {control.pool}")
    caps = caps_of(control).given()
    words += [f"at most ${usd:,.12g} {CAPPED[period]}" for period, usd in caps.items()]
    if control.machine != "on":
        words.append(f"machine labeler {control.machine}")
    if control.shadow:
        words.append(f"shadowed: {', '.join(control.shadow)}")
    if control.frozen:
        words.append("frozen")
    if control.snapshot is not None:
        words.append(f"rolled back to snapshot {control.snapshot}")
    if control.relearn:
        words.append(
            "rewards since then learned again" if control.snapshot is not None else RELEARN
        )
    why = f" ({control.why})" if control.why else ""
    return f"{control.project or 'model'}: {', '.join(words) or 'no order'}{why}"
