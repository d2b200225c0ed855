"""The context of a decision: gathered once, for the policy and for the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bandit.decide.policies.context import Action, Context
from bandit.decide.signals import pool_signals, queue_signal, system_features
from bandit.decide.values import values_usd
from bandit.learn.belief import answers_of, belief_of, weigh
from bandit.task.worth import worth_usd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bandit.desk.desk import Desk
    from bandit.events import Chances, Control, Feature, Pool, Task
    from bandit.labels.weighed import Answer
    from bandit.learn.belief import Belief
    from bandit.learn.brain import Brain
    from bandit.limits.capacity import Capacity
    from bandit.settings import Settings
    from bandit.task.state import TaskState


class LoggedContext(NamedTuple):
    """What the log gets of a context, and the `context` that the policy gets."""

    at: float
    belief: Belief
    answers: tuple[Answer, ...]
    system: dict[str, Feature]
    signals: dict[str, dict[str, float]]
    quality: dict[str, float]
    usd: dict[str, float]
    scarcity_usd: dict[str, float]
    context: Context


class PoolSummary(NamedTuple):
    """What the brain knows of a pool in a project, the same for every task."""

    pool: Pool
    rate: float
    delay_usd: float
    signals: dict[str, float]


class ContextBuilder:
    """Builds contexts from tasks, the pools that could be asked, and what the brain knows."""

    def __init__(
        self,
        settings: Settings,
        brain: Brain,
        pools: Mapping[str, Pool],
        controls: Mapping[str, Control],
        capacity: Capacity,
    ) -> None:
        self._settings = settings
        self._brain = brain
        self._pools = pools
        self._controls = controls
        self._capacity = capacity
        self._summaries: dict[tuple[str, str], PoolSummary] = {}
        self._summed_at = (brain.adopted, brain.position)

    def belief_only(self, desk: Desk, state: TaskState, now: float) -> LoggedContext:
        """Return the context of a stop that doesn't depend on pools: it has no actions."""
        return self.build(desk, state, (), now)

    def build(
        self, desk: Desk, state: TaskState, pools: Sequence[Pool], now: float
    ) -> LoggedContext:
        """Return the context of a decision; `pools` are those that could be asked."""
        task, labeled = state.task, state.labeled()
        project = self._brain.project(task.project)
        if not state.decided:  # frozen from the first decision on
            state.prior = self._prior(task, state)
        answers = answers_of(self._brain, labeled)
        weighed = weigh(self._brain, state, answers)
        belief = belief_of(self._brain, state, weighed)
        system = system_features(now, len(labeled), belief.answer, belief.confidence)
        summaries = {pool.pool: self._summary(task.project, pool) for pool in pools}
        signals = {
            pool.pool: {
                **summaries[pool.pool].signals,
                "queue": queue_signal(self._capacity, pool),
            }
            for pool in pools
        }
        quality: dict[str, float] = {}
        if pools:
            quality = self._brain.quality(task.project, {**task.features, **system}, signals)
        worth = worth_usd(self._settings, desk.state, task, self._pools.values())
        scarcity = {pool.pool: self._capacity.scarcity_usd(desk, pool, worth) for pool in pools}
        usd = {pool.pool: pool.usd_per_label for pool in pools}
        costs = [usd[name] + one.delay_usd + scarcity[name] for name, one in summaries.items()]
        labels_left = self._settings.policy.max_labels - len(labeled)
        most = min(self._settings.policy.lookahead_labels, labels_left)
        values = values_usd(
            project.labels, task.classes, weighed, tuple(summaries), costs, worth, most
        )
        context = Context(
            actions=tuple(
                Action(
                    pool=name,
                    usd=usd[name],
                    value_usd=value,
                    quality=quality[name],
                    known_rate=one.rate,
                )
                for (name, one), value in zip(summaries.items(), values, strict=True)
            ),
            may_stop=len(labeled) >= self._settings.policy.min_labels,
            may_answer=not labeled and bool(state.prior) and project.machine.is_ready,
            posterior=tuple(belief.chances.values()),
            labels=len(labeled),
            labels_left=labels_left,
            worth_usd=worth,
            learned=self._brain.position,
            has_prior=bool(state.prior),
        )
        return LoggedContext(
            now, belief, tuple(answers), system, signals, quality, usd, scarcity, context
        )

    def _prior(self, task: Task, state: TaskState) -> Chances:
        """Return what the machine labeler says of a task, unless it is off."""
        control = self._controls.get(task.project)
        if control is not None and control.machine == "off":
            return {}
        project = self._brain.project(task.project)
        return project.prior(task.classes, task.features, state.predictions)

    def _summary(self, project: str, pool: Pool) -> PoolSummary:
        """Sum up what is known of a pool: once, until the brain learns or the pool changes."""
        position = (self._brain.adopted, self._brain.position)
        if self._summed_at != position:
            self._summaries.clear()
            self._summed_at = position
        summary = self._summaries.get((project, pool.pool))
        if summary is None or summary.pool is not pool:
            summary = self._summaries[project, pool.pool] = PoolSummary(
                pool=pool,
                rate=self._brain.pool_rate(project, pool.pool),
                delay_usd=delay_usd(self._settings, self._brain, project, pool),
                signals=pool_signals(self._brain, pool, project),
            )
        return summary


def delay_usd(settings: Settings, brain: Brain, project: str, pool: Pool) -> float:
    """Return the expected cost of waiting for a label of the pool, expired asks included."""
    record = brain.pool_record(project, pool.pool)
    wait_s = record.delay_s(pool.expected_delay_s)
    wait_s += record.expiry_share() * pool.ask_timeout_s
    return settings.of_project(project).delay_usd_per_hour * wait_s / 3600.0
