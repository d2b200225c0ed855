"""Asking beside asks that are awaited already: where time is short, or waiting costs something.

Such a decision is over the pools alone: stopping is no option of it, and the task doesn't wait for
room. Whether there is one, and how many, follows from task, time and model before any draw.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bandit.decide.at_once import asks_at_once, is_worth_waiting
from bandit.desk.queues import need_of
from bandit.engine.steps import Plan, Step
from bandit.events import STOP
from bandit.reasons import StopReason

if TYPE_CHECKING:
    from bandit.decide.contexts import ContextBuilder
    from bandit.decide.decisions import DecisionWriter
    from bandit.decide.time_pressure import TimePressure
    from bandit.desk.desk import Desk
    from bandit.limits.eligibility import Eligibility
    from bandit.limits.turn import Room
    from bandit.settings import PolicySettings
    from bandit.task.state import TaskState

ENOUGH = Plan(Step.STOP, {STOP: 1.0}, reason=StopReason.VALUE)
"""The step of a task that doesn't wait for what was asked."""


class Beside:
    """Plans by one policy what is asked beside the asks that are awaited."""

    def __init__(
        self,
        settings: PolicySettings,
        eligibility: Eligibility,
        contexts: ContextBuilder,
        decisions: DecisionWriter,
        pressure: TimePressure,
    ) -> None:
        self._settings = settings
        self._eligibility = eligibility
        self._contexts = contexts
        self._decisions = decisions
        self._pressure = pressure

    def is_possible(self, state: TaskState, now: float) -> bool:
        """Whether more than one ask of a task may be awaited: cheap, since each event asks it."""
        return (
            self._pressure.is_pressed(state.task, now)
            and not self._eligibility.control(state.task.project).paused
            and not any(ask.is_expert for ask in state.awaited())
        )

    def look_at(self, state: TaskState, now: float) -> float | None:
        """Return when to look again at what is best to ask, if nothing happens before."""
        if any(ask.is_expert for ask in state.awaited()):
            return None
        return self._pressure.look_at(state, now)

    def expected(self, state: TaskState, now: float) -> int:
        """Return how many of the awaited asks a label is still expected of."""
        return self._pressure.expected(state, now).total()

    def step(self, desk: Desk, state: TaskState, now: float, room: Room | None) -> Plan:
        """Return the next step of a task while asks of it are awaited."""
        if not self.is_possible(state, now):
            return Plan(Step.WAIT_LABEL)
        if self.is_enough(desk, state, now, room):
            return ENOUGH
        return self.plan(desk, state, now, room) or Plan(Step.WAIT_LABEL)

    def plan(self, desk: Desk, state: TaskState, now: float, room: Room | None) -> Plan | None:
        """Return what may be asked beside the asks that are awaited; `None` if nothing may be."""
        awaited, need = _awaited(state), need_of(state)
        if awaited.total() >= self._settings.max_labels - len(state.labeled()):
            return None
        gone = self._contexts.nobody_left(state)
        pools = [
            pool
            for pool in self._eligibility.able(need)
            if pool.asks_per_task > awaited[pool.pool] and pool.pool not in gone
        ]
        affordable = self._eligibility.affordable(state.task.project, pools, now)
        free = self._eligibility.with_room(desk, affordable, room)
        free = self._eligibility.others_first(need, free)
        if not free:
            return None
        logged = self._contexts.build(desk, state, free, now, may_stop=False)
        return Plan(Step.DRAW, self._decisions.pmf(logged), logged, None, pools, affordable)

    def asks_at_once(self, state: TaskState, plan: Plan) -> int:
        """Return how many labels are best expected now, by the plan of a further ask.

        Labels without which the task may not stop are bought anyway: if they can come in time, all
        are asked for now.
        """
        logged = plan.logged
        assert logged is not None  # something can be asked
        waits_anyway = self.expected(state, logged.terms.now) > 0 or not state.labeled()
        best = asks_at_once(logged.options.values_at_once, waits_anyway=waits_anyway)
        if max(logged.options.in_time.values(), default=1.0) < 0.5:
            return best
        return max(best, self._settings.min_labels - len(state.labeled()))

    def is_enough(self, desk: Desk, state: TaskState, now: float, room: Room | None = None) -> bool:
        """Whether what is awaited isn't worth the wait, and the task has labels enough to stop.

        Nor may a further label be worth its price: what is awaited may have been asked to explore.
        """
        expected = self.expected(state, now)
        asked = [pool for pool in self._eligibility.known(_awaited(state)) if not pool.gold]
        least = max(2 if expected else 1, self._settings.min_labels)
        if len(state.labeled()) < least or not asked:
            return False
        logged = self._contexts.build(desk, state, asked, now, may_ask_several=False)
        if is_worth_waiting(logged, expected):
            return False
        further = self.plan(desk, state, now, room)
        return further is None or further.logged is None or further.logged.context.is_enough


def _awaited(state: TaskState) -> Counter[str]:
    """Return the number of asks that are awaited, by pool."""
    return Counter(ask.pool for ask in state.awaited())
