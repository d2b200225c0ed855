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
    from bandit.decide.policies.context import Context
    from bandit.desk.desk import Desk
    from bandit.events import Output, Pool
    from bandit.lifecycle.transitions import Transitions
    from bandit.limits.eligibility import Eligibility
    from bandit.limits.turn import Room
    from bandit.settings import PolicySettings
    from bandit.task.state import AskState, AskStatus, TaskState

FIRST, RETRY = DecisionReason.FIRST, DecisionReason.RETRY
VALUE, UNDECIDABLE = StopReason.VALUE, StopReason.UNDECIDABLE
MAX_LABELS, MAX_ASKS = StopReason.MAX_LABELS, StopReason.MAX_ASKS
GOLD, DEADLINE, NO_POOL = StopReason.GOLD, StopReason.DEADLINE, StopReason.NO_POOL

EVEN_PAUSED = (GOLD, DEADLINE)
"""What closes a task though its project is paused."""

TIED = 2.0
"""An answer that is less than this many times as likely as the next one is tied with it."""


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
        if why is FIRST:
            self._eligibility.count_task(desk, state.task.project, now)
        self._transitions.resume(desk, state)
        forced = self._forced(state, now)
        if control.paused and forced not in EVEN_PAUSED:
            return self._halt(desk, state, now)
        if forced is MAX_LABELS and (experts := self._experts(desk, state, now, room)):
            logged = self._contexts.build(desk, state, experts, now)
            if not logged.context.is_enough:
                return self._drawn(desk, state, logged, why, room)
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
            return self._without_room(desk, state, why, able, affordable)
        logged = self._contexts.build(desk, state, free, now)
        if logged.context.is_enough and (experts := self._experts(desk, state, now, room)):
            logged = self._contexts.build(desk, state, [*free, *experts], now)
        return self._drawn(desk, state, logged, why, room)

    def decide_again(self, desk: Desk, state: TaskState, room: Room | None = None) -> list[Output]:
        """Decide once more about an open task, or ask for an audit once more."""
        if state.verdict is not None:
            return self._audits.ask(desk, state, room)
        return self.decide(desk, state, RETRY, room)

    def _drawn(
        self,
        desk: Desk,
        state: TaskState,
        logged: LoggedContext,
        why: DecisionReason,
        room: Room | None,
    ) -> list[Output]:
        """Draw whom to ask, or to stop, and do it."""
        pmf = self._decisions.pmf(logged)
        choice = self._decisions.draw(state, pmf)
        if choice == STOP:
            return self._stop(desk, state, logged, pmf, why, reason_of(logged.context))
        return self._decisions.ask(desk, state, logged, pmf, choice, why, room)

    def _without_room(
        self,
        desk: Desk,
        state: TaskState,
        why: DecisionReason,
        able: list[Pool],
        affordable: list[Pool],
    ) -> list[Output]:
        """Stop where no pool that is `able` is worth asking; wait for room, or for the budget."""
        now = desk.now(state.task)
        logged = self._contexts.build(desk, state, able, now)
        pmf = self._decisions.pmf(logged)
        if logged.context.may_answer:  # drawn, or no task would be checked while people are few
            if self._decisions.draw(state, pmf) == STOP:
                return self._stop(desk, state, logged, pmf, why, reason_of(logged.context))
        elif pmf.get(STOP, 0.0) > 0.5:
            return self._stop_forced(desk, state, why, VALUE, now)
        if not affordable:
            return self._halt(desk, state, now)
        self._transitions.queue(desk, state, affordable, now, logged.context.worth_usd)
        return []

    def _experts(self, desk: Desk, state: TaskState, now: float, room: Room | None) -> list[Pool]:
        """Return the gold pools that may be asked about an open task now, if any ever are."""
        if not self._settings.escalate or self._settings.name != "value":
            return []
        return self._eligibility.experts(desk, need_of(state), now, room)

    def give_up(
        self, desk: Desk, state: TaskState, ask: AskState, status: AskStatus, at: float
    ) -> list[Output]:
        """End an ask without a label, and decide again about its task."""
        out: list[Output] = [self._closing.give_up(desk, state, ask, status, at)]
        desk.put(state)
        return out if state.waits() else out + self.decide_again(desk, state)

    def _halt(self, desk: Desk, state: TaskState, now: float) -> list[Output]:
        """Let the task wait until its project's control changes, or the period that it caps."""
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


def reason_of(context: Context) -> StopReason:
    """Return why the policy stops: the task is undecidable where no label would settle a tie."""
    first, second = sorted(context.posterior, reverse=True)[:2]
    is_tied = first < TIED * second
    return UNDECIDABLE if is_tied and context.is_enough and context.actions else VALUE
