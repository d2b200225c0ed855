"""State that a batch may change: desks by partition, pools and controls; made final or undone."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from bandit.desk.deferred import count_deferred
from bandit.desk.desk import Desk
from bandit.desk.shares import WorkerDesks
from bandit.desk.stranded import count_stranded
from bandit.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bandit.desk.overlay import Changed
    from bandit.events import Control, Pool
    from bandit.settings import MemorySettings

T = TypeVar("T")


class Desks:
    """Desks by partition, the pools that all of them ask, and the control of each project.

    Examples
    --------
    >>> from bandit.events import Pool
    >>> from bandit.settings import MemorySettings
    >>> desks = Desks(MemorySettings())
    >>> desks.describe(Pool(pool="a", at=0.0, usd_per_label=0.05))
    >>> desks.drop()
    >>> desks.pools
    {}
    """

    def __init__(self, memory: MemorySettings, partitions: int = 1) -> None:
        self.pools: dict[str, Pool] = {}
        self.controls: dict[str, Control] = {}
        self.held = WorkerDesks()
        self._memory = memory
        self._partitions = partitions
        self._desks: dict[int, Desk] = {}
        self._undo: list[Callable[[], object]] = []
        self._changes: dict[int, Changed] | None = None

    def of(self, partition: int) -> Desk:
        """Return a partition's desk, to be changed."""
        self._changes = None
        desk = self._desks.get(partition)
        if desk is None:
            desk = self._desks[partition] = Desk(self._memory)
            self._list_held()
        return desk

    def now(self, partition: int) -> float | None:
        """Return the time of a partition; `None` before its first tick, or if it isn't held."""
        desk = self._desks.get(partition)
        return None if desk is None else desk.state.now

    def empty(self, partition: int) -> bool:
        """Whether a partition has no desk, or one that never knew a task, gold or the time."""
        desk = self._desks.get(partition)
        return desk is None or desk.empty()

    def unfinished(self, partition: int) -> bool:
        """Whether a partition that is held has more to do than its last tick did."""
        desk = self._desks.get(partition)
        return desk is not None and desk.unfinished

    def positions(self, partition: int) -> dict[str, int]:
        """Return the offset of the next record of each topic of a partition, as far as noted."""
        desk = self._desks.get(partition)
        return {} if desk is None else dict(desk.state.positions)

    def note_positions(self, partition: int, positions: Mapping[str, int]) -> None:
        """Write on a partition's desk the offset of the next record of topics."""
        state = self.of(partition).state
        state.positions.update(positions)
        state.split = self._partitions

    def describe(self, pool: Pool) -> None:
        """Replace the description of a pool."""
        self._set(self.pools, pool.pool, pool)

    def order(self, project: str, control: Control) -> None:
        """Replace the control of a project."""
        self._set(self.controls, project, control)

    def _set(self, table: dict[str, T], name: str, value: T) -> None:
        """Replace an entry of a table; `drop` puts the one before back."""
        before = table.get(name)
        if before is None:
            self._undo.append(partial(table.pop, name))
        else:
            self._undo.append(partial(table.__setitem__, name, before))
        table[name] = value

    def changes(self) -> list[tuple[int, bytes, bytes | None]]:
        """Return the desk records changed since `keep`: (partition, key, value or `None`)."""
        return [
            (partition, key, value)
            for partition, changed in self._changed().items()
            for key, value in changed
        ]

    def keep(self) -> None:
        """Make everything since the last `keep` final."""
        for partition, changed in self._changed().items():
            self._desks[partition].keep(changed)
        self._changes = None
        self._undo.clear()

    def drop(self) -> None:
        """Undo everything since the last `keep`."""
        self._changes = None
        for desk in self._desks.values():
            desk.drop()
        self._list_held()
        for undo in reversed(self._undo):
            undo()
        self._undo.clear()

    def restore(self, partition: int, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Restore a partition's desk from its records in the log.

        Raises
        ------
        StateError
            If the number of partitions was another when they were written.
        """
        self.release(partition)
        self.of(partition).restore(records)
        self._list_held()
        split = self.of(partition).state.split
        if split not in (0, self._partitions):
            msg = (
                f"partition {partition}: its desk was written with {split} partitions, and there"
                f" are {self._partitions} now, so labels would not find their tasks; run `poolwise"
                " doctor` for what to do"
            )
            raise StateError(msg)

    def release(self, partition: int) -> None:
        """Forget a partition."""
        self._changes = None
        self._desks.pop(partition, None)
        self._list_held()

    def open_tasks(self) -> int:
        """Return the number of tasks without a verdict."""
        return sum(desk.state.open_tasks for desk in self._desks.values())

    def halted_tasks(self) -> int:
        """Return the number of open tasks that are halted."""
        return sum(desk.halted.open_count for desk in self._desks.values())

    def stranded(self) -> Counter[tuple[str, ...]]:
        """Count tasks that wait for an open pool, by the skills that it must have."""
        return sum((count_stranded(desk) for desk in self._desks.values()), Counter())

    def deferred(self) -> int:
        """Return the number of halted tasks that wait for a better pool to open."""
        return sum(count_deferred(desk) for desk in self._desks.values())

    def open_asks(self) -> int:
        """Return the number of asks whose answer is awaited."""
        return sum(sum(desk.state.in_flight.values()) for desk in self._desks.values())

    def _list_held(self) -> None:
        self.held.replace([desk for _, desk in sorted(self._desks.items())])

    def _changed(self) -> dict[int, Changed]:
        """Return the changes by partition, encoded once until something changes."""
        if self._changes is None:
            self._changes = {partition: desk.changes() for partition, desk in self._desks.items()}
        return self._changes
