"""All that a batch may change: desks by partition, pools and controls, made final or undone."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from bandit.desk.desk import Desk
from bandit.desk.shares import WorkerDesks
from bandit.desk.stranded import count_stranded
from bandit.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bandit.events import Control, Pool
    from bandit.settings import MemorySettings

    Changed = list[tuple[bytes, bytes | None]]

T = TypeVar("T")


class Desks:
    """Desks by partition, the pools that they all ask, and what is ordered of each project.

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
        """Return what time it is at a partition, if it is held and has been told."""
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
        """Return where each topic of a partition is read on, if it is held and knows."""
        desk = self._desks.get(partition)
        return {} if desk is None else dict(desk.state.positions)

    def note_positions(self, partition: int, positions: Mapping[str, int]) -> None:
        """Write on a partition's desk where topics are read on."""
        state = self.of(partition).state
        state.positions.update(positions)
        state.split = self._partitions

    def describe(self, pool: Pool) -> None:
        """Take in what operations say of a pool."""
        self._set(self.pools, pool.pool, pool)

    def order(self, project: str, control: Control) -> None:
        """Take in what an operator orders of a project."""
        self._set(self.controls, project, control)

    def _set(self, table: dict[str, T], name: str, value: T) -> None:
        """Replace what a table has for `name`, until it is kept or dropped."""
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
        """Take up a partition's desk as its records in the log say.

        Raises
        ------
        StateError
            If tasks were split otherwise when it was written.
        """
        self.release(partition)
        self.of(partition).restore(records)
        self._list_held()
        split = self.of(partition).state.split
        if split not in (0, self._partitions):
            msg = (
                f"partition {partition}: tasks were split {split} ways when its desk was written,"
                f" and are {self._partitions} ways now, so labels would not find their tasks; what"
                " to do: poolwise doctor"
            )
            raise StateError(msg)

    def release(self, partition: int) -> None:
        """Forget a partition."""
        self._changes = None
        self._desks.pop(partition, None)
        self._list_held()

    def open_tasks(self) -> int:
        """Tasks without a verdict."""
        return sum(desk.state.open_tasks for desk in self._desks.values())

    def halted_tasks(self) -> int:
        """Open tasks that are halted."""
        return sum(desk.halted.open_count for desk in self._desks.values())

    def stranded(self) -> Counter[tuple[str, ...]]:
        """Count tasks that wait for an open pool, by the skills that it must have."""
        return sum((count_stranded(desk) for desk in self._desks.values()), Counter())

    def open_asks(self) -> int:
        """Asks that are awaited."""
        return sum(sum(desk.state.in_flight.values()) for desk in self._desks.values())

    def _list_held(self) -> None:
        self.held.replace([desk for _, desk in sorted(self._desks.items())])

    def _changed(self) -> dict[int, Changed]:
        """Changes by partition, encoded once however often they are asked for."""
        if self._changes is None:
            self._changes = {partition: desk.changes() for partition, desk in self._desks.items()}
        return self._changes
