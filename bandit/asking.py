"""Deciding about a task: who could be asked, what the policy would do, one draw, one log entry.

This is the only place that draws a choice and the only one that logs it, so no logged propensity
can disagree with what was done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.desk import Due
from bandit.draw import choose, draw
from bandit.events import STOP, Ask, Decision
from bandit.rewards import FEATURES_VERSION
from bandit.sight import Sight
from bandit.state import AUDIT, DECLINED, AskState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.brain import Brain
    from bandit.capacity import Capacity
    from bandit.closing import Closing
    from bandit.desk import Desk
    from bandit.events import Output, Pool
    from bandit.policies.policy import Policy
    from bandit.settings import Settings
    from bandit.sight import Seen
    from bandit.state import TaskState

RETRY_S = 60.0
"""How long a task waits that no open pool is able to take."""


class Asking:
    """Decides about tasks, by one policy."""

    def __init__(
        self,
        settings: Settings,
        brain: Brain,
        policy: Policy,
        pools: Mapping[str, Pool],
        capacity: Capacity,
        closing: Closing,
    ) -> None:
        self._settings = settings
        self._brain = brain
        self._policy = policy
        self._pools = pools
        self._capacity = capacity
        self._closing = closing
        self._sight = Sight(settings, brain, pools, capacity)

    def decide(self, desk: Desk, state: TaskState, why: str) -> list[Output]:
        """Ask a pool, stop, or wait for room in a pool."""
        now = desk.now(state.task)
        waited = end_wait(desk, state)
        forced = self._forced(state, now)
        able = [] if forced else self._able(state)
        if forced is None and state.asks and not able:
            forced = "no_pool"
        if forced is not None:
            seen = self._sight.look(desk, state, [], now)
            return self._stop(desk, state, seen, {STOP: 1.0}, why, forced)
        eligible = self._with_room(desk, able, now, waited=waited)
        if not eligible:
            seen = self._sight.look(desk, state, able, now)
            if seen.case.may_stop and self._policy.pmf(seen.case)[STOP] > 0.5:
                only = self._sight.look(desk, state, [], now)
                return self._stop(desk, state, only, {STOP: 1.0}, why, "value")
            return self._wait(desk, state, able, now, waited=waited)
        seen = self._sight.look(desk, state, eligible, now)
        pmf = self._policy.pmf(seen.case)
        choice = choose(pmf, draw(self._settings.seed, state.task.task, state.decided + 1))
        if choice == STOP:
            return self._stop(desk, state, seen, pmf, why, "value")
        return self._ask(desk, state, seen, pmf, choice, why)

    def audit(self, desk: Desk, state: TaskState) -> list[Output]:
        """Ask a gold pool for the truth of a closed task; wait where none has room."""
        now = desk.now(state.task)
        waited = end_wait(desk, state)
        able = [pool for pool in self._willing(state) if pool.gold]
        free = self._with_room(desk, able, now, waited=waited)
        if state.gold is not None or not able or len(state.asks) >= 2 * self._most_asks:
            return []
        if not free:
            return self._wait(desk, state, able, now, waited=waited)
        seen = self._sight.look(desk, state, free, now)
        pmf = {pool.pool: 1.0 / len(free) for pool in free}
        choice = choose(pmf, draw(self._settings.seed, state.task.task, state.decided + 1))
        return self._ask(desk, state, seen, pmf, choice, AUDIT)

    @property
    def _most_asks(self) -> int:
        return self._settings.policy.max_asks

    def _able(self, state: TaskState) -> list[Pool]:
        """Pools of labelers, not of experts, that may be asked once they have room."""
        return [pool for pool in self._willing(state) if not pool.gold]

    def _willing(self, state: TaskState) -> list[Pool]:
        """Open pools with the task's skills, by name; one that declined it may not again."""
        declined = {ask.pool for ask in state.asks if ask.status == DECLINED}
        wanted = frozenset(state.task.skills)
        return [
            pool
            for name, pool in sorted(self._pools.items())
            if pool.open
            and pool.capacity_per_hour != 0.0
            and name not in declined
            and wanted.issubset(pool.skills)
        ]

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
        seen: Seen,
        pmf: dict[str, float],
        choice: str,
        why: str,
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
        self._capacity.take(desk.state, pool, seen.at)
        desk.state.in_flight[choice] = desk.state.in_flight.get(choice, 0) + 1
        desk.note(Due(expires_at, "expire", state.task.task, decision.ask))
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
        seen: Seen,
        pmf: dict[str, float],
        why: str,
        reason: str,
    ) -> list[Output]:
        """Log the decision to stop, close the task and, if it is drawn, audit it."""
        out: list[Output] = [self._decision(state, seen, pmf, STOP, why, None)]
        out += self._closing.close(desk, state, reason, seen.case.worth_usd, seen.belief)
        if state.verdict is not None and state.verdict.audited:
            out += self.audit(desk, state)
        return out

    def _decision(
        self,
        state: TaskState,
        seen: Seen,
        pmf: dict[str, float],
        choice: str,
        why: str,
        expires_at: float | None,
    ) -> Decision:
        """Number and write down a decision."""
        state.decided += 1
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
            worth_usd=seen.case.worth_usd,
            usd=seen.usd.get(choice, 0.0),
            posterior=seen.belief.chances,
            confidence=seen.belief.confidence,
            labels=seen.case.labels,
            expires_at=expires_at,
            policy=self._policy.name,
            arm=None,
            seed=self._settings.seed,
            brain_position=self._brain.position,
        )

    def _with_room(self, desk: Desk, pools: list[Pool], now: float, *, waited: bool) -> list[Pool]:
        """Pools with room; a newcomer leaves room for the tasks that wait already."""
        return [
            pool
            for pool in pools
            if self._capacity.free(
                desk.state, pool, now, 0 if waited else desk.state.waiting.get(pool.pool, 0)
            )
        ]

    def _wait(
        self, desk: Desk, state: TaskState, able: list[Pool], now: float, *, waited: bool
    ) -> list[Output]:
        """Look at the task again when it is about its turn; if that was now, soon."""
        state.waits_for = tuple(pool.pool for pool in able)
        for name in state.waits_for:
            desk.state.waiting[name] = desk.state.waiting.get(name, 0) + 1
        queue = max((desk.state.waiting[name] for name in state.waits_for), default=0)
        per_s = sum(self._capacity.per_s(pool) for pool in able)
        turn_s = (1 if waited else queue) / per_s if per_s > 0.0 else RETRY_S
        state.retry_at = now + max(1.0, turn_s)
        desk.note(Due(state.retry_at, "retry", state.task.task))
        return []


def end_wait(desk: Desk, state: TaskState) -> bool:
    """Take the task off the lists of those that wait for room; whether it was on them."""
    waited = state.retry_at is not None
    for name in state.waits_for:
        desk.state.waiting[name] -= 1
    state.retry_at, state.waits_for = None, ()
    return waited
