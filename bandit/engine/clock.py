"""The clock: what a tick makes of a desk, from full buckets to asks that have expired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.days import day_of
from bandit.desk.agenda import AgendaEntry
from bandit.engine.round_robin import RoundRobin
from bandit.engine.ticks import TickQuota, believe, check_skew
from bandit.events import DeadLetter
from bandit.limits.turn import Unlimited
from bandit.limits.waiting import end_wait
from bandit.task.state import EXPIRED, WAITING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.decide.asking import Asking
    from bandit.desk.desk import Desk
    from bandit.events import Output, Pool, Tick
    from bandit.limits.budgets import Budgets
    from bandit.limits.capacity import Capacity
    from bandit.limits.eligibility import Eligibility
    from bandit.settings import Settings
    from bandit.task.state import TaskState

UNLIMITED = Unlimited()
"""Tasks that are woken join the queues, so that they are served in their order."""


class Clock:
    """Moves a desk's time and does what is due."""

    def __init__(
        self,
        settings: Settings,
        pools: Mapping[str, Pool],
        eligible: Eligibility,
        capacity: Capacity,
        budgets: Budgets,
        asking: Asking,
    ) -> None:
        self._settings = settings
        self._pools = pools
        self._eligibility = eligible
        self._capacity = capacity
        self._budgets = budgets
        self._asking = asking
        self._round_robin = RoundRobin(asking, eligible, capacity)

    def tick(self, desk: Desk, tick: Tick, logged_at: float | None) -> list[Output]:
        """Move the time of `desk`, and do what is due: so much of it, the rest at later ticks.

        `logged_at` is when the log took the tick, by its own clock, if it says so.

        Raises
        ------
        EventError
            If the tick isn't believed.
        """
        before = desk.state.now
        if tick.reset is True:
            check_skew(tick, self._settings.clock, logged_at)
            desk.reset(tick.at)
        else:
            believe(desk.state, tick, self._settings.clock, logged_at)
        self._capacity.fill(desk, self._pools.values(), tick.at)
        if before is not None and day_of(before) != day_of(tick.at):
            self._budgets.begin_day(desk, tick.at)
        left = TickQuota()
        out = self._due(desk, tick.at, left)
        out += self._wake(desk, tick.at, left)
        out += self._round_robin.serve(desk, before, tick.at, left)
        desk.unfinished = left.over
        return out

    def _due(self, desk: Desk, now: float, left: TickQuota) -> list[Output]:
        """Do what is due, earliest first; an entry that does nothing any more costs nothing."""
        out: list[Output] = []
        for due in desk.due(now):
            if due.kind == "gold":
                done = self._give_up_gold(desk, due)
                state = None
            else:
                state = desk.peek(due.task)
                done = None if state is None else self._do(desk, state, due)
            if done is None:
                continue
            out += done
            left.spend(state)
            if left.over:
                break
        return out

    def _give_up_gold(self, desk: Desk, due: AgendaEntry) -> list[Output] | None:
        held = desk.gold(due.task)
        if held is None or held.at + self._settings.memory.gold_waits_s != due.at:
            return None
        desk.take_gold(due.task)
        message = f"gold of task {due.task!r}: no such task came within its wait"
        return [DeadLetter(rule="unknown_task", message=message, at=due.at)]

    def _do(self, desk: Desk, state: TaskState, due: AgendaEntry) -> list[Output] | None:
        """Do what is due about a task; `None` if the state no longer says so."""
        if due.kind == "forget":
            return self._forget(desk, state, due.at)
        if due.kind == "expire":
            ask = state.ask(due.ask)
            if ask is None or ask.status != WAITING or ask.expires_at != due.at:
                return None
            return self._asking.give_up(desk, state, ask, EXPIRED, ask.expires_at)
        if due.kind == "retry" and state.retry_at == due.at and not state.waits_for:
            desk.put(state)
            return self._asking.again(desk, state)
        overdue = due.kind == "deadline" and state.task.deadline_at == due.at
        if overdue and state.verdict is None:
            desk.put(state)
            return self._asking.decide(desk, state, "deadline")
        return None

    def _forget(self, desk: Desk, state: TaskState, at: float) -> list[Output] | None:
        """Let a closed task go, or look at it again when its last audit has ended."""
        forget_at = state.forget_at(self._settings.memory.remember_closed_s)
        if forget_at is None:
            return None
        if at < forget_at:
            desk.note(AgendaEntry(forget_at, "forget", state.task.task))
            return None
        end_wait(desk, state, self._capacity)
        desk.forget(state.task.task)
        return []

    def _wake(self, desk: Desk, now: float, left: TickQuota) -> list[Output]:
        """Let tasks go on whose project's control has changed."""
        out: list[Output] = []
        for project, situation in desk.halted.queues():
            if left.over or self._eligibility.is_halted(project, situation, now):
                continue
            for at, task in desk.halted.take(project, situation):
                state = desk.peek(task)
                if state is None or (state.halted, state.halted_at) != (situation, at):
                    continue
                desk.put(state)
                out += self._asking.again(desk, state, UNLIMITED)
                left.spend(state)
                if left.over:
                    break
        return out
