"""What is seen when deciding about a task: gathered once, for the policy and for the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bandit.belief import believe
from bandit.case import Case, Option
from bandit.signals import pool_signals, system_features
from bandit.worth import worth_usd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.belief import Belief
    from bandit.brain import Brain
    from bandit.capacity import Capacity
    from bandit.desk import Desk
    from bandit.events import Feature, Pool
    from bandit.settings import Settings
    from bandit.state import TaskState


class Seen(NamedTuple):
    """All that is seen: what the log says of it, and the case that the policy gets."""

    at: float
    belief: Belief
    system: dict[str, Feature]
    signals: dict[str, dict[str, float]]
    quality: dict[str, float]
    usd: dict[str, float]
    scarcity_usd: dict[str, float]
    case: Case


class Sight:
    """Looks at a task, at the pools that could be asked about it, and at what is known of both."""

    def __init__(
        self, settings: Settings, brain: Brain, pools: Mapping[str, Pool], capacity: Capacity
    ) -> None:
        self._settings = settings
        self._brain = brain
        self._pools = pools
        self._capacity = capacity

    def look(self, desk: Desk, state: TaskState, pools: list[Pool], now: float) -> Seen:
        """Gather what is seen; `pools` are those that could be asked."""
        task, labeled = state.task, state.labeled()
        belief = believe(self._brain, state, labeled)
        system = system_features(now, len(labeled), belief.answer, belief.confidence)
        signals = {
            pool.pool: pool_signals(self._brain, desk.state, self._capacity, pool, task.project)
            for pool in pools
        }
        quality: dict[str, float] = {}
        if pools:
            quality = self._brain.quality(task.project, {**task.features, **system}, signals)
        worth = worth_usd(self._settings, desk.state, task, self._pools.values())
        scarcity = {
            pool.pool: self._capacity.scarcity_usd(desk.state, pool, now, worth) for pool in pools
        }
        case = Case(
            options=tuple(
                self._option(task.project, pool, quality[pool.pool], scarcity[pool.pool])
                for pool in pools
            ),
            may_stop=len(labeled) >= self._settings.policy.min_labels,
            posterior=tuple(belief.chances.values()),
            evidence=min(1.0, self._brain.calibration(task.project).slope),
            labels=len(labeled),
            labels_left=self._settings.policy.max_labels - len(labeled),
            worth_usd=worth,
            learned=self._brain.position,
        )
        usd = {pool.pool: pool.usd_per_label for pool in pools}
        return Seen(now, belief, system, signals, quality, usd, scarcity, case)

    def _option(self, project: str, pool: Pool, quality: float, scarcity_usd: float) -> Option:
        """Price a pool: its label, the wait for it (or for nothing), its scarcity."""
        record = self._brain.pool_record(project, pool.pool)
        wait_s = record.delay_s(pool.expected_delay_s)
        wait_s += record.expiry_share() * pool.ask_timeout_s
        delay_usd = self._settings.of_project(project).delay_usd_per_hour * wait_s / 3600.0
        return Option(
            pool=pool.pool,
            usd=pool.usd_per_label,
            cost_usd=pool.usd_per_label + delay_usd + scarcity_usd,
            quality=quality,
            known_rate=self._brain.pool_rate(project, pool.pool),
        )
