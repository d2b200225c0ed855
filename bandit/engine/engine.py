"""The engine: events go in one by one, and decisions, asks, rewards and verdicts come out.

Rule 1: same events, same order, same outputs; it opens nothing and knows no clock but `Tick`.
Rule 2: an input that breaks a rule comes out as a dead letter and changes nothing; but the second
        label of a person on one task ends its ask.
Rule 3: it learns from `Reward` events alone, which its driver feeds back from the log.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bandit.desk.desks import Desks
from bandit.engine import checks
from bandit.engine.arms import Arms
from bandit.engine.clock import Clock
from bandit.engine.inputs import TaskInputs
from bandit.engine.ticks import TickAnswer
from bandit.errors import EventError, TickNotBelieved
from bandit.events import Control, Pool, Reward, Tick
from bandit.learn.brains import Brains
from bandit.lifecycle.transitions import Transitions
from bandit.limits.budgets import Budgets
from bandit.limits.capacity import Capacity
from bandit.limits.eligibility import Eligibility
from bandit.settings import check

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bandit.events import Input, Output
    from bandit.learn.brain import Brain
    from bandit.settings import Settings

NO_OWN: Mapping[str, bytes] = {}


class Engine:
    """Decides about tasks and learns from the outcomes.

    Parameters
    ----------
    settings
        All settings of the core.
    brain
        What has been learned so far; shared by all partitions, and by the arms of a live test but
        for those that learn for themselves.
    partitions
        Number of partitions that tasks are spread over: each has its share of every capacity.

    Examples
    --------
    >>> from bandit.events import Task
    >>> from bandit.learn.brain import Brain
    >>> from bandit.settings import Settings
    >>> engine = Engine(Settings(), Brain(Settings()))
    >>> _ = engine.receive(Pool(pool="a", at=0.0, usd_per_label=0.05))
    >>> task = Task(task="t1", project="p", at=1.0, classes=("yes", "no"))
    >>> [type(event).__name__ for event in engine.receive(task)]
    ['Decision', 'Ask']
    """

    def __init__(self, settings: Settings, brain: Brain, partitions: int = 1) -> None:
        self.settings = check(settings)
        self.brain = brain
        self.brains = brains = Brains(settings, brain)
        self.counters: Counter[str] = Counter()
        self._desks = desks = Desks(settings.memory, partitions)
        pools = desks.pools
        capacity = Capacity(partitions, desks.held)
        budgets = Budgets(partitions, desks.held)
        eligibility = Eligibility(pools, desks.controls, capacity, budgets)
        moves = Transitions(settings.memory, capacity, budgets)
        arms = Arms(
            settings,
            brains,
            pools,
            desks.controls,
            capacity,
            eligibility,
            moves,
            partitions,
        )
        self._arms = arms
        # These four are for laws and markets that look into an engine: tests and bench.
        self._capacity, self._eligibility = capacity, eligibility
        self._decider, self._decisions = arms.base.decider, arms.base.decisions
        self._clock = Clock(
            settings, pools, eligibility, capacity, budgets, moves, arms, partitions
        )
        self._inputs = TaskInputs(settings.memory, arms, moves, desks.controls, self.counters)

    # Events ---------------------------------------------------------------------------------

    def receive(
        self, event: Input | Reward, partition: int = 0, logged_at: float | None = None
    ) -> list[Output]:
        """Return what follows from `event`, which came in by `partition`.

        Pools, controls and rewards are for all partitions, whichever they came in by. `logged_at`
        is when the log took it, by its own clock, if ticks are to be compared with that.
        """
        if isinstance(event, Tick):
            return self.tick(event, partition, logged_at).outputs
        try:
            match event:
                case Reward():
                    if self.brains.learn(event):
                        self._arms.renew()
                    return []
                case Pool() | Control():
                    return self._ordered(event)
                case _:
                    return self._inputs.receive(self._desks.of(partition), event)
        except EventError as error:
            return [self._inputs.refused(error, self._desks.now(partition))]

    def tick(self, event: Tick, partition: int = 0, logged_at: float | None = None) -> TickAnswer:
        """Return what follows from a tick, and whether it was believed."""
        try:
            checks.finite(event.at, "tick: at")
            outputs = self._clock.tick(self._desks.of(partition), event, logged_at)
        except EventError as error:
            letter = self._inputs.refused(error, self._desks.now(partition))
            doubt = error.doubt if isinstance(error, TickNotBelieved) else None
            return TickAnswer([letter], is_believed=False, doubt=doubt, message=letter.message)
        return TickAnswer(outputs, is_believed=True)

    def adopt(self, data: bytes, own: Mapping[str, bytes] = NO_OWN) -> None:
        """Replace all that was learned by the brain saved in `data`, and the arms' `own` ones.

        Raises
        ------
        StateError
            If one of them can't be read; nothing has changed then.
        """
        self.brains.adopt(data, own)
        self._arms.renew()

    def _ordered(self, event: Pool | Control) -> list[Output]:
        """Take in what operations say; a control of the learning is for the learner alone."""
        if isinstance(event, Pool):
            checks.pool(event)
            self._desks.describe(event)
        else:
            checks.control(event)
            if event.project is not None:
                self._desks.order(event.project, event)
        return []

    # Batches and partitions -----------------------------------------------------------------

    def changes(self) -> list[tuple[int, bytes, bytes | None]]:
        """Return the desk records changed since `keep`: (partition, key, value or `None`)."""
        return self._desks.changes()

    def keep(self) -> None:
        """Make everything since the last `keep` final."""
        self._desks.keep()

    def drop(self) -> None:
        """Undo everything since the last `keep`; what was learned stays learned."""
        self._desks.drop()

    def restore(self, partition: int, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Restore a partition's desk from its records.

        Raises
        ------
        StateError
            If they were written with another number of partitions, or can't be read.
        """
        self._desks.restore(partition, records)

    def release(self, partition: int) -> None:
        """Forget a partition that another worker has now."""
        self._desks.release(partition)

    def positions(self, partition: int) -> dict[str, int]:
        """Return the offset of the next record of each topic, as the partition's desk has it."""
        return self._desks.positions(partition)

    def note_positions(self, partition: int, positions: Mapping[str, int]) -> None:
        """Write on a partition's desk, with its next changes, the next offset of each topic."""
        self._desks.note_positions(partition, positions)

    # State ----------------------------------------------------------------------------------

    def empty(self, partition: int) -> bool:
        """Whether a partition's desk has never known a task, gold or the time."""
        return self._desks.empty(partition)

    def now(self, partition: int) -> float | None:
        """Return the time of a partition; `None` before its first tick, or if it isn't held."""
        return self._desks.now(partition)

    def unfinished(self, partition: int) -> bool:
        """Whether more is due at a partition than its last tick did: the next should come soon."""
        return self._desks.unfinished(partition)

    def open_tasks(self) -> int:
        """Return the number of tasks without a verdict."""
        return self._desks.open_tasks()

    def halted_tasks(self) -> int:
        """Return the number of open tasks stopped by a control, or that wait for a pool to open."""
        return self._desks.halted_tasks()

    def stranded(self) -> Counter[tuple[str, ...]]:
        """Count tasks that wait for an open pool, by the skills that it must have."""
        return self._desks.stranded()

    def deferred(self) -> int:
        """Return the number of halted tasks that wait for a better pool to open."""
        return self._desks.deferred()

    def open_asks(self) -> int:
        """Return the number of asks whose answer is awaited."""
        return self._desks.open_asks()
