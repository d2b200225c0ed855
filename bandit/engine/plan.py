"""What is open to a task now, and with what chances: of one arm's policy, and without doing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.desk.queues import need_of
from bandit.engine.steps import Plan, Step
from bandit.events import STOP
from bandit.reasons import StopReason
from bandit.task.state import DECLINED

if TYPE_CHECKING:
    from bandit.decide.contexts import ContextBuilder
    from bandit.decide.decisions import DecisionWriter
    from bandit.desk.desk import Desk
    from bandit.engine.beside import Beside
    from bandit.engine.deferral import Deferral
    from bandit.events import Pool
    from bandit.limits.eligibility import Eligibility
    from bandit.limits.turn import Room
    from bandit.settings import PolicySettings
    from bandit.task.state import TaskState

VALUE, GOLD, DEADLINE = StopReason.VALUE, StopReason.GOLD, StopReason.DEADLINE
MAX_LABELS, MAX_ASKS, NO_POOL = StopReason.MAX_LABELS, StopReason.MAX_ASKS, StopReason.NO_POOL


class Planner:
    """Plans by one policy; it changes nothing but the machine labeler's opinion of a new task."""

    def __init__(
        self,
        settings: PolicySettings,
        eligibility: Eligibility,
        contexts: ContextBuilder,
        decisions: DecisionWriter,
        deferral: Deferral,
        beside: Beside,
    ) -> None:
        self._settings = settings
        self._eligibility = eligibility
        self._contexts = contexts
        self._decisions = decisions
        self._deferral = deferral
        self._beside = beside

    def forced(self, state: TaskState, now: float) -> StopReason | None:
        """Return why the task is over whichever pools could be asked, or `None`."""
        deadline_at = state.task.deadline_at
        if state.gold is not None:
            return GOLD
        if deadline_at is not None and now >= deadline_at:
            return DEADLINE
        if len(state.labeled()) >= self._settings.max_labels:
            return MAX_LABELS
        asks = sum(ask.status is not DECLINED for ask in state.asks)
        return MAX_ASKS if asks >= self._settings.max_asks else None

    def give_up_at(self, state: TaskState, now: float) -> float:
        """Return when a task is given up that no open pool is able to take."""
        since = now if state.stranded_at is None else state.stranded_at
        return since + self._settings.give_up_s

    def plan(
        self,
        desk: Desk,
        state: TaskState,
        now: float,
        room: Room | None,
        *,
        may_defer: bool = False,
    ) -> Plan:
        """Return the next step of an open task that is not paused.

        Only with `may_defer` may it wait for a better pool, where one could be asked now.
        """
        forced = self.forced(state, now)
        if forced is None and state.waits():
            return self._beside.step(desk, state, now, room)
        if forced is MAX_LABELS and (experts := self._experts(desk, state, now, room)):
            logged = self._contexts.build(desk, state, experts, now)
            if not logged.context.is_enough:
                return Plan(Step.DRAW, self._decisions.pmf(logged), logged)
        if forced is not None:
            return Plan(Step.STOP, {STOP: 1.0}, reason=forced)
        project = state.task.project
        need = need_of(state)
        able = self._eligibility.able(need)
        if not able:
            return self._without_pools(state, now)
        if gone := self._contexts.nobody_left(state):
            without = tuple(sorted(gone.union(need.without)))
            able = self._eligibility.able(need._replace(without=without))
        if not able:  # pinned or not: all of them have answered
            return Plan(Step.STOP, {STOP: 1.0}, reason=NO_POOL)
        affordable = self._eligibility.affordable(project, able, now)
        free = self._eligibility.with_room(desk, affordable, room)
        free = self._eligibility.others_first(need, free)
        if not free:
            return self._without_room(desk, state, now, able, affordable, room, may_defer=may_defer)
        logged = self._contexts.build(desk, state, free, now)
        if logged.context.is_enough and (experts := self._experts(desk, state, now, room)):
            logged = self._contexts.build(desk, state, [*free, *experts], now)
        if may_defer:
            better = self._deferral.better(desk, state, need, affordable, free, logged)
            if better is not None:
                return Plan(Step.DEFER, {}, logged, None, able, affordable, better)
        return Plan(Step.DRAW, self._decisions.pmf(logged), logged, None, able, affordable)

    def _without_pools(self, state: TaskState, now: float) -> Plan:
        """No open pool is able to take the task: a new one waits for one for `give_up_s`."""
        if self._eligibility.control(state.task.project).pool is not None:
            return Plan(Step.WAIT_CONTROL)
        if state.asks or now >= self.give_up_at(state, now):
            return Plan(Step.STOP, {STOP: 1.0}, reason=NO_POOL)
        return Plan(Step.WAIT_POOL)

    def _without_room(
        self,
        desk: Desk,
        state: TaskState,
        now: float,
        able: list[Pool],
        affordable: list[Pool],
        room: Room | None,
        *,
        may_defer: bool,
    ) -> Plan:
        """Stop where no pool that is `able` is worth asking, or ask an expert; else wait.

        It waits for room, or for the budget.
        """
        logged = self._contexts.build(desk, state, able, now)
        pmf = self._decisions.pmf(logged)
        # Before any draw, so that the chance of what is drawn is the one that is logged.
        would_stop = logged.context.may_answer or pmf.get(STOP, 0.0) > 0.5
        if (
            would_stop
            and logged.context.is_enough
            and (experts := self._experts(desk, state, now, room))
        ):
            escalated = self._contexts.build(desk, state, experts, now)
            if not escalated.context.is_enough:
                chances = self._decisions.pmf(escalated)
                return Plan(Step.DRAW, chances, escalated, None, able, affordable)
        if would_stop and may_defer:
            better = self._deferral.better(desk, state, need_of(state), affordable, [], logged)
            if better is not None:
                return Plan(Step.DEFER, {}, logged, None, able, affordable, better)
        if logged.context.may_answer:  # drawn, or no task would be checked while people are few
            return Plan(Step.DRAW_STOP, pmf, logged, None, able, affordable)
        if pmf.get(STOP, 0.0) > 0.5:
            return Plan(Step.STOP, {STOP: 1.0}, logged, VALUE, able, affordable)
        return Plan(Step.WAIT_ROOM, {}, logged, None, able, affordable)

    def _experts(self, desk: Desk, state: TaskState, now: float, room: Room | None) -> list[Pool]:
        """Return the gold pools that may be asked about an open task now, if any ever are."""
        if not self._settings.escalate or self._settings.name != "value":
            return []
        return self._eligibility.experts(desk, need_of(state), now, room)
