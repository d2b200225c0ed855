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
from bandit.desk.queues import Queues
from bandit.desk.records import GOLD, STATE_KEY, TASK, gold_key, task_key
from bandit.desk.resets import moved_gold, moved_task, reset
from bandit.task.state import DeskState, HeldGold, TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bandit.events import Gold, Task
    from bandit.settings import MemorySettings


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
        self._kept: dict[bytes, bytes] = {}
        self._live: dict[bytes, TaskState | HeldGold | None] = {}
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
        return not self._kept and self.state.now is None

    @property
    def _resets(self) -> list[tuple[float, float]]:
        return self.state.resets

    def now(self, event: Task | Gold) -> float:
        """Return the time; before the first tick, that of `event`."""
        return event.at if self.state.now is None else self.state.now

    # Tasks and waiting gold -----------------------------------------------------------------

    def task(self, name: str) -> TaskState | None:
        """Return a task that is open or still remembered; changes to it are kept by `put`."""
        state = self.peek(name)
        if state is not None:
            self._live[task_key(name)] = state
        return state

    def peek(self, name: str) -> TaskState | None:
        """Return a task to read only; it costs no memory in the batch, unless `put` keeps it."""
        key = task_key(name)
        if key in self._live:
            live = self._live[key]
            return moved_task(live, self._resets) if isinstance(live, TaskState) else None
        data = self._kept.get(key)
        return None if data is None else moved_task(records.decode_task(data), self._resets)

    def put(self, state: TaskState) -> None:
        """Put a changed task on the desk."""
        state.resets = len(self._resets)
        self._live[task_key(state.task.task)] = state

    def remove(self, name: str) -> None:
        """Delete a task."""
        self._live[task_key(name)] = None

    def first_closed(self, most: int, now: float) -> Iterator[TaskState]:
        """Yield the closed task to forget first, while more than `most` are remembered."""
        return self.closed.first_beyond(most, now, self.task, self._knows)

    def _knows(self, name: str) -> bool:
        key = task_key(name)
        return self._live[key] is not None if key in self._live else key in self._kept

    def gold(self, name: str) -> HeldGold | None:
        """Return the gold held for a task."""
        key = gold_key(name)
        if key in self._live:
            live = self._live[key]
            return moved_gold(live, self._resets) if isinstance(live, HeldGold) else None
        data = self._kept.get(key)
        return None if data is None else moved_gold(records.decode_gold(data), self._resets)

    def hold(self, gold: Gold, now: float) -> None:
        """Hold gold for a task that isn't known yet."""
        held = HeldGold(gold, now, len(self._resets))
        self._live[gold_key(gold.task)] = held
        self.state.waiting_gold += 1
        self._note_gold(held)

    def take_gold(self, name: str) -> Gold | None:
        """Return the gold held for a task, and hold it no longer."""
        held = self.gold(name)
        if held is None:
            return None
        self._live[gold_key(name)] = None
        self.state.waiting_gold -= 1
        return held.gold

    def reset(self, at: float) -> None:
        """Set the time to `at`, even backwards, and note again what is due."""
        if not reset(self.state, at):
            return
        for key in {*self._kept, *self._live}:
            if key.startswith(TASK):
                state = self.peek(key.removeprefix(TASK).decode())
                if state is not None and (entry := self._note_task(state)) is not None:
                    self.closed.move(entry)
            elif held := self.gold(key.removeprefix(GOLD).decode()):
                self._note_gold(held)

    # Batches --------------------------------------------------------------------------------

    def changes(self) -> list[tuple[bytes, bytes | None]]:
        """Return every record changed since the last `keep`, encoded; `None` deletes a key."""
        changed: list[tuple[bytes, bytes | None]] = []
        for key, value in self._live.items():
            data = None if value is None else records.encode(value)
            if data != self._kept.get(key):
                changed.append((key, data))
        state = records.encode(self.state)
        if state != self._state_kept:
            changed.append((STATE_KEY, state))
        return changed

    def keep(self, changed: list[tuple[bytes, bytes | None]]) -> None:
        """Make the changes final; `changed` is what `changes` gave."""
        self._take_up(changed)
        self._live.clear()
        self.agenda.keep(self._is_known)
        self.closed.keep()
        self.halted.keep()
        self.queues.keep(self.peek)
        self._savings_kept = dict(self.savings)

    def drop(self) -> None:
        """Undo all changes since the last `keep`."""
        self._live.clear()
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
        for key, data in self._kept.items():
            if key.startswith(TASK):
                state = moved_task(records.read(key, data, TaskState), self._resets)
                if (entry := self._note_task(state)) is not None:
                    closed.append(entry)
                if state.halted_at is not None:
                    self.halted.add(state)
                if state.waits_for:
                    self.queues.add(state)
            else:
                self._note_gold(moved_gold(records.read(key, data, HeldGold), self._resets))
        self.closed.restore(closed)
        self.halted.keep()

    def _take_up(self, written: Iterable[tuple[bytes, bytes | None]]) -> None:
        for key, data in written:
            if data is None:
                self._kept.pop(key, None)
            elif key == STATE_KEY:
                self._state_kept = data
            else:
                self._kept[key] = data

    def _is_known(self, entry: AgendaEntry) -> bool:
        key = gold_key(entry.task) if entry.kind == "gold" else task_key(entry.task)
        return key in self._kept

    def _note_task(self, state: TaskState) -> ClosedEntry | None:
        """Note what is due about a task; its entry among the closed ones, if it is one."""
        for entry in entries_of(state, self._memory):
            self.agenda.add(entry)
        closed_at = state.forget_at(0.0)
        return None if closed_at is None else ClosedEntry(closed_at, state.task.task)

    def _note_gold(self, held: HeldGold) -> None:
        self.agenda.add(AgendaEntry(held.at + self._memory.gold_waits_s, "gold", held.gold.task))
