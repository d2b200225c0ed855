"""The clock of a desk: what a believed tick does, from filling capacity to expiring asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.desk.agenda import AgendaEntry
from bandit.desk.halted import still_counts
from bandit.desk.idle_projects import forget_idle
from bandit.engine.held_letters import without_task
from bandit.engine.round_robin import RoundRobin
from bandit.engine.ticks import TickQuota, believe, check_skew
from bandit.limits.opening import count_open
from bandit.limits.turn import Unlimited
from bandit.reasons import DecisionReason
from bandit.task.periods import number_of
from bandit.task.state import EXPIRED, WAITING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.desk.desk import Desk
    from bandit.engine.arms import Arms
    from bandit.events import Output, Pool, Tick
    from bandit.lifecycle.transitions import Transitions
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
        eligibility: Eligibility,
        capacity: Capacity,
        budgets: Budgets,
        transitions: Transitions,
        arms: Arms,
        partitions: int,
    ) -> None:
        self._settings = settings
        self._pools = pools
        self._eligibility = eligibility
        self._capacity = capacity
        self._budgets = budgets
        self._transitions = transitions
        self._arms = arms
        self._partitions = partitions
        self._round_robin = RoundRobin(arms, eligibility, capacity)

    def tick(self, desk: Desk, tick: Tick, logged_at: float | None) -> list[Output]:
        """Move the time of `desk`, and do what is due: a limited amount, the rest at later ticks.

        `logged_at` is when the log took the tick, by its own clock, if that is known.

        Raises
        ------
        TickNotBelieved
            If the tick isn't believed.
        """
        before = desk.state.now
        if tick.reset is True:
            check_skew(tick, self._settings.clock, logged_at)
            desk.reset(tick.at)
        else:
            believe(desk.state, tick, self._settings.clock, logged_at)
        self._capacity.fill(desk, self._pools.values(), tick.at)
        if before is not None:
            count_open(desk.state, self._pools.values(), self._partitions, before, tick.at)
        if before is not None and number_of("hour", before) != number_of("hour", tick.at):
            self._budgets.begin(desk, tick.at)
            forget_idle(desk.state, tick.at)
        quota = TickQuota()
        out = self._do_due(desk, tick.at, quota)
        out += self._wake(desk, tick.at, quota)
        out += self._round_robin.serve(desk, before, tick.at, quota)
        desk.unfinished = quota.is_used_up
        return out

    def _do_due(self, desk: Desk, now: float, quota: TickQuota) -> list[Output]:
        """Do what is due, earliest first; entries that no longer count are free."""
        out: list[Output] = []
        for entry in desk.agenda.due(now):
            if entry.kind in ("gold", "predictions"):
                done = self._give_up_held(desk, entry)
                state = None
            else:
                state = desk.peek(entry.task)
                done = None if state is None else self._do(desk, state, entry)
            if done is None:
                continue
            out += done
            quota.spend(state, done)
            if quota.is_used_up:
                break
        return out

    def _give_up_held(self, desk: Desk, entry: AgendaEntry) -> list[Output] | None:
        """Give up gold or predictions whose task hasn't come in time."""
        is_gold, waits_s = entry.kind == "gold", self._settings.memory.gold_waits_s
        held = desk.gold(entry.task) if is_gold else desk.held_predictions(entry.task)
        if held is None or held.at + waits_s != entry.at:
            return None
        gold = desk.take_gold(entry.task) if is_gold else None
        events = desk.take_predictions(entry.task) if gold is None else [gold]
        return [without_task(event, waits_s, entry.at) for event in events]

    def _do(self, desk: Desk, state: TaskState, entry: AgendaEntry) -> list[Output] | None:
        """Do what is due about a task; `None` if its state no longer says so."""
        if entry.kind == "forget":
            return self._forget(desk, state, entry.at)
        if entry.kind == "expire":
            ask = state.ask(entry.ask)
            if ask is None or ask.status is not WAITING or ask.expires_at != entry.at:
                return None
            return self._arms.give_up(desk, state, ask, EXPIRED, ask.expires_at)
        if entry.kind == "look":
            if state.look_at != entry.at:
                return None
            desk.put(state)
            return self._arms.go_on(desk, state, DecisionReason.RETRY)
        is_given_up = state.retry_at == entry.at and not state.waits_for
        if entry.kind == "retry" and (is_given_up or state.until == entry.at):
            desk.put(state)
            return self._arms.decide_again(desk, state)
        is_overdue = entry.kind == "deadline" and state.task.deadline_at == entry.at
        if is_overdue and state.verdict is None:
            desk.put(state)
            return self._arms.decide(desk, state, DecisionReason.DEADLINE)
        return None

    def _forget(self, desk: Desk, state: TaskState, at: float) -> list[Output] | None:
        """Forget a closed task, or come back to it when its last audit has ended."""
        forget_at = state.forget_at(self._settings.memory.remember_closed_s)
        if forget_at is None:
            return None
        if at < forget_at:
            desk.agenda.add(AgendaEntry(forget_at, "forget", state.task.task))
            return None
        self._transitions.forget(desk, state)
        return []

    def _wake(self, desk: Desk, now: float, quota: TickQuota) -> list[Output]:
        """Decide again about halted tasks whose project is in another situation."""
        out: list[Output] = []
        for project, situation in desk.halted.queues():
            if quota.is_used_up or self._eligibility.is_halted(project, situation, now):
                continue
            for at, task in desk.halted.take(project, situation):
                state = desk.peek(task)
                if state is None or not still_counts(state, situation, at):
                    continue
                desk.put(state)
                new = self._arms.decide_again(desk, state, UNLIMITED)
                out += new
                quota.spend(state, new)
                if quota.is_used_up:
                    break
        return out
