"""What asking each of some pools about a task would cost and bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bandit.decide.by_features import USUAL, quality_and_rows, usual_odds
from bandit.decide.policies.context import Action
from bandit.decide.signals import pool_signals, queue_signal
from bandit.decide.values import values_usd
from bandit.decide.values_at_once import values_at_once
from bandit.decide.waiting import discounted, in_time, wait_s
from bandit.labels.confusion import Floats
from bandit.limits.paid_prices import expected_usd

if TYPE_CHECKING:
    from bandit.decide.terms import Terms
    from bandit.desk.desk import Desk
    from bandit.events import Feature, Pool, Task
    from bandit.labels.weighed import Answer
    from bandit.learn.belief import Belief
    from bandit.learn.brain import Brain
    from bandit.limits.capacity import Capacity


class Prospect(NamedTuple):
    """The value of asking a pool where there is no deadline, what it costs, and its usual wait."""

    value_usd: float
    cost_usd: float
    wait_s: float

    def raised(self, usd: float) -> Prospect:
        """Return it with a higher value."""
        return self._replace(value_usd=self.value_usd + usd)


class Options(msgspec.Struct, frozen=True, gc=False):
    """The pools that could be asked: what is logged of each, by name, and the `actions`.

    In their order, `values_usd` are their values without a deadline, `costs_usd` and `waits_s` what
    a label of each costs and its usual wait, and `rows` those of its next label, experts aside.
    Where several asks of the task may be best at once, `values_at_once` are the values of asking
    each pool for 0, 1, ... labels at once, in right answers.
    """

    signals: dict[str, dict[str, float]]
    quality: dict[str, float]
    usd: dict[str, float]
    scarcity_usd: dict[str, float]
    in_time: dict[str, float]
    actions: tuple[Action, ...]
    values_usd: Sequence[float] = ()
    costs_usd: Sequence[float] = ()
    waits_s: Sequence[float] = ()
    rows: Floats | None = None
    values_at_once: Sequence[Floats] = ()

    def prospects(self) -> dict[str, Prospect]:
        """Return what asking each pool would bring if it were asked at another time."""
        each = zip(self.actions, self.values_usd, self.costs_usd, self.waits_s, strict=True)
        return {action.pool: Prospect(*of_pool) for action, *of_pool in each}

    def value_of(self, pool: str) -> float:
        """Return the value of asking `pool`, in dollars; 0 for one that isn't an option."""
        return next((action.value_usd for action in self.actions if action.pool == pool), 0.0)


class PoolSummary(NamedTuple):
    """What the brain knows of a pool in a project, the same for every task.

    `usd` is what its next label is expected to cost.
    """

    pool: Pool
    usd: float
    rate: float
    wait_s: float
    signals: dict[str, float]


class PoolOptions:
    """Finds what pools would cost and bring."""

    def __init__(self, brain: Brain, capacity: Capacity) -> None:
        self._brain = brain
        self._capacity = capacity
        self._summaries: dict[str, dict[str, PoolSummary]] = {}
        self._summed_at = (brain.adopted, brain.position)

    def of(
        self,
        desk: Desk,
        task: Task,
        pools: Sequence[Pool],
        system: Mapping[str, Feature],
        belief: Belief,
        answers: Sequence[Answer],
        terms: Terms,
    ) -> Options:
        """Return the options; `pools` are those that could be asked, experts last.

        `system` are the features beside the task's own. An expert of a gold pool knows the truth:
        what asking adds is all that is in doubt.
        """
        if not pools:
            return Options({}, {}, {}, {}, {}, ())
        summaries = self._summaries_of(task.project, pools)
        names = tuple(summaries)
        labels = self._brain.project(task.project).labels
        rows = labels.pool_rows(task.classes, names)
        usual = usual_odds(belief.weighed, rows, names)
        signals = {
            name: {
                **one.signals,
                "queue": queue_signal(self._capacity, one.pool),
                USUAL: usual[name],
            }
            for name, one in summaries.items()
        }
        features = {**task.features, **system}
        quality, rows = quality_and_rows(
            self._brain, task.project, task.classes, features, signals, usual
        )
        rows = labels.next_rows(rows, task.classes, names, answers)
        worth = terms.worth_usd
        scarcity = {pool.pool: self._capacity.scarcity_usd(desk, pool, worth) for pool in pools}
        costs = [
            (1.0 + terms.budget_price) * one.usd
            + terms.delay_usd_per_hour * one.wait_s / 3600.0
            + scarcity[name]
            for name, one in summaries.items()
        ]
        n = len([pool for pool in pools if not pool.gold])
        values = [
            *values_usd(rows[:n], belief.weighed, names[:n], costs[:n], worth, terms.most),
            *(worth * (1.0 - belief.confidence) - cost for cost in costs[n:]),
        ]
        waits_s = [one.wait_s for one in summaries.values()]
        undiscounted = values
        chances: dict[str, float] = {}
        if task.deadline_at is not None:
            left_s = task.deadline_at - terms.now
            chances = {name: in_time(one.wait_s, left_s) for name, one in summaries.items()}
            values = [
                discounted(value, cost, chance)
                for value, cost, chance in zip(values, costs, chances.values(), strict=True)
            ]
        at_once: Sequence[Floats] = ()
        if n and terms.most_at_once:
            of_pools = names[:n], costs[:n], waits_s[:n]
            at_once = values_at_once(belief.weighed, rows[:n], *of_pools, task.deadline_at, terms)
            best = [worth * float(of_pool[1:].max() - of_pool[0]) for of_pool in at_once]
            values = [*map(max, values, best), *values[n:]]
            undiscounted = [*map(max, undiscounted, best), *undiscounted[n:]]
        actions = tuple(
            [
                Action(name, one.pool.usd_per_label, value, quality[name], one.rate)
                for (name, one), value in zip(summaries.items(), values, strict=True)
            ]
        )
        usd = {pool.pool: pool.usd_per_label for pool in pools}
        of_actions = actions, undiscounted, costs, waits_s, rows[:n], at_once
        return Options(signals, quality, usd, scarcity, chances, *of_actions)

    def _summaries_of(self, project: str, pools: Sequence[Pool]) -> dict[str, PoolSummary]:
        """Sum up what is known of pools: once, until the brain learns or a pool changes."""
        position = (self._brain.adopted, self._brain.position)
        if self._summed_at != position:
            self._summaries.clear()
            self._summed_at = position
        of_project = self._summaries.setdefault(project, {})
        summaries = {}
        for pool in pools:
            summary = of_project.get(pool.pool)
            if summary is None or summary.pool is not pool:
                summary = of_project[pool.pool] = self._summary(project, pool)
            summaries[pool.pool] = summary
        return summaries

    def _summary(self, project: str, pool: Pool) -> PoolSummary:
        brain, name = self._brain, pool.pool
        return PoolSummary(
            pool=pool,
            usd=expected_usd(pool.usd_per_label, brain.pool_record(project, name).paid),
            rate=brain.pool_rate(project, name),
            wait_s=wait_s(brain, project, pool),
            signals=pool_signals(brain, pool, project),
        )
