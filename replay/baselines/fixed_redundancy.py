"""Fixed redundancy: k labels a task, asked at once, then a vote; what most teams do.

It takes the engine's place in a drive, so that it meets the same labelers at the same time. An ask
without an answer is repeated when it expires or is declined. The pools of a task are drawn at
random from those open, or all one; while no such pool is open, its tasks wait, past the deadline
if need be.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bandit.draw import draw
from bandit.events import Decline, Label, Pool, Task, Tick
from replay.baselines.outputs import ask_of, verdict_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.events import Ask, Input, Output, Reward, Verdict

MOST_ASKS = 20  # of one task; beyond, nobody answers


@dataclass(slots=True)
class _Open:
    """A task that waits for labels: those that came, and until when each ask is awaited."""

    task: Task
    labels: list[Label] = field(default_factory=list)
    usd: float = 0.0
    asks: int = 0
    awaited: dict[int, float] = field(default_factory=dict)


class FixedRedundancyBaseline:
    """Asks for `labels_per_task` labels and answers with the majority, ties at random.

    Parameters
    ----------
    pool
        The one pool that is asked; without one, a pool is drawn for each ask.
    """

    def __init__(self, labels_per_task: int, pool: str | None = None, seed: int = 0) -> None:
        self._wanted, self._pool, self._seed = labels_per_task, pool, seed
        self._pools: dict[str, Pool] = {}
        self._open: dict[str, _Open] = {}
        self._waiting: list[_Open] = []  # once for each ask that no open pool could take
        self._free_at: dict[str, float] = {}
        self._now = 0.0

    def receive(self, event: Input | Reward) -> list[Output]:
        """Take one event in; return asks and the verdict that follow."""
        match event:
            case Pool():
                self._pools[event.pool] = event
                waiting, self._waiting = self._waiting, []
                return [ask for open_task in waiting for ask in self._ask(open_task)]
            case Tick():
                return self._tick(event.at)
            case Task():
                open_task = self._open[event.task] = _Open(event)
                return [ask for _ in range(self._wanted) for ask in self._ask(open_task)]
            case Label() if event.task in self._open:
                open_task = self._open[event.task]
                open_task.awaited.pop(event.ask, None)
                open_task.labels.append(event)
                price = self._pools[event.pool].usd_per_label
                open_task.usd += price if event.usd is None else event.usd
                if len(open_task.labels) == self._wanted:
                    return [self._close(open_task, "labels")]
            case Decline() if event.task in self._open:
                return self._again(self._open[event.task], event.ask)
            case _:
                pass
        return []

    def keep(self) -> None:
        """Nothing is undone, so nothing is kept."""

    def _tick(self, at: float) -> list[Output]:
        self._now = at
        out: list[Output] = []
        for open_task in list(self._open.values()):
            for ask in [number for number, until in open_task.awaited.items() if until <= at]:
                out += self._again(open_task, ask)
        return out

    def _again(self, open_task: _Open, ask: int) -> list[Output]:
        if open_task.awaited.pop(ask, None) is None:
            return []
        if open_task.asks < MOST_ASKS:
            return list(self._ask(open_task))
        return [] if open_task.awaited else [self._close(open_task, "max_asks")]

    def _ask(self, open_task: _Open) -> list[Ask]:
        names = sorted(
            name
            for name, pool in self._pools.items()
            if pool.open and not pool.gold and self._pool in (None, name)
        )
        if not names:
            self._waiting.append(open_task)
            return []
        open_task.asks += 1
        drawn = pool_of_ask(self._seed, open_task.task.task, open_task.asks, names)
        pool = self._pools[drawn]
        expires_at = self._begins(pool) + pool.ask_timeout_s
        open_task.awaited[open_task.asks] = expires_at
        return [
            ask_of(
                open_task.task,
                open_task.asks,
                pool.pool,
                self._now,
                expires_at,
                open_task.labels,
            )
        ]

    def _begins(self, pool: Pool) -> float:
        """When the pool can begin, having done what it was asked before: no ask expires unseen."""
        begins = max(self._now, self._free_at.get(pool.pool, self._now))
        if pool.capacity_per_hour:
            self._free_at[pool.pool] = begins + 3600.0 / pool.capacity_per_hour
        return begins

    def _close(self, open_task: _Open, why: str) -> Verdict:
        del self._open[open_task.task.task]
        votes = Counter(label.answer for label in open_task.labels)
        most = max(votes.values(), default=0)
        winners = sorted(answer for answer, count in votes.items() if count == most)
        pick = int(draw(self._seed, open_task.task.task, 0, "tie") * len(winners)) if winners else 0
        posterior = {
            name: votes[name] / max(1, len(open_task.labels)) for name in open_task.task.classes
        }
        answer = winners[pick] if winners else None
        labels = len(open_task.labels)
        return verdict_of(open_task.task, self._now, answer, posterior, labels, open_task.usd, why)


def pool_of_ask(seed: int, task: str, ask: int, pools: Sequence[str]) -> str:
    """Draw the pool of an ask, all equally likely."""
    return pools[int(draw(seed, task, ask, "pool") * len(pools))]
