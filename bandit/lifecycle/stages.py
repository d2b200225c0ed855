"""The stages of a task and of an ask, and which transition may lead from which to which.

A task
------
A task has no field for its stage: `stage_of` reads it off its record, so that a record can't
contradict itself.

    UNKNOWN        no record: the task never came, or was forgotten
    OPEN           about to be decided on; never between two events
    ASKED          asks are awaited: several where time is short or waiting costs something
    QUEUED         waits for room in the pools of `waits_for`
    HALTED         waits until its project's control, or the day, changes, or a better pool opens
    STRANDED       waits until an open pool is able to take it, or until it is given up
    CLOSED         has a verdict; may be revised, and is remembered for a while
    AUDIT_ASKED    closed, and an expert's answer is awaited
    AUDIT_QUEUED   closed, and its audit waits for room
    AUDIT_HALTED   closed, and its audit waits for the project's control or the day

                     +--> ASKED ----+
    UNKNOWN -> OPEN -+--> QUEUED ---+--> OPEN ... OPEN --> CLOSED --> UNKNOWN
                     +--> HALTED ---+                      |    ^
                     +--> STRANDED -+                      v    |
                                        AUDIT_ASKED, AUDIT_QUEUED, AUDIT_HALTED

Events move tasks, and each event by these transitions:

    Task                  open, then a decision (*)
    Label                 label, then a decision; of a closed task, revise
    Label of an audit     label, truth, revise
    Decline, expired ask  give_up, then a decision; of a closed task, the next audit
    Label of whoever has labeled the task    as an expired ask
    Prediction            predict, before the first decision
    Gold                  truth, then resume, give_up, close; of a closed task, revise
    Time to look again    a decision (*), while asks are awaited
    Deadline              resume, give_up, close
    Tick with room, changed control, end of the wait for a pool     resume, then a decision
    Task too old or too many                             forget

    (*) a decision is one of ask, queue, halt, strand, or close; defer may follow queue and halt, an
    audit close, and further asks an ask. While asks are awaited it is ask, close or none

An ask
------
    WAITING -> LABELED | DECLINED | EXPIRED;  EXPIRED -> LABELED (a late label still counts)

Only `bandit.lifecycle.transitions` moves tasks and asks, and `MOVES` and `ASK_MOVES` list all that
it may do; tests hold both. A reset of the clock (`bandit.desk.resets`) moves times of a record,
never its stage.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from bandit.task.state import AskStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.task.state import TaskState


class Stage(Enum):
    """Where a task is in its life."""

    UNKNOWN = auto()
    OPEN = auto()
    ASKED = auto()
    QUEUED = auto()
    HALTED = auto()
    STRANDED = auto()
    CLOSED = auto()
    AUDIT_ASKED = auto()
    AUDIT_QUEUED = auto()
    AUDIT_HALTED = auto()


def stage_of(state: TaskState | None) -> Stage:
    """Return the stage that a record is in.

    Examples
    --------
    >>> stage_of(None).name
    'UNKNOWN'
    """
    if state is None:
        return Stage.UNKNOWN
    closed = state.verdict is not None
    if state.waits_for:
        return Stage.AUDIT_QUEUED if closed else Stage.QUEUED
    if state.halted_at is not None:
        if closed:
            return Stage.AUDIT_HALTED
        return Stage.HALTED if state.stranded_at is None else Stage.STRANDED
    if state.awaited():
        return Stage.AUDIT_ASKED if closed else Stage.ASKED
    return Stage.CLOSED if closed else Stage.OPEN


def _same(*stages: Stage) -> set[tuple[Stage, Stage]]:
    return {(stage, stage) for stage in stages}


_BEFORE_CLOSE = (Stage.OPEN, Stage.ASKED, Stage.QUEUED, Stage.HALTED, Stage.STRANDED)
_AFTER_CLOSE = (Stage.CLOSED, Stage.AUDIT_ASKED, Stage.AUDIT_QUEUED, Stage.AUDIT_HALTED)

MOVES: Mapping[str, frozenset[tuple[Stage, Stage]]] = {
    name: frozenset(moves)
    for name, moves in {
        "open": {(Stage.UNKNOWN, Stage.OPEN)},
        "ask": {
            (Stage.OPEN, Stage.ASKED),
            (Stage.ASKED, Stage.ASKED),
            (Stage.CLOSED, Stage.AUDIT_ASKED),
        },
        "queue": {(Stage.OPEN, Stage.QUEUED), (Stage.CLOSED, Stage.AUDIT_QUEUED)},
        "halt": {(Stage.OPEN, Stage.HALTED), (Stage.CLOSED, Stage.AUDIT_HALTED)},
        "strand": {(Stage.OPEN, Stage.STRANDED)},
        "defer": _same(Stage.QUEUED, Stage.HALTED),
        "look": _same(Stage.ASKED),
        "resume": {
            *_same(Stage.OPEN, Stage.ASKED, Stage.CLOSED, Stage.AUDIT_ASKED),
            (Stage.QUEUED, Stage.OPEN),
            (Stage.HALTED, Stage.OPEN),
            (Stage.STRANDED, Stage.OPEN),
            (Stage.AUDIT_QUEUED, Stage.CLOSED),
            (Stage.AUDIT_HALTED, Stage.CLOSED),
        },
        "label": {  # the one that was awaited, or else a late one
            (Stage.ASKED, Stage.OPEN),
            (Stage.AUDIT_ASKED, Stage.CLOSED),
            *_same(Stage.ASKED, Stage.QUEUED, Stage.HALTED, *_AFTER_CLOSE),
        },
        "give_up": {  # the last one that was awaited, or else another
            (Stage.ASKED, Stage.OPEN),
            (Stage.AUDIT_ASKED, Stage.CLOSED),
            (Stage.ASKED, Stage.ASKED),
        },
        "predict": _same(Stage.OPEN, Stage.QUEUED, Stage.HALTED, Stage.STRANDED),
        "truth": _same(*_BEFORE_CLOSE, *_AFTER_CLOSE),
        "close": {(Stage.OPEN, Stage.CLOSED)},
        "revise": _same(*_AFTER_CLOSE),
        "forget": {
            (Stage.CLOSED, Stage.UNKNOWN),
            (Stage.AUDIT_QUEUED, Stage.UNKNOWN),
            (Stage.AUDIT_HALTED, Stage.UNKNOWN),
        },
    }.items()
}
"""Every transition with the stages that it may lead from and to; no other change is made."""

ASK_MOVES: Mapping[AskStatus, frozenset[AskStatus]] = {
    AskStatus.WAITING: frozenset({AskStatus.LABELED, AskStatus.DECLINED, AskStatus.EXPIRED}),
    AskStatus.EXPIRED: frozenset({AskStatus.LABELED}),
    AskStatus.LABELED: frozenset(),
    AskStatus.DECLINED: frozenset(),
}
"""What may become of an ask, by its status."""
