"""Deciding about a task: who could be asked, what the policy would do, one draw, one log entry.

This is the only place that draws a choice and the only one that logs it, so no logged propensity
can disagree with what was done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.close.rewards import FEATURES_VERSION
from bandit.decide.contexts import ContextBuilder
from bandit.desk.agenda import AgendaEntry
from bandit.desk.queues import need_of
from bandit.draw import choose, draw
from bandit.events import STOP, Ask, Decision
from bandit.limits.waiting import end_wait, halt, strand, wait_for_room
from bandit.task.state import AUDIT, DECLINED, AskState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.close.closing import Closing
    from bandit.decide.contexts import LoggedContext
    from bandit.decide.policies.policy import Policy
    from bandit.desk.desk import Desk
    from bandit.events import Output, Pool
    from bandit.learn.brain import Brain
    from bandit.limits.budgets import Budgets
    from bandit.limits.capacity import Capacity
    from bandit.limits.eligibility import Eligibility
    from bandit.limits.turn import Room
    from bandit.settings import Settings
    from bandit.task.state import TaskState

EVEN_PAUSED = ("gold", "deadline")
"""What ends a task though its project is paused."""


class Asking:
    """Decides about tasks, by one policy."""

    def __init__(
        self,
        settings: Settings,
        brain: Brain,
        policy: Policy,
        pools: Mapping[str, Pool],
        eligible: Eligibility,
        capacity: Capacity,
        budgets: Budgets,
        closing: Closing,
    ) -> None:
        self._settings = settings
        self._brain = brain
        self._policy = policy
        self._pools = pools
        self._capacity = capacity
        self._budgets = budgets
        self._closing = closing
        self._eligibility = eligible
        self._sight = ContextBuilder(settings, brain, pools, capacity)

    def decide(
        self, desk: Desk, state: TaskState, why: str, room: Room | None = None
    ) -> list[Output]:
        """Ask a pool, stop, or wait: for room, for a pool, or for another order."""
        now = desk.now(state.task)
        control = self._eligibility.control(state.task.project)
        end_wait(desk, state, self._capacity)
        forced = self._forced(state, now)
        if control.paused and forced not in EVEN_PAUSED:
            return self._halt(desk, state, now)
        able = [] if forced else self._eligibility.able(need_of(state))
        if forced is None and not able:
            if control.pool is not None:
                return self._halt(desk, state, now)
            forced = self._stranded(desk, state, now)
            if forced is None:
                return []
        if forced is not None:
            seen = self._sight.look(desk, state, [], now)
            return self._stop(desk, state, seen, {STOP: 1.0}, why, forced)
        state.stranded_at = None
        affordable = self._eligibility.affordable(state.task.project, able, now)
        eligible = self._eligibility.with_room(desk, affordable, room)
        if not eligible:
            seen = self._sight.look(desk, state, able, now)
            if seen.context.may_stop and self._policy.pmf(seen.context)[STOP] > 0.5:
                only = self._sight.look(desk, state, [], now)
                return self._stop(desk, state, only, {STOP: 1.0}, why, "value")
            if not affordable:
                return self._halt(desk, state, now)
            worth_usd = seen.context.worth_usd
            wait_for_room(desk, state, affordable, self._capacity, now, worth_usd)
            return []
        seen = self._sight.look(desk, state, eligible, now)
        pmf = self._policy.pmf(seen.context)
        choice = choose(pmf, draw(self._settings.seed, state.task.task, state.decided + 1))
        if choice == STOP:
            return self._stop(desk, state, seen, pmf, why, "value")
        return self._ask(desk, state, seen, pmf, choice, why, room)

    def audit(self, desk: Desk, state: TaskState, room: Room | None = None) -> list[Output]:
        """Ask a gold pool for the truth of a closed task; wait where none may be asked yet."""
        now, project = desk.now(state.task), state.task.project
        end_wait(desk, state, self._capacity)
        able = self._eligibility.able(need_of(state))
        verdict, asks = state.verdict, len(state.asks)
        if state.gold is not None or verdict is None or not able or asks >= 2 * self._most_asks:
            return []
        affordable = self._eligibility.affordable(project, able, now)
        if self._eligibility.control(project).paused or not affordable:
            return self._halt(desk, state, now)
        free = self._eligibility.with_room(desk, affordable, room)
        if not free:
            wait_for_room(desk, state, affordable, self._capacity, now, verdict.worth_usd)
            return []
        seen = self._sight.look(desk, state, free, now)
        pmf = {pool.pool: 1.0 / len(free) for pool in free}
        choice = choose(pmf, draw(self._settings.seed, state.task.task, state.decided + 1))
        return self._ask(desk, state, seen, pmf, choice, AUDIT, room)

    def again(self, desk: Desk, state: TaskState, room: Room | None = None) -> list[Output]:
        """Decide once more about an open task, or ask for an audit once more."""
        if state.verdict is not None:
            return self.audit(desk, state, room)
        return self.decide(desk, state, "retry", room)

    def give_up(
        self, desk: Desk, state: TaskState, ask: AskState, status: str, at: float
    ) -> list[Output]:
        """End an ask without a label, and go on with its task."""
        out: list[Output] = [self._closing.give_up(desk, state, ask, status, at)]
        desk.put(state)
        return out if state.waits() else out + self.again(desk, state)

    @property
    def _most_asks(self) -> int:
        return self._settings.policy.max_asks

    def _halt(self, desk: Desk, state: TaskState, now: float) -> list[Output]:
        """Let the task wait until its project's control changes, or what it says of today."""
        halt(desk, state, self._eligibility.situation(state.task.project, now), now)
        return []

    def _stranded(self, desk: Desk, state: TaskState, now: float) -> str | None:
        """No open pool is able to take the task: wait for one if it is new, and for so long."""
        if state.stranded_at is None:
            state.stranded_at = now
        give_up_at = state.stranded_at + self._settings.policy.give_up_s
        if state.asks or now >= give_up_at:
            return "no_pool"
        strand(desk, state, now, give_up_at)
        return None

    def _forced(self, state: TaskState, now: float) -> str | None:
        """Why the task is over whoever could be asked, or `None`."""
        deadline_at = state.task.deadline_at
        if state.gold is not None:
            return "gold"
        if deadline_at is not None and now >= deadline_at:
            return "deadline"
        if len(state.labeled()) >= self._settings.policy.max_labels:
            return "max_labels"
        if sum(ask.status != DECLINED for ask in state.asks) >= self._most_asks:
            return "max_asks"
        return None

    def _ask(
        self,
        desk: Desk,
        state: TaskState,
        seen: LoggedContext,
        pmf: dict[str, float],
        choice: str,
        why: str,
        room: Room | None,
    ) -> list[Output]:
        """Log the decision and send the ask."""
        pool = self._pools[choice]
        expires_at = seen.at + pool.ask_timeout_s
        if state.task.deadline_at is not None and why != AUDIT:
            expires_at = min(expires_at, state.task.deadline_at)
        decision = self._decision(state, seen, pmf, choice, why, expires_at)
        state.asks.append(
            AskState(
                ask=decision.ask,
                pool=choice,
                at=seen.at,
                expires_at=expires_at,
                why=why,
                usd=pool.usd_per_label,
                pmf=pmf,
                propensity=decision.propensity,
                system=seen.system,
                signals=seen.signals[choice],
                quality=seen.quality[choice],
            )
        )
        self._capacity.ask(desk, pool)
        if room is not None:
            room.count(pool)
        cap_usd = self._eligibility.control(state.task.project).usd_per_day
        self._budgets.spend(desk, state.task.project, cap_usd, seen.at, pool.usd_per_label)
        desk.note(AgendaEntry(expires_at, "expire", state.task.task, decision.ask))
        ask = Ask(
            task=state.task.task,
            project=state.task.project,
            ask=decision.ask,
            at=seen.at,
            pool=choice,
            classes=state.task.classes,
            payload=state.task.payload,
            expires_at=expires_at,
            exclude=state.labelers(),
        )
        return [decision, ask]

    def _stop(
        self,
        desk: Desk,
        state: TaskState,
        seen: LoggedContext,
        pmf: dict[str, float],
        why: str,
        reason: str,
    ) -> list[Output]:
        """Log the decision to stop, close the task and, if it is drawn, audit it."""
        out: list[Output] = [self._decision(state, seen, pmf, STOP, why, None)]
        out += self._closing.close(desk, state, reason, seen.context.worth_usd, seen.belief)
        if state.verdict is not None and state.verdict.audited:
            out += self.audit(desk, state)
        return out

    def _decision(
        self,
        state: TaskState,
        seen: LoggedContext,
        pmf: dict[str, float],
        choice: str,
        why: str,
        expires_at: float | None,
    ) -> Decision:
        """Number and write down a decision."""
        state.decided += 1
        pin = None if why == AUDIT else self._eligibility.control(state.task.project).pool
        return Decision(
            task=state.task.task,
            project=state.task.project,
            ask=state.decided,
            at=seen.at,
            choice=choice,
            pmf=pmf,
            propensity=pmf[choice],
            why=why,
            features_version=FEATURES_VERSION,
            features={**state.task.features, **seen.system},
            signals=seen.signals,
            quality=seen.quality,
            usd_per_label=seen.usd,
            scarcity_usd=seen.scarcity_usd,
            worth_usd=seen.context.worth_usd,
            usd=seen.usd.get(choice, 0.0),
            posterior=seen.belief.chances,
            confidence=seen.belief.confidence,
            labels=seen.context.labels,
            expires_at=expires_at,
            policy=self._policy.name,
            arm=None,
            seed=self._settings.seed,
            brain_position=self._brain.position,
            control=None if pin is None else f"pin:{pin}",
        )
