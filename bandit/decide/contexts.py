"""The context of a decision: gathered once, for the policy and for the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bandit.decide.by_features import quality_and_rows, usual_signals
from bandit.decide.policies.context import Action, Context
from bandit.decide.signals import pool_signals, queue_signal, system_features
from bandit.decide.values import values_usd
from bandit.decide.waiting import discounted, in_time, wait_s
from bandit.learn.belief import answers_of, believe
from bandit.task.promptness import delay_usd_per_hour
from bandit.task.worth import worth_usd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bandit.desk.desk import Desk
    from bandit.events import Feature, Pool
    from bandit.labels.weighed import Answer
    from bandit.learn.belief import Belief
    from bandit.learn.brain import Brain
    from bandit.limits.capacity import Capacity
    from bandit.limits.eligibility import Eligibility
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
    budget_price: float
    delay_usd_per_hour: float
    in_time: dict[str, float]
    context: Context


class PoolSummary(NamedTuple):
    """What the brain knows of a pool in a project, the same for every task."""

    pool: Pool
    rate: float
    wait_s: float
    signals: dict[str, float]


class ContextBuilder:
    """Builds contexts from tasks, the pools that could be asked, and what the brain knows."""

    def __init__(
        self,
        settings: Settings,
        brain: Brain,
        pools: Mapping[str, Pool],
        eligibility: Eligibility,
        capacity: Capacity,
    ) -> None:
        self._settings = settings
        self._brain = brain
        self._pools = pools
        self._eligibility = eligibility
        self._capacity = capacity
        self._summaries: dict[tuple[str, str], PoolSummary] = {}
        self._summed_at = (brain.adopted, brain.position)

    def belief_only(self, desk: Desk, state: TaskState, now: float) -> LoggedContext:
        """Return the context of a stop that doesn't depend on pools: it has no actions."""
        return self.build(desk, state, (), now)

    def build(
        self, desk: Desk, state: TaskState, pools: Sequence[Pool], now: float
    ) -> LoggedContext:
        """Return the context of a decision; `pools` are those that could be asked, experts last.

        An expert of a gold pool knows the truth: what asking adds is all that is in doubt.
        """
        task, labeled = state.task, state.labeled()
        project = self._brain.project(task.project)
        if not state.decided:  # frozen from the first decision on
            is_off = self._eligibility.control(task.project).machine == "off"
            known = {} if is_off else project.prior(task.classes, task.features, state.predictions)
            state.prior = known
        answers = answers_of(self._brain, labeled)
        belief = believe(self._brain, state, answers)
        system = system_features(now, len(labeled), belief.answer, belief.confidence)
        summaries = {pool.pool: self._summary(task.project, pool) for pool in pools}
        names = tuple(summaries)
        rows = project.labels.pool_rows(task.classes, names)
        usual = usual_signals(belief.weighed, rows, names)
        signals = {
            name: {**one.signals, "queue": queue_signal(self._capacity, one.pool), **usual[name]}
            for name, one in summaries.items()
        }
        features = {**task.features, **system}
        quality, rows = quality_and_rows(self._brain, task.project, features, signals, rows)
        rows = project.labels.next_rows(rows, task.classes, names, answers)
        worth = worth_usd(self._settings, desk.state, task, self._pools.values())
        scarcity = {pool.pool: self._capacity.scarcity_usd(desk, pool, worth) for pool in pools}
        usd = {pool.pool: pool.usd_per_label for pool in pools}
        price = self._eligibility.budget_price(task.project)
        delay_usd = delay_usd_per_hour(self._settings, desk.state, task.project, worth)
        costs = [
            (1.0 + price) * usd[name] + delay_usd * one.wait_s / 3600.0 + scarcity[name]
            for name, one in summaries.items()
        ]
        labels_left = self._settings.policy.max_labels - len(labeled)
        most = min(self._settings.policy.lookahead_labels, labels_left)
        n = sum(not pool.gold for pool in pools)
        values = [
            *values_usd(rows[:n], belief.weighed, names[:n], costs[:n], worth, most),
            *(worth * (1.0 - belief.confidence) - cost for cost in costs[n:]),
        ]
        chances: dict[str, float] = {}
        if task.deadline_at is not None:
            left_s = task.deadline_at - now
            chances = {name: in_time(one.wait_s, left_s) for name, one in summaries.items()}
            values = [
                discounted(value, cost, chance)
                for value, cost, chance in zip(values, costs, chances.values(), strict=True)
            ]
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
            budget_price=price,
        )
        return LoggedContext(
            at=now,
            belief=belief,
            answers=tuple(answers),
            system=system,
            signals=signals,
            quality=quality,
            usd=usd,
            scarcity_usd=scarcity,
            budget_price=price,
            delay_usd_per_hour=delay_usd,
            in_time=chances,
            context=context,
        )

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
                wait_s=wait_s(self._brain, project, pool),
                signals=pool_signals(self._brain, pool, project),
            )
        return summary
