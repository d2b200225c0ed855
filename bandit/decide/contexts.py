"""What is seen when deciding about a task: gathered once, for the policy and for the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bandit.decide.policies.context import Action, Context
from bandit.decide.signals import lately, queue, system_features
from bandit.learn.belief import believe
from bandit.task.worth import worth_usd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.desk.desk import Desk
    from bandit.events import Feature, Pool
    from bandit.learn.belief import Belief
    from bandit.learn.brain import Brain
    from bandit.limits.capacity import Capacity
    from bandit.settings import Settings
    from bandit.task.state import TaskState


class LoggedContext(NamedTuple):
    """All that is seen: what the log says of it, and the case that the policy gets."""

    at: float
    belief: Belief
    system: dict[str, Feature]
    signals: dict[str, dict[str, float]]
    quality: dict[str, float]
    usd: dict[str, float]
    scarcity_usd: dict[str, float]
    context: Context


class PoolSummary(NamedTuple):
    """What is known of a pool in a project, whatever the task."""

    pool: Pool
    rate: float
    delay_usd: float
    lately: dict[str, float]


class ContextBuilder:
    """Looks at a task, at the pools that could be asked about it, and at what is known of both."""

    def __init__(
        self, settings: Settings, brain: Brain, pools: Mapping[str, Pool], capacity: Capacity
    ) -> None:
        self._settings = settings
        self._brain = brain
        self._pools = pools
        self._capacity = capacity
        self._known: dict[tuple[str, str], PoolSummary] = {}
        self._known_at = (brain.adopted, brain.position)

    def look(self, desk: Desk, state: TaskState, pools: list[Pool], now: float) -> LoggedContext:
        """Gather what is seen; `pools` are those that could be asked."""
        task, labeled = state.task, state.labeled()
        belief = believe(self._brain, state, labeled)
        system = system_features(now, len(labeled), belief.answer, belief.confidence)
        known = {pool.pool: self._know(task.project, pool) for pool in pools}
        signals = {
            pool.pool: {
                **known[pool.pool].lately,
                "queue": queue(self._capacity, pool),
            }
            for pool in pools
        }
        quality: dict[str, float] = {}
        if pools:
            quality = self._brain.quality(task.project, {**task.features, **system}, signals)
        worth = worth_usd(self._settings, desk.state, task, self._pools.values())
        scarcity = {pool.pool: self._capacity.scarcity_usd(desk, pool, worth) for pool in pools}
        usd = {pool.pool: pool.usd_per_label for pool in pools}
        case = Context(
            actions=tuple(
                Action(
                    pool=name,
                    usd=usd[name],
                    cost_usd=usd[name] + seen.delay_usd + scarcity[name],
                    quality=quality[name],
                    known_rate=seen.rate,
                )
                for name, seen in known.items()
            ),
            may_stop=len(labeled) >= self._settings.policy.min_labels,
            posterior=tuple(belief.chances.values()),
            evidence=min(1.0, self._brain.calibration(task.project).slope),
            labels=len(labeled),
            labels_left=self._settings.policy.max_labels - len(labeled),
            worth_usd=worth,
            learned=self._brain.position,
        )
        return LoggedContext(now, belief, system, signals, quality, usd, scarcity, case)

    def _know(self, project: str, pool: Pool) -> PoolSummary:
        """Gather what is known of a pool: once, until the brain learns or the pool changes."""
        knows = (self._brain.adopted, self._brain.position)
        if self._known_at != knows:
            self._known.clear()
            self._known_at = knows
        known = self._known.get((project, pool.pool))
        if known is None or known.pool is not pool:
            known = self._known[project, pool.pool] = PoolSummary(
                pool=pool,
                rate=self._brain.pool_rate(project, pool.pool),
                delay_usd=delay_usd(self._settings, self._brain, project, pool),
                lately=lately(self._brain, pool, project),
            )
        return known


def delay_usd(settings: Settings, brain: Brain, project: str, pool: Pool) -> float:
    """Return what it costs a project to wait for a label of the pool, or in vain."""
    record = brain.pool_record(project, pool.pool)
    wait_s = record.delay_s(pool.expected_delay_s)
    wait_s += record.expiry_share() * pool.ask_timeout_s
    return settings.of_project(project).delay_usd_per_hour * wait_s / 3600.0
