"""The desk: one partition's tasks, kept encoded, with the changes of a batch laid over them.

Rule 1: nothing is final until `keep`; `drop` undoes all since the last one.
Rule 2: what the desk knows is what `restore` reads back from the records that `changes` gave.
Rule 3: only the agenda says what is due, and an entry counts only if the state still says so.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import msgspec

from bandit.desk.agenda import AgendaEntry, Closed, dues
from bandit.desk.halted import Halted
from bandit.desk.queues import Queues
from bandit.desk.records import read
from bandit.desk.resets import moved_gold, moved_task, reset
from bandit.task.state import DeskState, HeldGold, TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bandit.events import Gold, Task
    from bandit.settings import MemorySettings

STATE_KEY = b"desk"
TASK, GOLD = b"task/", b"gold/"

TIDY = 1000
"""Entries of the agenda that may be of tasks that are gone, beside as many as were not."""


class Desk:
    """The open tasks of one partition, and the closed ones still remembered.

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
        self._encode = msgspec.json.Encoder().encode
        self._decode_task = msgspec.json.Decoder(TaskState).decode
        self._decode_gold = msgspec.json.Decoder(HeldGold).decode
        self._kept: dict[bytes, bytes] = {}
        self._live: dict[bytes, TaskState | HeldGold | None] = {}
        self._agenda: list[AgendaEntry] = []
        self._tidy_at = TIDY
        self._popped: list[AgendaEntry] = []
        self._closed: list[Closed] = []
        self._popped_closed: list[Closed] = []
        self._savings_kept: dict[str, float] = {}
        self._closed_tasks_kept = 0
        self.halted = Halted()
        self.queues = Queues()
        self.savings: dict[str, float] = {}  # room in pools beside `state.room`; in no record
        self.closed_tasks = 0  # still remembered; in no record
        self.unfinished = False  # the last tick left some of what is due; in no record
        self.state = DeskState()
        self._state_kept = self._encode(self.state)

    def empty(self) -> bool:
        """Whether nothing was ever kept here: no task, no gold and no time."""
        return not self._kept and self.state.now is None

    @property
    def _resets(self) -> list[tuple[float, float]]:
        return self.state.resets

    def now(self, event: Task | Gold) -> float:
        """What time it is; before the first tick, when `event` came."""
        return event.at if self.state.now is None else self.state.now

    # Tasks and waiting gold -----------------------------------------------------------------

    def task(self, name: str) -> TaskState | None:
        """Return a task that is open or still remembered; changes to it are kept by `put`."""
        state = self.peek(name)
        if state is not None:
            self._live[TASK + name.encode()] = state
        return state

    def peek(self, name: str) -> TaskState | None:
        """Return a task to look at: so many may be looked at in a batch; `put` keeps changes."""
        key = TASK + name.encode()
        if key in self._live:
            found = self._live[key]
            return moved_task(found, self._resets) if isinstance(found, TaskState) else None
        kept = self._kept.get(key)
        return None if kept is None else moved_task(self._decode_task(kept), self._resets)

    def put(self, state: TaskState) -> None:
        """Lay a task that has changed over the desk."""
        state.resets = len(self._resets)
        self._live[TASK + state.task.task.encode()] = state

    def note(self, due: AgendaEntry) -> None:
        """Put something on the agenda."""
        heapq.heappush(self._agenda, due)

    def remember(self, name: str, now: float) -> None:
        """Keep a task that has closed just now for a while."""
        self.state.open_tasks -= 1
        self.closed_tasks += 1
        heapq.heappush(self._closed, Closed(now, name))
        self.note(AgendaEntry(now + self._memory.remember_closed_s, "forget", name))

    def forget(self, name: str) -> None:
        """Let a closed task go."""
        self.closed_tasks -= 1
        self._live[TASK + name.encode()] = None

    def too_many(self, most: int, now: float) -> Iterator[TaskState]:
        """Yield the closed task that is to go first, while more than `most` are remembered."""
        while self._closed:
            crowded = self.closed_tasks > most and self._closed[0].at <= now
            if not crowded and self._knows(self._closed[0].task):
                return
            entry = heapq.heappop(self._closed)
            self._popped_closed.append(entry)
            state = self.task(entry.task)
            at = None if state is None else state.forget_at(0.0)
            if state is not None and at == entry.at:
                yield state
            elif at is not None:  # its audit was asked for meanwhile
                heapq.heappush(self._closed, Closed(at, entry.task))

    def _knows(self, name: str) -> bool:
        key = TASK + name.encode()
        return self._live[key] is not None if key in self._live else key in self._kept

    def gold(self, name: str) -> HeldGold | None:
        """Return the gold that waits for a task."""
        key = GOLD + name.encode()
        if key in self._live:
            found = self._live[key]
            return moved_gold(found, self._resets) if isinstance(found, HeldGold) else None
        kept = self._kept.get(key)
        return None if kept is None else moved_gold(self._decode_gold(kept), self._resets)

    def hold(self, gold: Gold, now: float) -> None:
        """Let gold wait for a task that isn't known yet."""
        held = HeldGold(gold, now, len(self._resets))
        self._live[GOLD + gold.task.encode()] = held
        self.state.waiting_gold += 1
        self._note_gold(held)

    def take_gold(self, name: str) -> Gold | None:
        """Return the gold that waits for a task, and stop holding it."""
        held = self.gold(name)
        if held is None:
            return None
        self._live[GOLD + name.encode()] = None
        self.state.waiting_gold -= 1
        return held.gold

    def due(self, now: float) -> Iterator[AgendaEntry]:
        """Yield what is due by `now`, earliest first; what comes up meanwhile included."""
        while self._agenda and self._agenda[0].at <= now:
            entry = heapq.heappop(self._agenda)
            self._popped.append(entry)
            yield entry

    def reset(self, at: float) -> None:
        """Set the time to `at`, backwards too, and note anew what is due."""
        if reset(self.state, at):
            for key in {*self._kept, *self._live}:
                if key.startswith(TASK):
                    if state := self.peek(key.removeprefix(TASK).decode()):
                        self._note_task(state)
                elif held := self.gold(key.removeprefix(GOLD).decode()):
                    self._note_gold(held)

    # Batches --------------------------------------------------------------------------------

    def changes(self) -> list[tuple[bytes, bytes | None]]:
        """Return every record changed since the last `keep`, encoded; `None` deletes a key."""
        changed: list[tuple[bytes, bytes | None]] = []
        for key, value in self._live.items():
            data = None if value is None else self._encode(value)
            if data != self._kept.get(key):
                changed.append((key, data))
        state = self._encode(self.state)
        if state != self._state_kept:
            changed.append((STATE_KEY, state))
        return changed

    def keep(self, changed: list[tuple[bytes, bytes | None]]) -> None:
        """Make the changes final; `changed` is what `changes` gave."""
        for key, data in changed:
            if key == STATE_KEY and data is not None:
                self._state_kept = data
            elif data is None:
                self._kept.pop(key, None)
            else:
                self._kept[key] = data
        self._live.clear()
        self._popped.clear()
        self._popped_closed.clear()
        if len(self._agenda) > self._tidy_at:
            self._tidy()
        self.halted.keep()
        self.queues.keep(self.peek)
        self._savings_kept = dict(self.savings)
        self._closed_tasks_kept = self.closed_tasks

    def drop(self) -> None:
        """Undo all changes since the last `keep`."""
        self._live.clear()
        for entry in self._popped:
            heapq.heappush(self._agenda, entry)
        self._popped.clear()
        for closed in self._popped_closed:
            heapq.heappush(self._closed, closed)
        self._popped_closed.clear()
        self.halted.drop()
        self.queues.drop()
        self.savings = dict(self._savings_kept)
        self.closed_tasks = self._closed_tasks_kept
        self.state = msgspec.json.decode(self._state_kept, type=DeskState)

    def _tidy(self) -> None:
        """Drop from the agenda what is about tasks that are gone, and would do nothing."""
        self._agenda = [
            due
            for due in self._agenda
            if (GOLD if due.kind == "gold" else TASK) + due.task.encode() in self._kept
        ]
        heapq.heapify(self._agenda)
        self._tidy_at = 2 * len(self._agenda) + TIDY

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Take up the records of `changes`, in the order they were written.

        Raises
        ------
        StateError
            If one can't be read, or a newer poolwise wrote it (`NewerVersion`).
        """
        for key, data in records:
            if data is None:
                self._kept.pop(key, None)
            elif key == STATE_KEY:
                self._state_kept = data
            else:
                self._kept[key] = data
        self.state = read(STATE_KEY, self._state_kept, DeskState)
        self._agenda, self._closed = [], []
        for key, data in self._kept.items():
            if key.startswith(TASK):
                state = moved_task(read(key, data, TaskState), self._resets)
                self._note_task(state)
                if state.halted_at is not None:
                    self.halted.add(state)
                if state.waits_for:
                    self.queues.add(state)
            else:
                self._note_gold(moved_gold(read(key, data, HeldGold), self._resets))
        self.closed_tasks = self._closed_tasks_kept = len(self._closed)
        self.halted.keep()

    def _note_task(self, state: TaskState) -> None:
        for due in dues(state, self._memory):
            self.note(due)
        closed_at = state.forget_at(0.0)
        if closed_at is not None:
            heapq.heappush(self._closed, Closed(closed_at, state.task.task))

    def _note_gold(self, held: HeldGold) -> None:
        self.note(AgendaEntry(held.at + self._memory.gold_waits_s, "gold", held.gold.task))
