"""Records of tasks and of what waits for them, encoded; a batch's changes lie over them decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.desk import records
from bandit.desk.records import GOLD, PREDICTIONS, TASK, gold_key, predictions_key, task_key
from bandit.desk.resets import moved_held, moved_task
from bandit.task.state import HeldGold, HeldPredictions, TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Resets = list[tuple[float, float]]
    """Times before and after each reset of the clock; records are read as moved by them."""

Changed = list[tuple[bytes, bytes | None]]
"""Records by key, encoded; `None` deletes a key."""

DeskRecord = TaskState | HeldGold | HeldPredictions


class Overlay:
    """Records by key: `kept` as they are committed, and what the batch puts over them.

    Examples
    --------
    >>> from bandit.events import Task
    >>> overlay = Overlay()
    >>> task = Task(task="t1", project="p", at=0.0, classes=("yes", "no"))
    >>> overlay.put_task(TaskState(task=task))
    >>> overlay.drop()
    >>> overlay.task("t1", []) is None
    True
    """

    def __init__(self) -> None:
        self.kept: dict[bytes, bytes] = {}
        self._live: dict[bytes, DeskRecord | None] = {}

    def task(self, name: str, resets: Resets) -> TaskState | None:
        """Return the state of a task; changes to it are lost unless it is put."""
        key = task_key(name)
        if key in self._live:
            live = self._live[key]
            return moved_task(live, resets) if isinstance(live, TaskState) else None
        data = self.kept.get(key)
        return None if data is None else moved_task(records.decode_task(data), resets)

    def put_task(self, state: TaskState) -> None:
        """Put a task over what is kept of it."""
        self._live[task_key(state.task.task)] = state

    def remove_task(self, name: str) -> None:
        """Delete a task."""
        self._live[task_key(name)] = None

    def knows_task(self, name: str) -> bool:
        """Whether there is a task of that name, without decoding it."""
        key = task_key(name)
        return self._live[key] is not None if key in self._live else key in self.kept

    def gold(self, name: str, resets: Resets) -> HeldGold | None:
        """Return the gold held for a task."""
        key = gold_key(name)
        if key in self._live:
            live = self._live[key]
            return moved_held(live, resets) if isinstance(live, HeldGold) else None
        data = self.kept.get(key)
        return None if data is None else moved_held(records.decode_gold(data), resets)

    def put_gold(self, held: HeldGold) -> None:
        """Hold gold for a task."""
        self._live[gold_key(held.task)] = held

    def remove_gold(self, name: str) -> None:
        """Hold gold for a task no longer."""
        self._live[gold_key(name)] = None

    def predictions(self, name: str, resets: Resets) -> HeldPredictions | None:
        """Return the predictions held for a task."""
        key = predictions_key(name)
        if key in self._live:
            live = self._live[key]
            return moved_held(live, resets) if isinstance(live, HeldPredictions) else None
        data = self.kept.get(key)
        return None if data is None else moved_held(records.decode_predictions(data), resets)

    def put_predictions(self, held: HeldPredictions) -> None:
        """Hold predictions for a task."""
        self._live[predictions_key(held.task)] = held

    def remove_predictions(self, name: str) -> None:
        """Hold predictions for a task no longer."""
        self._live[predictions_key(name)] = None

    def states(self, resets: Resets) -> Iterator[DeskRecord]:
        """Yield every task and all that is held for one, the changes of the batch included."""
        for key in {*self.kept, *self._live}:
            state: DeskRecord | None
            if key.startswith(TASK):
                state = self.task(key.removeprefix(TASK).decode(), resets)
            elif key.startswith(PREDICTIONS):
                state = self.predictions(key.removeprefix(PREDICTIONS).decode(), resets)
            else:
                state = self.gold(key.removeprefix(GOLD).decode(), resets)
            if state is not None:
                yield state

    def read_kept(self, resets: Resets) -> Iterator[DeskRecord]:
        """Yield every task and all that is held for one, as kept, written by any release.

        Raises
        ------
        StateError
            If one can't be read, or a newer poolwise wrote it (`NewerVersion`).
        """
        for key, data in self.kept.items():
            if key.startswith(TASK):
                yield moved_task(records.read(key, data, TaskState), resets)
            elif key.startswith(PREDICTIONS):
                yield moved_held(records.read(key, data, HeldPredictions), resets)
            else:
                yield moved_held(records.read(key, data, HeldGold), resets)

    def changes(self) -> Changed:
        """Return the records that differ from what is kept, encoded."""
        changed: Changed = []
        for key, value in self._live.items():
            data = None if value is None else records.encode(value)
            if data != self.kept.get(key):
                changed.append((key, data))
        return changed

    def keep(self, changed: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Replace what is kept by `changed`, and end the batch."""
        for key, data in changed:
            if data is None:
                self.kept.pop(key, None)
            else:
                self.kept[key] = data
        self._live.clear()

    def drop(self) -> None:
        """Forget the changes of the batch."""
        self._live.clear()
