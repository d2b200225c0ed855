"""A small scripted market: labelers who answer by keyed hash, so every run of it is the same.

What a labeler says about a task depends on the two of them and the seed alone. Rewards are fed back
to the engine right after the events that they came with, as the log does it.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from bandit.draw import draw
from bandit.events import Ask, Decision, Decline, Gold, Label, Pool, Reward, Task, Tick, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bandit.engine.engine import Engine
    from bandit.events import Input, Output

T = TypeVar("T")


@dataclass(frozen=True)
class Crew:
    """The labelers of one pool, and their habits; each habit is the share of asks that shows it.

    `misled` is the share of tasks on which all of them share one error; `late` answers come after
    the ask has expired.
    """

    pool: Pool
    right: float = 0.8
    labelers: int = 40
    misled: float = 0.0
    delay_s: float = 40.0
    declines: float = 0.0
    silent: float = 0.0
    late: float = 0.0
    repeats: float = 0.0


@dataclass(frozen=True)
class Work:
    """The tasks that come: one every `every_s`, and what is known of them besides."""

    tasks: int
    every_s: float = 10.0
    classes: tuple[str, ...] = ("yes", "no")
    project: str = "p"
    deadline_s: float | None = None
    value_usd: float | None = None
    target_accuracy: float | None = None
    gold_before: float = 0.0
    gold_after: float = 0.0
    tick_s: float = 20.0


@dataclass
class History:
    """Everything that went in and what came out of it, in order."""

    received: list[Input | Reward] = field(default_factory=list)
    outputs: list[list[Output]] = field(default_factory=list)

    def events(self, kind: type[T]) -> list[T]:
        """All outputs of one kind, in order."""
        return [event for some in self.outputs for event in some if isinstance(event, kind)]

    def final_verdicts(self) -> dict[str, Verdict]:
        """The newest verdict of each task."""
        return {verdict.task: verdict for verdict in self.events(Verdict)}

    def first_verdicts(self) -> list[Verdict]:
        """The verdicts as they were first given, in order."""
        return [verdict for verdict in self.events(Verdict) if verdict.revision == 0]

    def newest_rewards(self) -> dict[tuple[str, int], Reward]:
        """The newest reward of each ask."""
        return {(reward.task, reward.ask): reward for reward in self.events(Reward)}

    def choices(self) -> list[Decision]:
        """All decisions, in order."""
        return self.events(Decision)


class Market:
    """Crews at work on a stream of tasks.

    Parameters
    ----------
    crews
        One a pool.
    work
        What they work on.
    seed
        Of everything drawn.
    """

    def __init__(self, crews: Iterable[Crew], work: Work, seed: int = 1) -> None:
        self.crews = {crew.pool.pool: crew for crew in crews}
        self.work = work
        self._seed = seed

    def truth(self, task: str) -> str:
        """The true class of a task."""
        return self._one_of(self.work.classes, task, 0, "truth")

    def tasks(self) -> Iterator[Task]:
        """All tasks, in the order they come."""
        work = self.work
        for number in range(work.tasks):
            at = number * work.every_s
            yield Task(
                task=f"t{number}",
                project=work.project,
                at=at,
                classes=work.classes,
                features={"kind": f"k{number % 3}", "length": float(number % 7)},
                deadline_at=None if work.deadline_s is None else at + work.deadline_s,
                value_usd=work.value_usd,
                target_accuracy=work.target_accuracy,
            )

    def run(
        self,
        engine: Engine,
        after: Callable[[Input | Reward, list[Output]], None] | None = None,
    ) -> History:
        """Drive `engine` until nothing is open; `after` sees each event and what came of it."""
        history = History()
        queue: list[tuple[float, int, Input]] = []
        numbers = count()

        def push(at: float, event: Input) -> None:
            heapq.heappush(queue, (at, next(numbers), event))

        def feed(event: Input | Reward) -> list[Output]:
            out = engine.receive(event)
            history.received.append(event)
            history.outputs.append(out)
            if after is not None:
                after(event, out)
            return out

        for crew in self.crews.values():
            feed(crew.pool)
        for coming, at in self._arrivals():
            push(at, coming)
        push(0.0, Tick(at=0.0))
        while queue:
            at, _, event = heapq.heappop(queue)
            out = feed(event)
            for ask in (one for one in out if isinstance(one, Ask)):
                for answer, answered_at in self.answers(ask, at):
                    push(answered_at, answer)
            for reward in (one for one in out if isinstance(one, Reward)):
                feed(reward)
            if isinstance(event, Tick) and (queue or engine.open_tasks() or engine.open_asks()):
                push(at + self.work.tick_s, Tick(at=at + self.work.tick_s))
        return history

    def _arrivals(self) -> Iterator[tuple[Input, float]]:
        """Tasks, and the gold that comes by itself, with the times they come."""
        for task in self.tasks():
            yield task, task.at
            yield from self._gold(task)

    def answers(self, ask: Ask, now: float) -> Iterator[tuple[Label | Decline, float]]:
        """What comes back of an ask, and when."""
        crew = self.crews[ask.pool]
        fate = self._draw(ask.task, ask.ask, "fate")
        at = now + crew.delay_s * -math.log(1.0 - self._draw(ask.task, ask.ask, "delay"))
        if fate < crew.declines:
            yield Decline(task=ask.task, ask=ask.ask, pool=ask.pool, at=at, why="busy"), at
            return
        if fate < crew.declines + crew.silent:
            return
        if fate < crew.declines + crew.silent + crew.late:
            at += ask.expires_at - now
        who = self._who(ask, crew)
        if who is None:
            return
        label = Label(
            label=f"{ask.task}/{ask.ask}",
            task=ask.task,
            ask=ask.ask,
            pool=ask.pool,
            labeler=who,
            answer=self.said(ask.task, crew, who),
            at=at,
        )
        yield label, at
        if self._draw(ask.task, ask.ask, "repeats") < crew.repeats:
            yield label, at + 1.0

    def said(self, task: str, crew: Crew, who: str) -> str:
        """What a labeler says about a task, whenever asked."""
        truth = self.truth(task)
        if crew.pool.gold:
            return truth
        wrong = tuple(name for name in self.work.classes if name != truth)
        if self._draw(task, 0, f"{crew.pool.pool} misled") < crew.misled:
            if self._draw(task, 0, f"{crew.pool.pool} all right") < crew.right:
                return truth
            return self._one_of(wrong, task, 0, f"{crew.pool.pool} all wrong")
        if self._draw(task, 0, f"{who} right") < crew.right:
            return truth
        return self._one_of(wrong, task, 0, f"{who} wrong")

    def _who(self, ask: Ask, crew: Crew) -> str | None:
        """A labeler of the crew who may answer; which one is a draw."""
        start = int(self._draw(ask.task, ask.ask, "who") * crew.labelers)
        for step in range(crew.labelers):
            who = f"{ask.pool}-{(start + step) % crew.labelers}"
            if who not in ask.exclude:
                return who
        return None

    def _gold(self, task: Task) -> Iterator[tuple[Gold, float]]:
        """Gold that comes by itself, before its task or long after it."""
        uniform = self._draw(task.task, 0, "gold")
        gold = Gold(task=task.task, answer=self.truth(task.task), at=task.at)
        if uniform < self.work.gold_before:
            yield gold, task.at - 5.0
        elif uniform < self.work.gold_before + self.work.gold_after:
            yield gold, task.at + 900.0 * self._draw(task.task, 0, "gold delay")

    def _one_of(self, names: tuple[str, ...], task: str, number: int, purpose: str) -> str:
        return names[int(self._draw(task, number, purpose) * len(names))]

    def _draw(self, task: str, number: int, purpose: str) -> float:
        return draw(self._seed, task, number, purpose)


def pool(
    name: str,
    usd: float = 0.05,
    *,
    capacity_per_hour: float | None = None,
    timeout_s: float = 300.0,
    gold: bool = False,
) -> Pool:
    """Describe a pool."""
    return Pool(
        pool=name,
        at=0.0,
        usd_per_label=usd,
        capacity_per_hour=capacity_per_hour,
        ask_timeout_s=timeout_s,
        gold=gold,
    )


def wild_market(tasks: int, seed: int = 1) -> Market:
    """Everything that can go wrong at once: declines, silence, late labels, repeats, all gold."""
    crews = [
        Crew(pool("a", 0.05, capacity_per_hour=400.0), 0.85, declines=0.1, late=0.1, repeats=0.1),
        Crew(pool("b", 0.02), 0.7, silent=0.15, late=0.15, delay_s=120.0, repeats=0.2),
        Crew(pool("c d|e:", 0.08, timeout_s=60.0), 0.9, labelers=3, declines=0.2, late=0.2),
        Crew(pool("experts", 0.5, timeout_s=900.0, gold=True), 1.0, silent=0.3, late=0.2),
    ]
    work = Work(
        tasks, deadline_s=1500.0, gold_before=0.05, gold_after=0.1, classes=("yes", "no", "?")
    )
    return Market(crews, work, seed)
