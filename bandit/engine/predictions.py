"""Predictions of the user's own models: taken in before a task's first decision, or ignored.

A task is decided about as soon as it comes, so a prediction must stand before it in the log. Until
its task comes it waits, as gold does. What comes after the first decision can't have been used by
it: to use it later would make the logged decisions incomparable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.engine import checks
from bandit.errors import EventError

if TYPE_CHECKING:
    from bandit.desk.desk import Desk
    from bandit.events import Chances, Prediction
    from bandit.lifecycle.transitions import Transitions
    from bandit.settings import MemorySettings
    from bandit.task.state import TaskState

MOST_SOURCES = 16
"""Models whose predictions of one task are kept: each is written in all of its decisions."""
MOST_BYTES = 64 * 1024
"""Size of all predictions of one task, as JSON: they are written with each decision and reward."""

_encode = msgspec.json.Encoder().encode


def take_prediction(
    desk: Desk, event: Prediction, memory: MemorySettings, transitions: Transitions
) -> str | None:
    """Note or hold a prediction; return why it is ignored, if it is.

    Raises
    ------
    EventError
        If it breaks a rule; nothing has changed then.
    """
    checks.prediction(event)
    state = desk.peek(event.task)
    if state is not None:
        checks.predicted_classes(event.source, event.chances, state.task)
    known = desk.predictions(event.task) if state is None else state.predictions
    if known.get(event.source) == event.chances:
        return "repeated_prediction"
    if state is not None and state.decided:
        return "late_prediction"
    _check_room(event, known)
    if state is None:
        _hold(desk, event, memory)
    else:
        transitions.predict(state, event.source, event.chances)
        desk.put(state)
    return None


def adopt_held(
    desk: Desk, state: TaskState, transitions: Transitions
) -> list[tuple[Prediction, EventError]]:
    """Give a new task the predictions held for it; return those that don't fit, and why."""
    refused: list[tuple[Prediction, EventError]] = []
    for event in desk.take_predictions(state.task.task):
        try:
            checks.predicted_classes(event.source, event.chances, state.task)
        except EventError as error:  # the prediction is at fault, not the task
            refused.append((event, error))
        else:
            transitions.predict(state, event.source, event.chances)
    return refused


def _check_room(event: Prediction, known: dict[str, Chances]) -> None:
    """Refuse a second prediction of a source, and what goes beyond the limits of a task."""
    where = f"prediction of {event.source!r} for task {event.task!r}"
    if event.source in known:
        msg = f"{where}: contradicts the earlier one of this source, which is kept"
        raise EventError("contradicts", msg)
    if len(known) >= MOST_SOURCES:
        msg = f"{where}: the task already has predictions of {MOST_SOURCES} sources, the limit"
        raise EventError("too_many_predictions", msg)
    size = len(_encode({**known, event.source: event.chances}))
    if size > MOST_BYTES:
        msg = f"{where}: with it, the task's predictions have {size:,} bytes,"
        msg += f" over the limit of {MOST_BYTES:,}"
        raise EventError("too_many_predictions", msg)


def _hold(desk: Desk, event: Prediction, memory: MemorySettings) -> None:
    """Hold a prediction for a task that isn't known yet."""
    most = memory.max_waiting_gold
    if not desk.predictions(event.task) and desk.state.waiting_predictions >= most:
        msg = f"prediction of {event.source!r} for task {event.task!r}: unknown task, and"
        msg += f" predictions for {most} others wait already, the limit (memory.max_waiting_gold)"
        raise EventError("unknown_task", msg)
    # Its wait begins now: only ticks move time, and `event.at` is by another clock.
    desk.hold_prediction(event, desk.now(event))
