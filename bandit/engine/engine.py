"""The engine: an event goes in by one door, and what follows from it comes out.

Rule 1: same events, same order, same outputs; it opens nothing and knows no clock but `Tick`.
Rule 2: an input that breaks a rule changes nothing and comes out as a dead letter.
Rule 3: it learns from `Reward` events alone, which its driver feeds back from the log.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bandit.close.closing import Closing
from bandit.decide.asking import Asking
from bandit.decide.policies.policy import make
from bandit.desk.agenda import AgendaEntry
from bandit.desk.desks import Desks
from bandit.desk.early_gold import hold_early
from bandit.engine import checks
from bandit.engine.clock import Clock
from bandit.errors import EventError
from bandit.events import Control, DeadLetter, Decline, Gold, Label, Pool, Reward, Task, Tick
from bandit.limits.budgets import Budgets
from bandit.limits.capacity import Capacity
from bandit.limits.eligibility import Eligibility
from bandit.settings import check
from bandit.task.state import AUDIT, DECLINED, LABELED, WAITING, TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bandit.desk.desk import Desk
    from bandit.events import Input, Output
    from bandit.learn.brain import Brain
    from bandit.settings import Settings


class Engine:
    """Decides about tasks and learns from what comes back.

    Parameters
    ----------
    settings
        All that can be set.
    brain
        What has been learned so far; shared by all partitions.
    partitions
        How many partitions tasks are spread over: each desk has its share of every capacity.

    Examples
    --------
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
        self.counters: Counter[str] = Counter()
        self._desks = desks = Desks(settings.memory, partitions)
        self._capacity = Capacity(partitions, desks.held)
        self._budgets = Budgets(partitions, desks.held)
        self._closing = Closing(settings, brain, self._capacity, self._budgets, partitions)
        eligible = Eligibility(desks.pools, desks.controls, self._capacity, self._budgets)
        self._asking = Asking(
            settings,
            brain,
            make(settings.policy),
            desks.pools,
            eligible,
            self._capacity,
            self._budgets,
            self._closing,
        )
        self._clock = Clock(
            settings, desks.pools, eligible, self._capacity, self._budgets, self._asking
        )

    def receive(
        self, event: Input | Reward, partition: int = 0, logged_at: float | None = None
    ) -> list[Output]:
        """Return what follows from `event`, which came in by `partition`.

        Pools, controls and rewards are for all partitions, whichever brought them. `logged_at` is
        when the log took it, by its own clock, where that is to be compared with what a tick says.
        """
        try:
            match event:
                case Reward():
                    self.brain.learn(event)
                    return []
                case Pool() | Control():
                    return self._ordered(event)
                case Tick():
                    checks.finite(event.at, "tick: at")
                    return self._clock.tick(self._desks.of(partition), event, logged_at)
                case _:
                    return self._received(self._desks.of(partition), event)
        except EventError as error:
            return [self._refused(error, self._desks.now(partition))]

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
        """Take up a partition's desk; raises `StateError` if tasks were split otherwise then."""
        self._desks.restore(partition, records)

    def release(self, partition: int) -> None:
        """Forget a partition that is somebody else's now."""
        self._desks.release(partition)

    def positions(self, partition: int) -> dict[str, int]:
        """Return where each topic of a partition is read on, as its desk knows it."""
        return self._desks.positions(partition)

    def note_positions(self, partition: int, positions: Mapping[str, int]) -> None:
        """Write on a partition's desk, with its next changes, where topics are read on."""
        self._desks.note_positions(partition, positions)

    def empty(self, partition: int) -> bool:
        """Whether a partition's desk has never known a task, gold or the time."""
        return self._desks.of(partition).empty()

    def adopt(self, data: bytes) -> None:
        """Know from now on what the brain knew that was saved in `data`, and nothing else.

        Raises
        ------
        StateError
            If `data` can't be read; nothing has changed then.
        """
        self.brain.adopt(data)

    def now(self, partition: int) -> float | None:
        """Return what time it is at a partition, if it is held and has been told."""
        return self._desks.now(partition)

    def unfinished(self, partition: int) -> bool:
        """Whether more is due at a partition than its last tick did: it wants the next one soon."""
        return self._desks.unfinished(partition)

    def open_tasks(self) -> int:
        """Tasks without a verdict."""
        return self._desks.open_tasks()

    def halted_tasks(self) -> int:
        """Open tasks that a control or the want of a pool has stopped."""
        return self._desks.halted_tasks()

    def stranded(self) -> Counter[tuple[str, ...]]:
        """Count tasks that wait for an open pool, by the skills that it must have."""
        return self._desks.stranded()

    def open_asks(self) -> int:
        """Asks that are awaited."""
        return self._desks.open_asks()

    # What comes in --------------------------------------------------------------------------

    def _ordered(self, event: Pool | Control) -> list[Output]:
        """Take in what operations say; of the learning, that is for whoever learns."""
        if isinstance(event, Pool):
            checks.pool(event)
            self._desks.describe(event)
        else:
            checks.control(event)
            if event.project is not None:
                self._desks.order(event.project, event)
        return []

    def _received(self, desk: Desk, event: Task | Label | Decline | Gold) -> list[Output]:
        match event:
            case Label():
                return self._label(desk, event)
            case Task():
                return self._task(desk, event)
            case Gold():
                return self._gold(desk, event)
            case Decline():
                return self._decline(desk, event)

    def _task(self, desk: Desk, event: Task) -> list[Output]:
        checks.task(event)
        known = desk.task(event.task)
        if known is not None:
            if known.task == event:
                return self._ignored("repeated_task")
            msg = f"task {event.task!r}: a different task of this id is known"
            raise EventError("contradicts", msg)
        state = TaskState(task=event)
        out: list[Output] = []
        waiting = desk.take_gold(event.task)
        if waiting is not None:
            try:
                checks.gold(waiting, state)
                state.gold = waiting
            except EventError as error:  # the gold is at fault, not the task
                out.append(self._refused(error, desk.state.now))
        desk.state.open_tasks += 1
        desk.put(state)
        if event.deadline_at is not None:
            desk.note(AgendaEntry(event.deadline_at, "deadline", event.task))
        return out + self._asking.decide(desk, state, "first")

    def _label(self, desk: Desk, event: Label) -> list[Output]:
        state, ask = checks.asked(event, desk.task(event.task))
        if ask.label == event:
            return self._ignored("repeated_label")
        checks.label(event, state, ask)
        if ask.status == WAITING:
            self._capacity.end(desk, ask.pool)
            counted_usd = ask.usd
        else:  # its price was given back when it expired
            self.counters["late_label"] += 1
            counted_usd = 0.0
        usd = ask.usd if event.usd is None else event.usd
        self._budgets.correct(desk, state.task.project, ask.at, usd - counted_usd)
        ask.status, ask.label, ask.ended_at, ask.usd = LABELED, event, event.at, usd
        ask.labeler_signals = self.brain.labeler_signals(
            state.task.project,
            ask.pool,
            event.labeler,
            ask.quality,
            max(0.0, event.at - ask.at),
            event.at,
        )
        desk.put(state)
        if ask.why == AUDIT:
            return self._audit_answer(desk, state, event)
        if state.verdict is not None:
            return self._closing.revise(desk, state)
        return [] if state.waits() else self._asking.decide(desk, state, "more")

    def _audit_answer(self, desk: Desk, state: TaskState, event: Label) -> list[Output]:
        """An expert's answer is gold; where gold is known already, it only cost money."""
        if state.gold is None:
            source = f"pool {event.pool}"
            state.gold = Gold(task=event.task, answer=event.answer, at=event.at, source=source)
        return self._closing.revise(desk, state)

    def _decline(self, desk: Desk, event: Decline) -> list[Output]:
        state, ask = checks.asked(event, desk.task(event.task))
        checks.decline(event, ask)
        if ask.status != WAITING:
            return self._ignored("late_decline")
        return self._asking.give_up(desk, state, ask, DECLINED, max(ask.at, event.at))

    def _gold(self, desk: Desk, event: Gold) -> list[Output]:
        checks.id_(event.task, "task")
        checks.finite(event.at, f"gold of task {event.task!r}: at")
        state = desk.task(event.task)
        if state is None:
            is_new = hold_early(desk, event, self.settings.memory)
            return [] if is_new else self._ignored("repeated_gold")
        checks.gold(event, state)
        if state.gold is not None:
            return self._ignored("repeated_gold")
        state.gold = event
        desk.put(state)
        if state.verdict is not None:
            return self._closing.revise(desk, state)
        return self._asking.decide(desk, state, "gold")

    def _refused(self, error: EventError, now: float | None) -> DeadLetter:
        self.counters[error.rule] += 1
        return DeadLetter(rule=error.rule, message=str(error), at=now)

    def _ignored(self, what: str) -> list[Output]:
        self.counters[what] += 1
        return []
