"""Deciding about a task: which pools could be asked, then ask one, stop, or wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.desk.queues import need_of
from bandit.events import STOP
from bandit.reasons import DecisionReason, StopReason
from bandit.task.state import DECLINED

if TYPE_CHECKING:
    from bandit.close.audits import Auditing
    from bandit.close.closing import Closing
    from bandit.decide.contexts import ContextBuilder, LoggedContext
    from bandit.decide.decisions import DecisionWriter
    from bandit.desk.desk import Desk
    from bandit.events import Output
    from bandit.lifecycle.transitions import Transitions
    from bandit.limits.eligibility import Eligibility
    from bandit.limits.turn import Room
    from bandit.settings import PolicySettings
    from bandit.task.state import AskState, AskStatus, TaskState

RETRY = DecisionReason.RETRY
VALUE, MAX_LABELS, MAX_ASKS = StopReason.VALUE, StopReason.MAX_LABELS, StopReason.MAX_ASKS
GOLD, DEADLINE, NO_POOL = StopReason.GOLD, StopReason.DEADLINE, StopReason.NO_POOL

EVEN_PAUSED = (GOLD, DEADLINE)
"""What closes a task though its project is paused."""


class Decider:
    """Decides about tasks, by one policy."""

    def __init__(
        self,
        settings: PolicySettings,
        eligibility: Eligibility,
        contexts: ContextBuilder,
        decisions: DecisionWriter,
        closing: Closing,
        audits: Auditing,
        transitions: Transitions,
    ) -> None:
        self._settings = settings
        self._eligibility = eligibility
        self._contexts = contexts
        self._decisions = decisions
        self._closing = closing
        self._audits = audits
        self._transitions = transitions

    def decide(
        self, desk: Desk, state: TaskState, why: DecisionReason, room: Room | None = None
    ) -> list[Output]:
        """Ask a pool, stop, or wait: for room, for a pool, or for another control."""
        now = desk.now(state.task)
        control = self._eligibility.control(state.task.project)
        self._transitions.resume(desk, state)
        forced = self._forced(state, now)
        if control.paused and forced not in EVEN_PAUSED:
            return self._halt(desk, state, now)
        if forced is not None:
            return self._stop_forced(desk, state, why, forced, now)
        able = self._eligibility.able(need_of(state))
        if not able:
            if control.pool is not None:
                return self._halt(desk, state, now)
            return self._without_pools(desk, state, why, now)
        self._transitions.note_pools(state, now, are_able=True)
        affordable = self._eligibility.affordable(state.task.project, able, now)
        free = self._eligibility.with_room(desk, affordable, room)
        if not free:
            logged = self._contexts.build(desk, state, able, now)
            pmf = self._decisions.pmf(logged)
            if logged.context.may_answer:  # drawn, or no task would be checked while people are few
                if self._decisions.draw(state, pmf) == STOP:
                    return self._stop(desk, state, logged, pmf, why, VALUE)
            elif pmf.get(STOP, 0.0) > 0.5:
                return self._stop_forced(desk, state, why, VALUE, now)
            if not affordable:
                return self._halt(desk, state, now)
            self._transitions.queue(desk, state, affordable, now, logged.context.worth_usd)
            return []
        logged = self._contexts.build(desk, state, free, now)
        pmf = self._decisions.pmf(logged)
        choice = self._decisions.draw(state, pmf)
        if choice == STOP:
            return self._stop(desk, state, logged, pmf, why, VALUE)
        return self._decisions.ask(desk, state, logged, pmf, choice, why, room)

    def decide_again(self, desk: Desk, state: TaskState, room: Room | None = None) -> list[Output]:
        """Decide once more about an open task, or ask for an audit once more."""
        if state.verdict is not None:
            return self._audits.ask(desk, state, room)
        return self.decide(desk, state, RETRY, room)

    def give_up(
        self, desk: Desk, state: TaskState, ask: AskState, status: AskStatus, at: float
    ) -> list[Output]:
        """End an ask without a label, and decide again about its task."""
        out: list[Output] = [self._closing.give_up(desk, state, ask, status, at)]
        desk.put(state)
        return out if state.waits() else out + self.decide_again(desk, state)

    def _halt(self, desk: Desk, state: TaskState, now: float) -> list[Output]:
        """Let the task wait until its project's control changes, or the day that it caps."""
        situation = self._eligibility.situation(state.task.project, now)
        self._transitions.halt(desk, state, situation, now)
        return []

    def _without_pools(
        self, desk: Desk, state: TaskState, why: DecisionReason, now: float
    ) -> list[Output]:
        """No open pool is able to take the task: a new one waits for one for `give_up_s`."""
        since = self._transitions.note_pools(state, now, are_able=False)
        give_up_at = since + self._settings.give_up_s
        if state.asks or now >= give_up_at:
            return self._stop_forced(desk, state, why, NO_POOL, now)
        self._transitions.strand(desk, state, now, give_up_at)
        return []

    def _forced(self, state: TaskState, now: float) -> StopReason | None:
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

    def _stop_forced(
        self, desk: Desk, state: TaskState, why: DecisionReason, reason: StopReason, now: float
    ) -> list[Output]:
        """Stop where there is nothing else to do."""
        logged = self._contexts.belief_only(desk, state, now)
        return self._stop(desk, state, logged, {STOP: 1.0}, why, reason)

    def _stop(
        self,
        desk: Desk,
        state: TaskState,
        logged: LoggedContext,
        pmf: dict[str, float],
        why: DecisionReason,
        reason: StopReason,
    ) -> list[Output]:
        """Log the decision to stop, close the task and, if it is drawn, audit it."""
        out: list[Output] = [self._decisions.stop(state, logged, pmf, why)]
        out += self._closing.close(desk, state, reason, logged.context.worth_usd, logged.belief)
        if state.verdict is not None and state.verdict.audited:
            out += self._audits.ask(desk, state)
        return out
