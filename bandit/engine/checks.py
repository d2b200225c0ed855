"""Validation of input events: which are refused, and by which rule, named in the dead letter.

Every check is made before anything changes, so a refused event changes nothing; but a label of a
person who has labeled the task already ends its ask (`bandit.engine.inputs`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, get_args

from bandit.errors import EventError
from bandit.events import STOP, MachineMode
from bandit.limits.controls import NOTHING
from bandit.task.state import DECLINED

if TYPE_CHECKING:
    from bandit.events import Chances, Control, Decline, Gold, Label, Pool, Prediction, Task
    from bandit.task.state import AskState, TaskState

LONGEST_ID = 256
"""Bytes of UTF-8 in an id: enough for a URL or a path, and small beside a record."""
MOST = 1e12
"""Largest time, duration and amount accepted: beyond it, added seconds are lost to rounding."""
MOST_CLASSES = 500
"""Most classes of a task: what a label says of them takes tables of all pairs of classes."""
MOST_AT_ONCE = 1000
"""Most asks of a task that a pool may have at the same time: far more than anybody buys."""
CAPS = ("usd_per_day", "usd_per_hour", "usd_total")
"""Fields of a control that are budgets."""
MACHINE_MODES = get_args(MachineMode)
MOST_SHADOWED = 1_000
"""Most shadowed labelers of a project: a control is read with each label."""
TIMES = ("at", "deadline_at")
"""Fields of inputs that are times."""
NUMBERS = (float, int)
SUM_TOLERANCE = 1e-6
"""How far the chances of a prediction may be from 1 in sum: more than single precision rounds."""


def id_(value: str, field: str) -> None:
    """Refuse an id that is empty, not UTF-8, or longer than 256 bytes."""
    if value.isascii() and 0 < len(value) <= LONGEST_ID:
        return
    if not value or not _is_utf8(value) or len(value.encode()) > LONGEST_ID:
        msg = f"{field} {value[:40]!r}: must have 1 to {LONGEST_ID} bytes of UTF-8"
        raise EventError("bad_id", msg)


def _is_utf8(value: str) -> bool:
    """Whether `value` can be encoded: it has no half of a surrogate pair."""
    return value.isascii() or not any("\ud800" <= mark <= "\udfff" for mark in value)


def finite(value: float | None, field: str, least: float = -MOST, most: float = MOST) -> None:
    """Refuse a number that isn't finite, is below `least` or above `most`."""
    if value is not None and not (math.isfinite(value) and least <= value <= most):
        is_bounded = math.isfinite(least) or math.isfinite(most)
        wanted = f"between {least:g} and {most:g}" if is_bounded else "a finite number"
        if math.isfinite(value) and value > most and field.rpartition(" ")[2] in TIMES:
            wanted = "seconds since 1970 (is this in milliseconds?)"
        raise EventError("bad_number", f"{field} {value}: must be {wanted}")


def pool(event: Pool) -> None:
    """Refuse a pool named `stop`, and prices, capacities and times out of range."""
    id_(event.pool, "pool")
    if event.pool == STOP:
        msg = f"pool {STOP!r}: the name is reserved for decisions to stop; give the pool another"
        raise EventError("reserved_name", msg)
    finite(event.at, "at")
    finite(event.usd_per_label, f"pool {event.pool!r}: usd_per_label", 0.0)
    finite(event.capacity_per_hour, f"pool {event.pool!r}: capacity_per_hour", 0.0)
    finite(event.expected_delay_s, f"pool {event.pool!r}: expected_delay_s", 0.0)
    finite(event.ask_timeout_s, f"pool {event.pool!r}: ask_timeout_s", 1e-3)
    if not 1 <= event.asks_per_task <= MOST_AT_ONCE:  # perhaps a number that no float can hold
        shown = f" {event.asks_per_task}" if abs(event.asks_per_task) <= MOST else ""
        msg = f"pool {event.pool!r}: asks_per_task{shown}: must be between 1 and {MOST_AT_ONCE:,}"
        raise EventError("bad_number", msg)


def task(event: Task) -> None:
    """Refuse a task without two to 500 distinct classes, or with numbers out of range."""
    id_(event.task, "task")
    id_(event.project, "project")
    where = f"task {event.task!r}"
    for name in event.classes:
        id_(name, f"{where}: class")
    if len(event.classes) < 2 or len(set(event.classes)) < len(event.classes):
        classes = list(event.classes)
        msg = f"{where}: classes {classes}: must be two or more, all distinct"
        raise EventError("bad_classes", msg)
    if len(event.classes) > MOST_CLASSES:
        msg = f"{where}: {len(event.classes)} classes: must be {MOST_CLASSES} or fewer"
        raise EventError("bad_classes", msg)
    finite(event.at, "at")
    finite(event.deadline_at, f"{where}: deadline_at")
    finite(event.value_usd, f"{where}: value_usd", 1e-9)
    target = event.target_accuracy
    if target is not None and not 0.0 < target < 1.0:
        msg = f"{where}: target_accuracy {target}: must be between 0 and 1"
        raise EventError("bad_number", msg)
    for name, value in event.features.items():
        if isinstance(value, NUMBERS) and not math.isfinite(value):  # before a message is made
            finite(value, f"{where}: feature {name!r}", -math.inf, math.inf)


def control(event: Control) -> None:
    """Refuse a control with fields of the other scope, or with values out of range."""
    finite(event.at, "at")
    if event.project is None:
        of_project = ("paused", "pool", *CAPS, "machine", "shadow")
        _of_scope("of the learning", event, of_project, "of a project")
        finite(event.snapshot, "control: snapshot", 0.0)
        return
    id_(event.project, "project")
    if event.project == "*":
        msg = "control: project '*': a control is for one project; send one for each"
        raise EventError("bad_field", msg)
    scope = f"of project {event.project!r}"
    _of_scope(scope, event, ("frozen", "snapshot", "relearn"), "of the learning")
    if event.machine not in MACHINE_MODES:
        msg = f"control {scope}: machine {event.machine!r}: must be on, frozen or off"
        raise EventError("bad_field", msg)
    for name in CAPS:
        finite(getattr(event, name), f"control {scope}: {name}", 0.0)
    if len(event.shadow) > MOST_SHADOWED:
        msg = f"control {scope}: shadow: {len(event.shadow):,} labelers, at most {MOST_SHADOWED:,}"
        raise EventError("bad_field", msg)
    for labeler in event.shadow:
        id_(labeler, "shadow")
    if event.pool is not None:
        id_(event.pool, "pool")
    if event.pool == STOP:
        msg = f"control of project {event.project!r}: pool {STOP!r} is not a pool; name one"
        raise EventError("reserved_name", msg)


def _of_scope(scope: str, event: Control, others: tuple[str, ...], other_scope: str) -> None:
    """Refuse fields that belong to the other scope, unless they have their defaults."""
    for name in others:
        if getattr(event, name) != getattr(NOTHING, name):
            msg = f"control {scope}: {name} belongs in a control {other_scope}"
            raise EventError("bad_field", msg)


def label(event: Label, state: TaskState, ask: AskState) -> None:
    """Refuse a label that doesn't fit its ask; the caller ignores identical repeats before."""
    where = label_alone(event)
    if ask.label is not None:
        msg = f"{where}: label {ask.label.label!r} has answered this ask already"
        raise EventError("second_label", msg)
    if ask.status is DECLINED:
        msg = f"{where}: the pool has declined this ask, so it can't be labeled"
        raise EventError("declined_ask", msg)
    if event.pool != ask.pool:
        msg = f"{where}: from pool {event.pool!r}, but pool {ask.pool!r} was asked"
        raise EventError("wrong_pool", msg)
    if event.answer not in state.task.classes:
        msg = f"{where}: answer {event.answer!r} is not one of {list(state.task.classes)}"
        raise EventError("unknown_answer", msg)


def labeler(event: Label, state: TaskState, ask: AskState) -> None:
    """Refuse the second label of a person on one task, experts in an audit aside."""
    if not ask.is_audit and event.labeler in state.labelers():
        msg = (
            f"label {event.label!r} of task {event.task!r}, ask {event.ask}: labeler"
            f" {event.labeler!r} has labeled this task already"
        )
        raise EventError("repeat_labeler", msg)


def label_alone(event: Label) -> str:
    """Refuse ids and numbers out of range; return what messages call the label."""
    where = f"label {event.label!r} of task {event.task!r}, ask {event.ask}"
    id_(event.label, "label")
    id_(event.labeler, "labeler")
    finite(event.at, f"{where}: at")
    finite(event.seconds_spent, f"{where}: seconds_spent", 0.0)
    finite(event.usd, f"{where}: usd", 0.0)
    return where


def decline(event: Decline, ask: AskState) -> None:
    """Refuse a decline from a pool that wasn't asked."""
    finite(event.at, f"decline of task {event.task!r}, ask {event.ask}: at")
    if event.pool != ask.pool:
        msg = (
            f"decline of task {event.task!r}, ask {event.ask}: from pool {event.pool!r}, "
            f"but pool {ask.pool!r} was asked"
        )
        raise EventError("wrong_pool", msg)


def prediction(event: Prediction) -> None:
    """Refuse a prediction whose chances aren't a distribution."""
    where = f"prediction of {event.source[:LONGEST_ID]!r} for task {event.task[:LONGEST_ID]!r}"
    id_(event.task, "task")
    id_(event.source, "source")
    finite(event.at, f"{where}: at")
    for name, chance in event.chances.items():
        if not 0.0 <= chance <= 1.0 + SUM_TOLERANCE:
            msg = f"{where}: chance {chance:g} of {name!r}: must be between 0 and 1"
            raise EventError("bad_chances", msg)
    total = math.fsum(event.chances.values())
    if abs(total - 1.0) > SUM_TOLERANCE:
        msg = f"{where}: the chances sum to {total:.9g}: must be 1, within {SUM_TOLERANCE:g}"
        raise EventError("bad_chances", msg)


def predicted_classes(source: str, chances: Chances, event: Task) -> None:
    """Refuse a prediction that names a class that the task doesn't have."""
    for name in chances:
        if name not in event.classes:
            msg = (
                f"prediction of {source!r} for task {event.task!r}: class {name!r} is not one of "
                f"{list(event.classes)}"
            )
            raise EventError("unknown_class", msg)


def asked(event: Label | Decline, state: TaskState | None) -> tuple[TaskState, AskState]:
    """Return the task and the ask that `event` answers."""
    what = type(event).__name__.lower()
    if state is None:
        msg = (
            f"{what} for task {event.task!r}: unknown task: it hasn't come yet, or is already "
            f"forgotten; a {what} answers an ask, so feed it after the ask"
        )
        raise EventError("unknown_task", msg)
    ask = state.ask(event.ask)
    if ask is None:
        msg = f"{what} for task {event.task!r}: the task has no ask {event.ask}"
        raise EventError("unknown_ask", msg)
    return state, ask


def gold_alone(event: Gold) -> None:
    """Refuse an id that is too long, and a time out of range."""
    id_(event.task, "task")
    finite(event.at, f"gold of task {event.task!r}: at")


def gold(event: Gold, state: TaskState) -> None:
    """Refuse a truth that isn't a class of the task, or that contradicts an earlier one."""
    if event.answer not in state.task.classes:
        msg = (
            f"gold of task {event.task!r}: {event.answer!r} is not one of "
            f"{list(state.task.classes)}"
        )
        raise EventError("unknown_answer", msg)
    if state.gold is not None and state.gold.answer != event.answer:
        msg = (
            f"gold of task {event.task!r}: {event.answer!r} contradicts {state.gold.answer!r} "
            f"from {state.gold.source!r}"
        )
        raise EventError("contradicts", msg)
