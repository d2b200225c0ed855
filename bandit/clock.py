"""The clock: what a tick makes of a desk, from full buckets to asks that have expired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.allowance import day_of
from bandit.desk import Due
from bandit.events import DeadLetter
from bandit.state import EXPIRED, WAITING
from bandit.waiting import end_wait

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.allowance import Allowance
    from bandit.asking import Asking
    from bandit.capacity import Capacity
    from bandit.desk import Desk
    from bandit.events import Output, Pool, Tick
    from bandit.settings import Settings
    from bandit.state import TaskState

WAKES = 1000
"""Halted tasks that a desk lets go on in one tick: a million that are woken must not stop it."""


class Clock:
    """Moves a desk's time and does what is due."""

    def __init__(
        self,
        settings: Settings,
        pools: Mapping[str, Pool],
        capacity: Capacity,
        allowance: Allowance,
        asking: Asking,
    ) -> None:
        self._settings = settings
        self._pools = pools
        self._capacity = capacity
        self._allowance = allowance
        self._asking = asking

    def tick(self, desk: Desk, tick: Tick) -> list[Output]:
        """Move the time of `desk`.

        Raises
        ------
        EventError
            If the tick isn't believed.
        """
        before = desk.state.now
        desk.believe_tick(tick, self._settings.clock)
        self._capacity.fill(desk, self._pools.values(), tick.at)
        if before is not None and day_of(before) != day_of(tick.at):
            self._allowance.begin_day(desk, tick.at)
        out: list[Output] = []
        for due in desk.due(tick.at):
            out += self._due(desk, due)
        return out + self._wake(desk, tick.at)

    def _due(self, desk: Desk, due: Due) -> list[Output]:
        """Do what is due, if the state still says so."""
        if due.kind == "gold":
            held = desk.gold(due.task)
            if held is None or held.at + self._settings.memory.gold_waits_s != due.at:
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
            return self._asking.give_up(desk, state, ask, EXPIRED, ask.expires_at)
        if due.kind == "retry" and state.retry_at == due.at:
            return self._asking.again(desk, state)
        overdue = due.kind == "deadline" and state.task.deadline_at == due.at
        if overdue and state.verdict is None:
            return self._asking.decide(desk, state, "deadline")
        return []

    def _forget(self, desk: Desk, state: TaskState, at: float) -> None:
        """Let a closed task go, or look at it again when its last audit has ended."""
        forget_at = state.forget_at(self._settings.memory.remember_closed_s)
        if forget_at is None:
            return
        if at < forget_at:
            desk.note(Due(forget_at, "forget", state.task.task))
            return
        end_wait(desk, state, self._capacity)
        desk.forget(state.task.task)

    def _wake(self, desk: Desk, now: float) -> list[Output]:
        """Let tasks go on whose project's control has changed, so many in a tick."""
        out: list[Output] = []
        left = WAKES
        for project, situation in desk.halted.queues():
            if self._asking.situation(project, now) == situation:
                continue
            for at, task in desk.halted.take(project, situation):
                state = desk.task(task)
                if state is None or (state.halted, state.halted_at) != (situation, at):
                    continue
                desk.put(state)
                out += self._asking.again(desk, state)
                left -= 1
                if left == 0:
                    return out
        return out
