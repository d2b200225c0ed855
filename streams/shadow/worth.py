"""The value of a correct answer by the shadow's own configuration.

A task may set it, so the tasks are read too, each partition as far as its decisions. A value that
follows from a target accuracy changes with the verdicts of the shadow: one per task, at the first
decision where it would stop, or where every configuration stops.
"""

from __future__ import annotations

from collections import defaultdict
from sys import intern
from typing import TYPE_CHECKING

import msgspec

from bandit.engine import checks
from bandit.errors import EventError
from bandit.events import STOP, Task
from bandit.features.reduced import reduced
from bandit.task.state import DeskState
from bandit.task.worth import update_worth, worth_usd
from streams.log.codec import InputDecoder
from streams.log.topics import TASKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.events import Decision, Pool
    from bandit.settings import Settings
    from streams.log.log import Follower, Log

BATCH = 1000
MOST_TASKS = 500_000
"""Tasks in memory, some 0.3 kB each; the oldest is dropped for a new one."""


class Worths:
    """Computes the value of a correct answer, decision by decision.

    Parameters
    ----------
    log
        The log.
    settings
        The shadow's.
    pools
        The pools as known now.
    positions
        Where to begin to read tasks, by partition; 0 if not given.
    """

    def __init__(
        self,
        log: Log,
        settings: Settings,
        pools: Mapping[str, Pool],
        positions: Mapping[int, int],
    ) -> None:
        self._settings = settings
        self._pools = pools
        self._decode = InputDecoder().decode
        self._tasks: dict[str, Task] = {}
        self._over: set[str] = set()
        self._desks: defaultdict[int, DeskState] = defaultdict(DeskState)
        self._readers = [
            log.follow(TASKS, number, positions.get(number, 0))
            for number in range(log.partitions(TASKS))
        ]

    def usd(self, partition: int, decision: Decision) -> float | None:
        """Return the value of a correct answer in dollars; `None` if the task is not in the log."""
        task = self._task(partition, decision.task)
        if task is None:
            return None
        return worth_usd(self._settings, self._desks[partition], task, self._pools.values())

    def decided(self, partition: int, decision: Decision, choice: str) -> dict[str, float]:
        """Record the shadow's choice; return the values that it changed, by their keys."""
        moved: dict[str, float] = {}
        if choice == STOP and decision.task not in self._over:
            task = self._tasks.get(decision.task)
            if task is not None and (decision.labels or decision.prior):
                moved = self._deliver(self._desks[partition], task, decision)
            self._over.add(decision.task)
        self._end(decision)
        return moved

    def again(
        self, partition: int, task: str, choices: tuple[str, str], moved: Mapping[str, float]
    ) -> None:
        """Restore from a line of the file: the logged choice and the shadow's."""
        self._desks[partition].log_worth.update(moved)
        if STOP in choices:
            self._over.add(task)
        if choices[0] == STOP:
            self._over.discard(task)

    def close(self) -> None:
        """Stop reading."""
        for reader in self._readers:
            reader.close()

    def _deliver(self, desk: DeskState, task: Task, decision: Decision) -> dict[str, float]:
        """Give a verdict; return the values that it changed."""
        before = dict(desk.log_worth)
        confidence, error = decision.confidence, decision.confidence_error
        update_worth(self._settings, desk, task, confidence, error)
        return {k: worth for k, worth in desk.log_worth.items() if before.get(k) != worth}

    def _end(self, decision: Decision) -> None:
        """Drop a task that is finished."""
        if decision.choice == STOP:
            self._tasks.pop(decision.task, None)
            self._over.discard(decision.task)

    def _task(self, partition: int, name: str) -> Task | None:
        """Return a task, reading on until it comes or the log ends."""
        reader, end = self._readers[partition], None
        while name not in self._tasks:
            if end is None:
                end = reader.end()
            if reader.position >= end:
                return None
            self._read(reader)
        return self._tasks[name]

    def _read(self, reader: Follower) -> None:
        for record in reader.poll(BATCH, 1.0):
            try:
                task = self._decode(record.value)
                if not isinstance(task, Task):
                    continue
                checks.task(task)
                reduced(task)  # refuses vectors that are too long or out of range
            except EventError:  # a dead letter: nothing was decided about it
                continue
            project = intern(task.project)
            lean = msgspec.structs.replace(
                task, project=project, classes=(), payload=None, features={}
            )
            self._tasks.setdefault(task.task, lean)  # a different one of the same id was refused
        while len(self._tasks) > MOST_TASKS:
            del self._tasks[next(iter(self._tasks))]
