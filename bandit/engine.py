"""The engine: an event goes in by one door, and what follows from it comes out.

Rule 1: same events, same order, same outputs; it opens nothing and knows no clock but `Tick`.
Rule 2: an input that breaks a rule changes nothing and comes out as a dead letter.
Rule 3: it learns from `Reward` events alone, which its driver feeds back from the log.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from bandit import checks
from bandit.asking import Asking, end_wait
from bandit.capacity import Capacity
from bandit.closing import Closing
from bandit.desk import Due
from bandit.desks import Desks
from bandit.errors import EventError
from bandit.events import DeadLetter, Decline, Gold, Label, Pool, Reward, Task, Tick
from bandit.policies.policy import make
from bandit.settings import check
from bandit.state import AUDIT, DECLINED, EXPIRED, LABELED, WAITING, TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bandit.brain import Brain
    from bandit.desk import Desk
    from bandit.events import Input, Output
    from bandit.settings import Settings
    from bandit.state import AskState


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
    >>> from bandit.brain import Brain
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
        self._desks = Desks(settings.memory)
        self._closing = Closing(settings, brain)
        self._asking = Asking(
            settings,
            brain,
            make(settings.policy),
            self._desks.pools,
            Capacity(1.0 / partitions),
            self._closing,
        )

    def receive(self, event: Input | Reward, partition: int = 0) -> list[Output]:
        """Return what follows from `event`, which came in by `partition`."""
        desk = self._desks.of(partition)
        try:
            match event:
                case Label():
                    return self._label(desk, event)
                case Task():
                    return self._task(desk, event)
                case Tick():
                    return self._tick(desk, event)
                case Gold():
                    return self._gold(desk, event)
                case Decline():
                    return self._decline(desk, event)
                case Pool():
                    return self._pool(event)
                case Reward():
                    self.brain.learn(event)
                    return []
        except EventError as error:
            return [self._refused(desk, error)]

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
        """Take up a partition's desk as its records in the log say."""
        self._desks.restore(partition, records)

    def release(self, partition: int) -> None:
        """Forget a partition that is somebody else's now."""
        self._desks.release(partition)

    def open_tasks(self) -> int:
        """Tasks without a verdict."""
        return self._desks.open_tasks()

    def open_asks(self) -> int:
        """Asks that are awaited."""
        return self._desks.open_asks()

    # What comes in --------------------------------------------------------------------------

    def _pool(self, event: Pool) -> list[Output]:
        checks.pool(event)
        self._desks.describe(event)
        return []

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
                out.append(self._refused(desk, error))
        desk.state.open_tasks += 1
        desk.put(state)
        if event.deadline_at is not None:
            desk.note(Due(event.deadline_at, "deadline", event.task))
        return out + self._asking.decide(desk, state, "first")

    def _label(self, desk: Desk, event: Label) -> list[Output]:
        state, ask = checks.asked(event, desk.task(event.task))
        if ask.label == event:
            return self._ignored("repeated_label")
        checks.label(event, state, ask)
        if ask.status == WAITING:
            desk.state.in_flight[ask.pool] -= 1
        else:
            self.counters["late_label"] += 1
        ask.status, ask.label, ask.ended_at = LABELED, event, event.at
        ask.usd = ask.usd if event.usd is None else event.usd
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
        return self._give_up(desk, state, ask, DECLINED, max(ask.at, event.at))

    def _gold(self, desk: Desk, event: Gold) -> list[Output]:
        checks.id_(event.task, "task")
        checks.finite(event.at, f"gold of task {event.task!r}: at")
        state = desk.task(event.task)
        if state is None:
            return self._early_gold(desk, event)
        checks.gold(event, state)
        if state.gold is not None:
            return self._ignored("repeated_gold")
        state.gold = event
        desk.put(state)
        if state.verdict is not None:
            return self._closing.revise(desk, state)
        return self._asking.decide(desk, state, "gold")

    def _early_gold(self, desk: Desk, event: Gold) -> list[Output]:
        """Gold for a task that isn't known waits for it a while."""
        waiting = desk.gold(event.task)
        if waiting is not None:
            if waiting.answer == event.answer:
                return self._ignored("repeated_gold")
            msg = f"gold of task {event.task!r}: {event.answer!r} contradicts {waiting.answer!r}"
            raise EventError("contradicts", msg)
        memory = self.settings.memory
        if desk.state.waiting_gold >= memory.max_waiting_gold:
            msg = f"gold of task {event.task!r}: {memory.max_waiting_gold} wait for tasks already"
            raise EventError("unknown_task", msg)
        # Only ticks move time, so gold waits from now, whenever the expert spoke.
        now = event.at if desk.state.now is None else desk.state.now
        desk.hold(msgspec.structs.replace(event, at=now), now + memory.gold_waits_s)
        return []

    # Time -----------------------------------------------------------------------------------

    def _tick(self, desk: Desk, event: Tick) -> list[Output]:
        checks.finite(event.at, "tick: at")
        desk.believe_tick(event, self.settings.clock)
        out: list[Output] = []
        for due in desk.due(event.at):
            out += self._due(desk, due)
        return out

    def _due(self, desk: Desk, due: Due) -> list[Output]:
        """Do what is due, if the state still says so."""
        if due.kind == "gold":
            gold = desk.gold(due.task)
            if gold is None or gold.at + self.settings.memory.gold_waits_s != due.at:
                return []
            desk.take_gold(due.task)
            message = f"gold of task {due.task!r}: no such task came within its wait"
            return [DeadLetter(rule="unknown_task", message=message, at=due.at)]
        state = desk.task(due.task)
        if state is None:
            return []
        if due.kind == "forget":
            self._forget(desk, state, due.at)
            return []
        desk.put(state)
        if due.kind == "expire":
            ask = state.ask(due.ask)
            if ask is None or ask.status != WAITING or ask.expires_at != due.at:
                return []
            return self._give_up(desk, state, ask, EXPIRED, ask.expires_at)
        if due.kind == "retry" and state.retry_at == due.at:
            return self._again(desk, state)
        overdue = due.kind == "deadline" and state.task.deadline_at == due.at
        if overdue and state.verdict is None:
            return self._asking.decide(desk, state, "deadline")
        return []

    def _forget(self, desk: Desk, state: TaskState, at: float) -> None:
        """Let a closed task go, or look at it again when its last audit has ended."""
        forget_at = state.forget_at(self.settings.memory.remember_closed_s)
        if forget_at is None:
            return
        if at < forget_at:
            desk.note(Due(forget_at, "forget", state.task.task))
            return
        end_wait(desk, state)
        desk.forget(state.task.task)

    def _give_up(
        self, desk: Desk, state: TaskState, ask: AskState, status: str, at: float
    ) -> list[Output]:
        """End an ask without a label, and go on with its task."""
        out: list[Output] = [self._closing.give_up(desk, state, ask, status, at)]
        desk.put(state)
        return out if state.waits() else out + self._again(desk, state)

    def _again(self, desk: Desk, state: TaskState) -> list[Output]:
        """Decide once more about an open task, or ask for an audit once more."""
        if state.verdict is not None:
            return self._asking.audit(desk, state)
        return self._asking.decide(desk, state, "retry")

    def _refused(self, desk: Desk, error: EventError) -> DeadLetter:
        self.counters[error.rule] += 1
        return DeadLetter(rule=error.rule, message=str(error), at=desk.state.now)

    def _ignored(self, what: str) -> list[Output]:
        self.counters[what] += 1
        return []
