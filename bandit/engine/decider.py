"""Deciding about a task: ask a pool, stop, or wait, as the plan of its arm says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.decide.foreseen import note_end
from bandit.desk.deferred import deferred
from bandit.engine.beside import ENOUGH
from bandit.engine.plan import DEADLINE, GOLD, NO_POOL
from bandit.engine.steps import Step
from bandit.events import STOP
from bandit.reasons import DecisionReason, StopReason

if TYPE_CHECKING:
    from collections.abc import Callable

    from bandit.close.audits import Auditing
    from bandit.close.closing import Closing
    from bandit.decide.contexts import ContextBuilder, LoggedContext
    from bandit.decide.decisions import ArmPmfs, DecisionWriter
    from bandit.decide.policies.context import Context
    from bandit.desk.desk import Desk
    from bandit.engine.beside import Beside
    from bandit.engine.deferral import Deferral
    from bandit.engine.plan import Planner
    from bandit.engine.steps import Plan
    from bandit.events import Output
    from bandit.lifecycle.transitions import Transitions
    from bandit.limits.eligibility import Eligibility
    from bandit.limits.turn import Room
    from bandit.task.state import AskState, AskStatus, TaskState

    OtherArms = Callable[[Desk, TaskState, float, Room | None, dict[str, float]], ArmPmfs]

FIRST, MORE, RETRY = DecisionReason.FIRST, DecisionReason.MORE, DecisionReason.RETRY
VALUE, UNDECIDABLE = StopReason.VALUE, StopReason.UNDECIDABLE

EVEN_PAUSED = (GOLD, DEADLINE)
"""What closes a task though its project is paused."""

TIED = 2.0
"""An answer that is less than this many times as likely as the next one is tied with it."""


class Decider:
    """Decides about tasks, by one policy; `others` has the chances of a live test's arms."""

    def __init__(
        self,
        planner: Planner,
        eligibility: Eligibility,
        contexts: ContextBuilder,
        decisions: DecisionWriter,
        closing: Closing,
        audits: Auditing,
        transitions: Transitions,
        deferral: Deferral,
        beside: Beside,
        others: OtherArms,
    ) -> None:
        self._planner = planner
        self._eligibility = eligibility
        self._contexts = contexts
        self._decisions = decisions
        self._closing = closing
        self._audits = audits
        self._transitions = transitions
        self._deferral = deferral
        self._beside = beside
        self._others = others

    def decide(
        self, desk: Desk, state: TaskState, why: DecisionReason, room: Room | None = None
    ) -> list[Output]:
        """Ask a pool, stop, or wait: for room, for a pool, or for another control."""
        now = desk.now(state.task)
        control = self._eligibility.control(state.task.project)
        if why is FIRST:
            self._eligibility.count_task(desk, state.task.project, now)
        self._transitions.resume(desk, state)
        if control.paused and self._planner.forced(state, now) not in EVEN_PAUSED:
            return self._halt(desk, state, now)
        plan = self._planner.plan(desk, state, now, room, may_defer=True)
        self._note_pools(state, plan, now)
        match plan.step:
            case Step.DRAW | Step.DRAW_STOP:
                out = self._drawn(desk, state, plan, why, room)
                if state.waits() and self._beside.is_possible(state, now):
                    out += self._ask_beside(desk, state, MORE, room)
                self._look_again(desk, state, now)
                return out
            case Step.STOP:
                return self._stop_forced(desk, state, plan, why, room)
            case Step.WAIT_POOL:
                give_up_at = self._planner.give_up_at(state, now)
                self._transitions.strand(desk, state, now, give_up_at)
                return []
            case Step.DEFER:
                return self._defer(desk, state, plan, now)
            case Step.WAIT_LABEL:
                return []
            case Step.WAIT_CONTROL:
                return self._halt(desk, state, now)
            case Step.WAIT_ROOM:
                return self._wait(desk, state, plan, now)

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
        if state.waits():
            return out + self.go_on(desk, state, RETRY)
        return out + self.decide_again(desk, state)

    def go_on(self, desk: Desk, state: TaskState, why: DecisionReason) -> list[Output]:
        """Of a task of which asks are awaited, stop without them, or ask beside them, or wait."""
        now = desk.now(state.task)
        if self._planner.forced(state, now) in EVEN_PAUSED:
            return []
        out: list[Output] = []
        if self._beside.is_possible(state, now):
            if self._beside.is_enough(desk, state, now):
                return self._stop_forced(desk, state, ENOUGH, why, None)
            out = self._ask_beside(desk, state, why)
        self._look_again(desk, state, now)
        return out

    def _look_again(self, desk: Desk, state: TaskState, now: float) -> None:
        """Note when to look again at a task whose labelers may stay silent."""
        if state.waits():
            self._transitions.look(desk, state, self._beside.look_at(state, now))

    def _note_pools(self, state: TaskState, plan: Plan, now: float) -> None:
        """Note since when no open pool has been able to take the task, if none is."""
        if plan.able:
            self._transitions.note_pools(state, now, are_able=True)
        elif plan.step is Step.WAIT_POOL or plan.reason is NO_POOL:
            self._transitions.note_pools(state, now, are_able=False)

    def _drawn(
        self,
        desk: Desk,
        state: TaskState,
        plan: Plan,
        why: DecisionReason,
        room: Room | None,
    ) -> list[Output]:
        """Draw whom to ask, or to stop, and do it."""
        now, logged, pmf = desk.now(state.task), plan.logged, dict(plan.pmf)
        assert logged is not None  # what is drawn has a context
        choice = self._decisions.draw(state, pmf)
        if choice != STOP and plan.step is Step.DRAW_STOP:
            return self._wait(desk, state, plan, now)
        self._deferral.note_new_pools(desk, state, plan.affordable, logged)
        others = self._others(desk, state, now, room, pmf)
        if choice == STOP:
            return self._stop(desk, state, logged, pmf, why, reason_of(logged.context), others)
        return self._decisions.ask(desk, state, logged, pmf, choice, why, room, others)

    def _ask_beside(
        self, desk: Desk, state: TaskState, why: DecisionReason, room: Room | None = None
    ) -> list[Output]:
        """Ask beside what is awaited, until as much is expected as is best."""
        now, best = desk.now(state.task), None
        out: list[Output] = []
        while self._planner.forced(state, now) is None:
            plan = self._beside.plan(desk, state, now, room)
            if plan is None:
                break
            best = self._beside.asks_at_once(state, plan) if best is None else best
            if self._beside.expected(state, now) >= best:
                break
            out += self._drawn(desk, state, plan, why, room)
        return out

    def _wait(self, desk: Desk, state: TaskState, plan: Plan, now: float) -> list[Output]:
        """Let the task wait for room, or for the budget."""
        if not plan.affordable or plan.logged is None:
            return self._halt(desk, state, now)
        worth_usd = plan.logged.context.worth_usd
        gone = self._contexts.nobody_left(state)
        self._transitions.queue(desk, state, plan.affordable, now, worth_usd, gone)
        return []

    def _defer(self, desk: Desk, state: TaskState, plan: Plan, now: float) -> list[Output]:
        """Let the task wait for a better pool than those that could be asked now."""
        better, logged = plan.better, plan.logged
        assert better is not None  # what is deferred waits for something
        assert logged is not None
        if better.is_open:
            others = {pool.pool for pool in plan.able if pool.pool not in better.full}
            others |= self._contexts.nobody_left(state)
            pools = [pool for pool in plan.affordable if pool.pool in better.full]
            self._transitions.queue(desk, state, pools, now, logged.context.worth_usd, others)
        else:
            situation = deferred([pool.pool for pool in plan.able], state.task.skills)
            self._transitions.halt(desk, state, situation, now)
        note_end(desk.state, state, state.asks, logged, better.without_usd)
        self._transitions.defer(desk, state, better.pool, better.until)
        return []

    def _halt(self, desk: Desk, state: TaskState, now: float) -> list[Output]:
        """Let the task wait until its project's control changes, or the period that it caps."""
        situation = self._eligibility.situation(state.task.project, now)
        self._transitions.halt(desk, state, situation, now)
        return []

    def _stop_forced(
        self, desk: Desk, state: TaskState, plan: Plan, why: DecisionReason, room: Room | None
    ) -> list[Output]:
        """Stop where there is nothing else to do."""
        now, pmf = desk.now(state.task), dict(plan.pmf)
        others = self._others(desk, state, now, room, pmf)
        logged = self._contexts.belief_only(desk, state, now)
        return self._stop(desk, state, logged, pmf, why, plan.reason or VALUE, others)

    def _stop(
        self,
        desk: Desk,
        state: TaskState,
        logged: LoggedContext,
        pmf: dict[str, float],
        why: DecisionReason,
        reason: StopReason,
        others: ArmPmfs,
    ) -> list[Output]:
        """Log the decision to stop, close the task and, if it is drawn, audit it."""
        if state.gold is None:
            note_end(desk.state, state, state.asks, logged)
        out: list[Output] = [self._decisions.stop(state, logged, pmf, why, others)]
        out += self._closing.close(desk, state, reason, logged.context.worth_usd, logged.belief)
        if state.verdict is not None and state.verdict.audited:
            out += self._audits.ask(desk, state)
        return out


def reason_of(context: Context) -> StopReason:
    """Return why the policy stops: the task is undecidable where no label would settle a tie."""
    first, second = sorted(context.posterior, reverse=True)[:2]
    is_tied = first < TIED * second
    return UNDECIDABLE if is_tied and context.is_enough and context.actions else VALUE
