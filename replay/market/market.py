"""The simulated market: labelers' skills and errors are the same whichever policy asks them.

Rule 1: everything is a keyed draw. What a labeler says about a task depends on the two of them
alone, so two policies that ask the same labeler get the same answer.
Rule 2: a pool sends its labelers for a task in one fixed order, passing over those excluded.
Rule 3: only waiting depends on what else was asked: a pool of limited capacity answers in turn.

P(labeler w of pool p is right about a task of class c at progress g along the stream)
    = skill[w] + by_class[p, c] + drift[p] · g, kept between 1/K and 0.995,

but on a hard task a misled pool's labelers name the task's tempting wrong class with chance FOLLOW.
"""

from __future__ import annotations

import heapq
import math
import random
from typing import TYPE_CHECKING

from bandit.draw import draw
from bandit.events import Decline, Label
from replay.market.pools import EXPERTS, experts
from replay.market.tasks import normal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bandit.events import Ask, Input, Pool
    from replay.market.pools import PoolSpec
    from replay.market.tasks import TrueTask

FOLLOW = 0.8  # of a misled pool's labelers; the others see through it
NEIGHBOUR = 0.6  # of other wrong labels: classes have one that they are mostly taken for
DELAY_SPREAD = 0.6  # standard deviation of the log of a delay
MOST_RIGHT = 0.995
OVERTIME_S = 4 * 86400.0  # pools open and close so long after the last deadline, for what is late


class Market:
    """Pools of labelers who answer asks about known tasks.

    Parameters
    ----------
    specs
        The pools.
    tasks
        All tasks that will be asked about, in the order of arrival.
    hard_share
        Share of tasks that are hard: on these, labelers of one pool err together.
    expert_usd
        Price of an audit; without one, there are no experts.
    """

    def __init__(
        self,
        specs: Sequence[PoolSpec],
        tasks: Sequence[TrueTask],
        seed: int = 0,
        hard_share: float = 0.10,
        expert_usd: float | None = None,
    ) -> None:
        self.tasks = {true_task.task.task: true_task for true_task in tasks}
        self._specs = {spec.name: spec for spec in specs}
        self._by_class = {spec.name: dict(spec.by_class) for spec in specs}
        self._seed, self._hard_share, self._expert_usd = seed, hard_share, expert_usd
        self._skill: dict[str, list[float]] = {spec.name: self._skills(spec) for spec in specs}
        self._asked: dict[tuple[str, str], int] = {}
        self._free_at: dict[str, float] = {}

    def events(self) -> Iterator[Input]:
        """Pools, their opening and closing, and tasks, in the order of time."""
        arrivals = [true_task.task for true_task in self.tasks.values()]
        start = arrivals[0].at - 1.0
        end = max(task.deadline_at or task.at for task in arrivals) + OVERTIME_S
        described: list[Pool] = []
        if self._expert_usd is not None:
            described.append(experts(start, self._expert_usd))
        for spec in self._specs.values():
            described += spec.events(start, end)
        described.sort(key=lambda pool: pool.at)
        return heapq.merge(described, arrivals, key=lambda event: event.at)

    def usd_per_label(self) -> dict[str, float]:
        """Price of each pool, and of the experts if there are any."""
        prices = {spec.name: spec.usd_per_label for spec in self._specs.values()}
        return prices if self._expert_usd is None else {**prices, EXPERTS: self._expert_usd}

    def answer(self, ask: Ask, now: float) -> list[Label | Decline]:
        """What comes back, and when; nothing if the ask is left lying."""
        number = f"{ask.task}#{ask.ask}"
        if ask.pool == EXPERTS:
            at = now + 600.0 * math.exp(DELAY_SPREAD * self._normal(ask.task, 0, "expert"))
            return [self._label(ask, number, "expert", self.tasks[ask.task].truth, at)]
        spec = self._specs[ask.pool]
        who = self._sent(ask, spec)
        if who is None:
            why = "every labeler has been asked"
            return [Decline(task=ask.task, ask=ask.ask, pool=ask.pool, at=now, why=why)]
        fate = self._draw(ask.task, who, f"{spec.name}: fate")
        if fate < spec.silent:
            return []
        whim = self._normal(ask.task, who, f"{spec.name}: delay")
        delay_s = spec.delay_s * math.exp(DELAY_SPREAD * whim)
        if fate < spec.silent + spec.declines:
            at = now + delay_s / 4
            return [Decline(task=ask.task, ask=ask.ask, pool=ask.pool, at=at, why="not now")]
        at = self._turn(spec, now) + delay_s
        answer = self.said(ask.task, spec.name, who)
        return [self._label(ask, number, labeler_name(spec.name, who), answer, at)]

    def said(self, task: str, pool: str, who: int) -> str:
        """What labeler `who` of `pool` says about `task`, whenever asked."""
        spec, one = self._specs[pool], self.tasks[task]
        if self._misled(spec, task) and self._draw(task, who, f"{pool}: follows") < FOLLOW:
            return self._tempting(one)
        chance = self._skill[pool][who] + self._by_class[pool].get(one.truth, 0.0)
        chance += spec.drift * one.progress
        classes = one.task.classes
        chance = min(max(chance, 1.0 / len(classes)), MOST_RIGHT)
        if self._draw(task, who, f"{pool}: right") < chance:
            return one.truth
        if self._draw(task, who, f"{pool}: neighbour") < NEIGHBOUR:
            return classes[(classes.index(one.truth) + 1) % len(classes)]
        return self._other(one, self._draw(task, who, f"{pool}: other"))

    def _skills(self, spec: PoolSpec) -> list[float]:
        skills = []
        for who in range(spec.labelers):
            of = int(self._draw(spec.name, who, "skill") * 2**53)
            chance = random.Random(of)  # noqa: S311 -- seeded by the keyed draw
            skills.append(
                chance.betavariate(spec.skill * spec.spread, (1.0 - spec.skill) * spec.spread)
            )
        return skills

    def _sent(self, ask: Ask, spec: PoolSpec) -> int | None:
        """The next labeler in the pool's order for this task, or `None` if all were asked."""
        start = int(self._draw(ask.task, 0, f"{spec.name}: first") * spec.labelers)
        sent = self._asked.get((ask.task, ask.pool), 0)
        while sent < spec.labelers:
            who = (start + sent) % spec.labelers
            sent += 1
            if labeler_name(spec.name, who) not in ask.exclude:
                self._asked[ask.task, ask.pool] = sent
                return who
        return None

    def _turn(self, spec: PoolSpec, now: float) -> float:
        """When the pool can begin: it is open, and has done what was asked before."""
        at = spec.opens_at(now)
        if spec.capacity_per_hour is not None:
            at = max(at, self._free_at.get(spec.name, at))
            self._free_at[spec.name] = at + 3600.0 / spec.capacity_per_hour
        return at

    def _misled(self, spec: PoolSpec, task: str) -> bool:
        hard = self._draw(task, 0, "hard") < self._hard_share
        return hard and self._draw(task, 0, f"{spec.name}: misled") < spec.misled

    def _tempting(self, true_task: TrueTask) -> str:
        return self._other(true_task, self._draw(true_task.task.task, 0, "tempting"))

    def _other(self, true_task: TrueTask, uniform: float) -> str:
        wrong = [name for name in true_task.task.classes if name != true_task.truth]
        return wrong[int(uniform * len(wrong))]

    def _draw(self, key: str, number: int, purpose: str) -> float:
        return draw(self._seed, key, number, purpose)

    def _normal(self, key: str, number: int, purpose: str) -> float:
        return normal(self._seed, key, number, purpose)

    def _label(self, ask: Ask, number: str, labeler: str, answer: str, at: float) -> Label:
        return Label(
            label=number,
            task=ask.task,
            ask=ask.ask,
            pool=ask.pool,
            labeler=labeler,
            answer=answer,
            at=at,
        )


def labeler_name(pool: str, who: int) -> str:
    """Name a labeler.

    Examples
    --------
    >>> labeler_name("crowd", 7)
    'crowd-007'
    """
    return f"{pool}-{who:03d}"
