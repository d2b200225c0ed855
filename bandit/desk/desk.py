"""The desk: the tasks of one partition, kept encoded, and the uncommitted changes of a batch.

Rule 1: no change is final until `keep`; `drop` undoes all since the last `keep`.
Rule 2: `restore` rebuilds the same desk from the records that `changes` gave.
Rule 3: only the agenda says what is due, and an entry counts only if the state still says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.desk import records
from bandit.desk.agenda import Agenda, AgendaEntry, entries_of
from bandit.desk.closed_tasks import ClosedEntry, ClosedTasks
from bandit.desk.halted import HaltedTasks
from bandit.desk.overlay import Overlay
from bandit.desk.queues import Queues
from bandit.desk.records import STATE_KEY
from bandit.desk.resets import reset
from bandit.task.state import (
    PREDICTIONS_VERSION,
    DeskState,
    HeldGold,
    HeldPredictions,
    TaskState,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bandit.desk.agenda import Kind
    from bandit.desk.overlay import Changed
    from bandit.desk.records import DeskRecord
    from bandit.events import Chances, Gold, Prediction, Task
    from bandit.settings import MemorySettings

KEY_OF = {"gold": records.gold_key, "predictions": records.predictions_key}
"""Key of the record that an entry of the agenda is about, where that isn't the task's."""


class Desk:
    """The open tasks of one partition, and the closed ones still remembered.

    What is in no record: `savings`, room in pools beside `state.room`, and `unfinished`, whether
    the last tick left some of what is due.

    Examples
    --------
    >>> from bandit.settings import MemorySettings
    >>> desk = Desk(MemorySettings())
    >>> desk.state.now = 5.0
    >>> desk.drop()
    >>> desk.state.now is None
    True
    """

    def __init__(self, memory: MemorySettings) -> None:
        self._memory = memory
        self._records = Overlay()
        self.agenda = Agenda()
        self.closed = ClosedTasks()
        self.halted = HaltedTasks()
        self.queues = Queues()
        self.savings: dict[str, float] = {}
        self._savings_kept: dict[str, float] = {}
        self.unfinished = False
        self.state = DeskState()
        self._state_kept = records.encode(self.state)

    def empty(self) -> bool:
        """Whether nothing was ever kept here: no task, no gold and no time."""
        return not self._records.kept and self.state.now is None

    def now(self, event: Task | Gold | Prediction) -> float:
        """Return the time; before the first tick, that of `event`."""
        return event.at if self.state.now is None else self.state.now

    def reset(self, at: float) -> None:
        """Set the time to `at`, even backwards, and note again what is due."""
        if reset(self.state, at):
            for state in self._records.states(self.state.resets):
                closed = self._note(state)
                if closed is not None:
                    self.closed.move(closed)

    # Tasks ----------------------------------------------------------------------------------

    def task(self, name: str) -> TaskState | None:
        """Return a task that is open or still remembered; changes to it are kept by `put`."""
        state = self.peek(name)
        if state is not None:
            self._records.put(state)
        return state

    def peek(self, name: str) -> TaskState | None:
        """Return a task to read only; it costs no memory in the batch, unless `put` keeps it."""
        return self._records.task(name, self.state.resets)

    def put(self, state: TaskState) -> None:
        """Put a changed task on the desk."""
        state.resets = len(self.state.resets)
        self._records.put(state)

    def remove(self, name: str) -> None:
        """Delete a task."""
        self._records.remove(records.task_key(name))

    def first_closed(self, most: int, now: float) -> Iterator[TaskState]:
        """Yield the closed task to forget first, while more than `most` are remembered."""
        return self.closed.first_beyond(most, now, self.task, self._records.knows_task)

    # What waits for its task ----------------------------------------------------------------

    def gold(self, name: str) -> HeldGold | None:
        """Return the gold held for a task."""
        return self._records.gold(name, self.state.resets)

    def hold(self, gold: Gold, now: float) -> None:
        """Hold gold for a task that isn't known yet."""
        held = HeldGold(gold, now, len(self.state.resets))
        self._records.put(held)
        self.state.waiting_gold += 1
        self._note(held)

    def take_gold(self, name: str) -> Gold | None:
        """Return the gold held for a task, and hold it no longer."""
        held = self.gold(name)
        if held is None:
            return None
        self._records.remove(records.gold_key(name))
        self.state.waiting_gold -= 1
        return held.gold

    def predictions(self, name: str) -> dict[str, Chances]:
        """Return the predictions held for a task, by source."""
        held = self.held_predictions(name)
        return {} if held is None else held.predictions

    def held_predictions(self, name: str) -> HeldPredictions | None:
        """Return the predictions held for a task, and since when."""
        return self._records.predictions(name, self.state.resets)

    def hold_prediction(self, event: Prediction, now: float) -> None:
        """Hold a prediction, and those held before, for a task that isn't known yet."""
        before = self.predictions(event.task)
        self.state.waiting_predictions += not before
        predictions = {**before, event.source: event.chances}
        resets = len(self.state.resets)
        held = HeldPredictions(event.task, predictions, now, resets, PREDICTIONS_VERSION)
        self._records.put(held)
        self._note(held)

    def take_predictions(self, name: str) -> list[Prediction]:
        """Return the predictions held for a task, and hold them no longer."""
        held = self.held_predictions(name)
        if held is None:
            return []
        self._records.remove(records.predictions_key(name))
        self.state.waiting_predictions -= 1
        return held.events()

    # Batches --------------------------------------------------------------------------------

    def changes(self) -> Changed:
        """Return every record changed since the last `keep`, encoded; `None` deletes a key."""
        changed = self._records.changes()
        state = records.encode(self.state)
        if state != self._state_kept:
            changed.append((STATE_KEY, state))
        return changed

    def keep(self, changed: Changed) -> None:
        """Make the changes final; `changed` is what `changes` gave."""
        self._take_up(changed)
        self.agenda.keep(self._is_known)
        self.closed.keep()
        self.halted.keep()
        self.queues.keep(self.peek)
        self._savings_kept = dict(self.savings)

    def drop(self) -> None:
        """Undo all changes since the last `keep`."""
        self._records.drop()
        self.agenda.drop()
        self.closed.drop()
        self.halted.drop()
        self.queues.drop()
        self.savings = dict(self._savings_kept)
        self.state = records.decode_desk(self._state_kept)

    def restore(self, written: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Rebuild the desk from the records of `changes`, in the order they were written.

        Raises
        ------
        StateError
            If one can't be read, or a newer poolwise wrote it (`NewerVersion`).
        """
        self._take_up(written)
        self.state = records.read(STATE_KEY, self._state_kept, DeskState)
        self.agenda.clear()
        closed: list[ClosedEntry] = []
        for state in self._records.read_kept(self.state.resets):
            entry = self._note(state)
            if entry is not None:
                closed.append(entry)
            if isinstance(state, TaskState):
                if state.halted_at is not None:
                    self.halted.add(state)
                if state.waits_for:
                    self.queues.add(state)
        self.closed.restore(closed)
        self.halted.keep()

    def _take_up(self, written: Iterable[tuple[bytes, bytes | None]]) -> None:
        others: Changed = []
        for key, data in written:
            if key == STATE_KEY and data is not None:
                self._state_kept = data
            else:
                others.append((key, data))
        self._records.keep(others)

    def _is_known(self, entry: AgendaEntry) -> bool:
        return KEY_OF.get(entry.kind, records.task_key)(entry.task) in self._records.kept

    def _note(self, state: DeskRecord) -> ClosedEntry | None:
        """Note what is due; return the entry among the closed tasks, if it is one of them."""
        if not isinstance(state, TaskState):
            kind: Kind = "gold" if isinstance(state, HeldGold) else "predictions"
            due_at = state.at + self._memory.gold_waits_s
            self.agenda.add(AgendaEntry(due_at, kind, state.task))
            return None
        for entry in entries_of(state, self._memory):
            self.agenda.add(entry)
        closed_at = state.forget_at(0.0)
        return None if closed_at is None else ClosedEntry(closed_at, state.task.task)
