"""Records of tasks and of what waits for them, encoded; a batch's changes lie over them decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from bandit.desk import records
from bandit.desk.records import (
    DeskRecord,
    gold_key,
    key_of,
    kind_of,
    predictions_key,
    task_key,
)
from bandit.desk.resets import moved
from bandit.task.state import HeldGold, HeldPredictions, TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Resets = list[tuple[float, float]]
    """Times before and after each reset of the clock; records are read as moved by them."""

Changed = list[tuple[bytes, bytes | None]]
"""Records by key, encoded; `None` deletes a key."""

R = TypeVar("R", bound=DeskRecord)


class Overlay:
    """Records by key: `kept` as they are committed, and what the batch puts over them.

    Examples
    --------
    >>> from bandit.events import Task
    >>> overlay = Overlay()
    >>> task = Task(task="t1", project="p", at=0.0, classes=("yes", "no"))
    >>> overlay.put(TaskState(task=task))
    >>> overlay.drop()
    >>> overlay.task("t1", []) is None
    True
    """

    def __init__(self) -> None:
        self.kept: dict[bytes, bytes] = {}
        self._live: dict[bytes, DeskRecord | None] = {}

    def task(self, name: str, resets: Resets) -> TaskState | None:
        """Return the state of a task; changes to it are lost unless it is put."""
        return self._record(task_key(name), TaskState, resets)

    def knows_task(self, name: str) -> bool:
        """Whether there is a task of that name, without decoding it."""
        key = task_key(name)
        return self._live[key] is not None if key in self._live else key in self.kept

    def gold(self, name: str, resets: Resets) -> HeldGold | None:
        """Return the gold held for a task."""
        return self._record(gold_key(name), HeldGold, resets)

    def predictions(self, name: str, resets: Resets) -> HeldPredictions | None:
        """Return the predictions held for a task."""
        return self._record(predictions_key(name), HeldPredictions, resets)

    def put(self, record: DeskRecord) -> None:
        """Put a record over what is kept of it."""
        self._live[key_of(record)] = record

    def remove(self, key: bytes) -> None:
        """Delete a record."""
        self._live[key] = None

    def states(self, resets: Resets) -> Iterator[DeskRecord]:
        """Yield every task and all that is held for one, the changes of the batch included."""
        for key in {*self.kept, *self._live}:
            record = self._record(key, kind_of(key), resets)
            if record is not None:
                yield record

    def read_kept(self, resets: Resets) -> Iterator[DeskRecord]:
        """Yield every task and all that is held for one, as kept, written by any release.

        Raises
        ------
        StateError
            If one can't be read, or a newer poolwise wrote it (`NewerVersion`).
        """
        for key, data in self.kept.items():
            yield moved(records.read(key, data, kind_of(key)), resets)

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

    def _record(self, key: bytes, kind: type[R], resets: Resets) -> R | None:
        if key in self._live:
            live = self._live[key]
            return moved(live, resets) if isinstance(live, kind) else None
        data = self.kept.get(key)
        if data is None:
            return None
        record: R = records.DECODE[kind](data)
        return moved(record, resets)
