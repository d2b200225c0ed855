"""The simulated market: labelers' skills and errors are the same whichever policy asks them.

Rule 1: everything is a keyed draw. What a labeler says about a task depends on the two of them
alone, so two policies that ask the same labeler get the same answer.
Rule 2: a pool sends its labelers for a task in one fixed order, passing over those excluded; of the
next few, it sends the one whom the ask prefers.
Rule 3: only waiting depends on what else was asked: a pool of limited capacity answers in turn.

How good labelers are stands in `labelers.py`, what makes tasks hard for all of them in
`difficulty.py`, and what spammers say in `spammers.py`.
"""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING

from bandit.draw import draw
from bandit.events import Control, Decline, Label
from replay.market.difficulty import Tempting, with_log_odds
from replay.market.labelers import PoolLabelers, bounded
from replay.market.pools import EXPERTS, experts
from replay.market.spammers import Spammers
from replay.market.tasks import normal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bandit.events import Ask, Input, Pool
    from replay.market.difficulty import Difficulty
    from replay.market.pools import PoolSpec
    from replay.market.tasks import TrueTask

DELAY_SPREAD = 0.6  # standard deviation of the log of a delay
OVERTIME_S = 4 * 86400.0  # pools open and close so long after the last deadline, for what is late


class Market:
    """Pools of labelers who answer asks about known tasks.

    Parameters
    ----------
    specs
        The pools.
    tasks
        All tasks that will be asked about, in the order of arrival.
    difficulty
        What makes tasks hard.
    expert_usd
        Price of an audit; without one, there are no experts.
    usd_per_day
        What asks of each project may cost in a day (UTC).
    """

    def __init__(
        self,
        specs: Sequence[PoolSpec],
        tasks: Sequence[TrueTask],
        seed: int = 0,
        difficulty: Sequence[Difficulty] = (Tempting(share=0.10),),
        expert_usd: float | None = None,
        usd_per_day: float | None = None,
    ) -> None:
        self.tasks = {true_task.task.task: true_task for true_task in tasks}
        self.difficulty = tuple(difficulty)
        self.usd_per_day = usd_per_day
        self.specs = {spec.name: spec for spec in specs}
        self._seed, self._expert_usd = seed, expert_usd
        self.labelers = {spec.name: PoolLabelers(spec, seed) for spec in specs}
        self.spammers = {spec.name: Spammers(spec, seed) for spec in specs}
        self._asked: dict[tuple[str, str], set[int]] = {}
        self._free_at: dict[str, float] = {}

    def events(self) -> Iterator[Input]:
        """Daily budgets, pools, their opening and closing, and tasks, in the order of time."""
        arrivals = [true_task.task for true_task in self.tasks.values()]
        start = arrivals[0].at - 1.0
        end = max(task.deadline_at or task.at for task in arrivals) + OVERTIME_S
        described: list[Pool] = []
        if self._expert_usd is not None:
            described.append(experts(start, self._expert_usd))
        for spec in self.specs.values():
            described += spec.events(start, end)
        described.sort(key=lambda pool: pool.at)
        controls: list[Input] = []
        if self.usd_per_day is not None:
            projects = sorted({task.project for task in arrivals})
            controls = [
                Control(at=start, project=name, usd_per_day=self.usd_per_day) for name in projects
            ]
        return heapq.merge(controls, described, arrivals, key=lambda event: event.at)

    def usd_per_label(self) -> dict[str, float]:
        """Price of each pool, and of the experts if there are any."""
        prices = {spec.name: spec.usd_per_label for spec in self.specs.values()}
        return prices if self._expert_usd is None else {**prices, EXPERTS: self._expert_usd}

    def answer(self, ask: Ask, now: float) -> list[Label | Decline]:
        """What comes back, and when; nothing if the ask is left lying."""
        if ask.pool == EXPERTS:
            at = now + 600.0 * math.exp(DELAY_SPREAD * self._normal(ask.task, 0, "expert"))
            return [self._label(ask, "expert", self.tasks[ask.task].truth, at)]
        spec = self.specs[ask.pool]
        who = self._sent(ask, spec)
        if who is None:
            why = "every labeler has been asked"
            return [Decline(task=ask.task, ask=ask.ask, pool=ask.pool, at=now, why=why)]
        fate = self._fate(ask.task, spec, who)
        if fate < spec.silent:
            return []
        whim = self._normal(ask.task, who, f"{spec.name}: delay")
        delay_s = spec.delay_s * math.exp(DELAY_SPREAD * whim)
        if fate < spec.silent + spec.declines:
            at = now + delay_s / 4
            return [Decline(task=ask.task, ask=ask.ask, pool=ask.pool, at=at, why="not now")]
        if spec.late and self._draw(ask.task, who, f"{spec.name}: late") < spec.late:
            delay_s += spec.ask_timeout_s
        at = self._turn(spec, now) + delay_s
        answer = self.said(ask.task, spec.name, who)
        return [self._label(ask, labeler_name(spec.name, who), answer, at)]

    def order(self, task: str, pool: str) -> Iterator[int]:
        """Labelers of a pool in the order in which it sends them."""
        spec = self.specs[pool]
        first = int(self._draw(task, 0, f"{pool}: first") * spec.labelers)
        return ((first + sent) % spec.labelers for sent in range(spec.labelers))

    def answers(self, task: str, pool: str, who: int) -> bool:
        """Whether labeler `who` of `pool` answers an ask about `task`."""
        spec = self.specs[pool]
        return self._fate(task, spec, who) >= spec.silent + spec.declines

    def said(self, task: str, pool: str, who: int) -> str:
        """What labeler `who` of `pool` says about `task`, whenever asked."""
        spec, one = self.specs[pool], self.tasks[task]
        spam = self.spammers[pool].said(one, who)
        if spam is not None:
            return spam
        for form in self.difficulty:
            said = form.instead(self._seed, one, spec, who)
            if said is not None:
                return said
        crew = self.labelers[pool]
        if self._draw(task, who, f"{pool}: right") < self._harder(one, crew.chance(one, who)):
            return one.truth
        return crew.wrong(one, who)

    def _harder(self, one: TrueTask, chance: float) -> float:
        """The chance to be right after what the task takes off the log-odds."""
        for form in self.difficulty:
            added = form.log_odds(self._seed, one)
            if added:
                chance = bounded(with_log_odds(chance, added), len(one.task.classes))
        return chance

    def _fate(self, task: str, spec: PoolSpec, who: int) -> float:
        """Below `silent` nothing comes back; below that and `declines`, the labeler declines."""
        return self._draw(task, who, f"{spec.name}: fate")

    def _sent(self, ask: Ask, spec: PoolSpec) -> int | None:
        """The labeler whom the pool sends, or `None` if all were asked.

        Of the next `choice` labelers in its order, that is the one whom the ask prefers most.
        """
        asked = self._asked.setdefault((ask.task, ask.pool), set())
        free: list[int] = []
        for who in self.order(ask.task, ask.pool):
            if who not in asked and labeler_name(spec.name, who) not in ask.exclude:
                free.append(who)
                if len(free) == spec.choice or not ask.prefer:
                    break
        if not free:
            return None
        rank = {name: number for number, name in enumerate(ask.prefer)}
        sent = min(free, key=lambda who: rank.get(labeler_name(spec.name, who), len(rank)))
        asked.add(sent)
        return sent

    def _turn(self, spec: PoolSpec, now: float) -> float:
        """When the pool can begin: it is open, and has done what was asked before."""
        at = spec.opens_at(now)
        if spec.capacity_per_hour is not None:
            at = max(at, self._free_at.get(spec.name, at))
            self._free_at[spec.name] = at + 3600.0 / spec.capacity_per_hour
        return at

    def _draw(self, key: str, number: int, purpose: str) -> float:
        return draw(self._seed, key, number, purpose)

    def _normal(self, key: str, number: int, purpose: str) -> float:
        return normal(self._seed, key, number, purpose)

    def _label(self, ask: Ask, labeler: str, answer: str, at: float) -> Label:
        return Label(
            label=f"{ask.task}#{ask.ask}",
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
