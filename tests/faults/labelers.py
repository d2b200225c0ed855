"""Simulated labelers on a log: what they do is fixed by a keyed hash of (seed, task, ask).

Of the asks, most are answered in time, and some of those answers come twice; some are declined,
some are answered after they have expired, some never. This also owns the clock: it writes ticks,
and with each a record that breaks a rule.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import msgspec

from bandit.draw import draw
from bandit.events import Ask, Decline, Feature, Gold, Label, Pool, Task, Tick
from streams.log.codec import encode
from streams.log.log import NewRecord

if TYPE_CHECKING:
    from streams.log.log import Log

TIMEOUT_S = 120.0
STEP_S = 30.0
CLASSES = ("yes", "no")
SKILL = {"good": 0.9, "cheap": 0.7, "other": 0.8}
USD = {"good": 0.10, "cheap": 0.02, "other": 0.05}


class Labelers:
    """Feeds tasks, answers asks and moves the time, a step at a time.

    Parameters
    ----------
    log, seed
        Where, and by which hash.
    tasks
        How many there are in all.
    pace
        By how much all times are stretched: steps, time-outs and what labelers take.
    """

    def __init__(self, log: Log, seed: int, tasks: int, pace: float = 1.0) -> None:
        self._log = log
        self._seed = seed
        self._partitions = log.partitions("tasks")
        self._asks = [log.follow("asks", part) for part in range(self._partitions)]
        self._later: list[tuple[float, int, NewRecord]] = []
        self._count = 0
        self._tasks = tasks
        self._pace = pace
        self.fed = 0
        self.now = 0.0
        log.write(
            [
                NewRecord("pools", name.encode(), encode(self._pool(name, usd)))
                for name, usd in USD.items()
            ]
        )

    def advance(self, tasks: int) -> None:
        """Let `STEP_S` pass: feed up to `tasks` tasks, write what is due by then, and the time."""
        self.now += STEP_S * self._pace
        tick = encode(Tick(at=self.now))
        self._write(
            tasks, [NewRecord("labels", None, tick, part) for part in range(self._partitions)]
        )

    def _write(self, tasks: int, ticks: list[NewRecord]) -> None:
        new = [self._task(number) for number in range(self.fed, min(self.fed + tasks, self._tasks))]
        self.fed += len(new)
        for reader in self._asks:
            while records := reader.poll(1000, 0.0):
                for record in records:
                    self._answer(msgspec.json.decode(record.value or b"", type=Ask))
        while self._later and self._later[0][0] <= self.now:
            new.append(heapq.heappop(self._later)[2])
        new.append(NewRecord("labels", b"t0", b'{"type":"Lable","at":%d}' % self.now))
        self._log.write(new + ticks)

    def waiting(self) -> int:
        """How many answers are on their way."""
        return len(self._later)

    def _pool(self, name: str, usd: float) -> Pool:
        return Pool(pool=name, at=0.0, usd_per_label=usd, ask_timeout_s=TIMEOUT_S * self._pace)

    def _task(self, number: int) -> NewRecord:
        name = f"t{number}"
        features: dict[str, Feature] = {"kind": f"k{number % 5}"}
        task = Task(
            task=name, project="p", at=self.now, classes=CLASSES, features=features, value_usd=1.0
        )
        if self._draw(name, 0, "gold") < 0.1:
            gold = Gold(task=name, answer=self._truth(name), at=self.now + 600.0 * self._pace)
            self._put(gold.at, name, encode(gold))
        return NewRecord("tasks", name.encode(), encode(task))

    def _answer(self, ask: Ask) -> None:
        """Put what the pool does about `ask` on its way."""
        kind = self._draw(ask.task, ask.ask, "kind")
        spread = self._draw(ask.task, ask.ask, "delay")
        at = ask.at + (5.0 + 60.0 * spread) * self._pace
        if kind < 0.05:
            return
        if kind < 0.15:
            decline = Decline(task=ask.task, ask=ask.ask, pool=ask.pool, at=at)
            self._put(at, ask.task, encode(decline))
            return
        if kind < 0.25:
            at = ask.expires_at + (2 * STEP_S + 300.0 * spread) * self._pace
        crew = [name for name in (f"{ask.pool}{i}" for i in range(30)) if name not in ask.exclude]
        right = self._draw(ask.task, ask.ask, "right") < SKILL[ask.pool]
        truth = self._truth(ask.task)
        label = encode(
            Label(
                label=f"{ask.task}/{ask.ask}",
                task=ask.task,
                ask=ask.ask,
                pool=ask.pool,
                labeler=crew[int(self._draw(ask.task, ask.ask, "who") * len(crew))],
                answer=truth if right else CLASSES[truth == CLASSES[0]],
                at=at,
                usd=0.01 if kind > 0.95 else None,
            )
        )
        self._put(at, ask.task, label)
        if kind < 0.35:
            self._put(at + 90.0 * self._pace, ask.task, label)

    def _put(self, at: float, task: str, data: bytes) -> None:
        self._count += 1
        heapq.heappush(self._later, (at, self._count, NewRecord("labels", task.encode(), data)))

    def _truth(self, task: str) -> str:
        return CLASSES[self._draw(task, 0, "truth") < 0.5]

    def _draw(self, task: str, ask: int, purpose: str) -> float:
        return draw(self._seed, task, ask, purpose)
