"""The clairvoyant policy: asks and stops by the true parameters of the market, two labels ahead.

It knows how good every labeler is, how frequent classes and hard tasks are, and who spams, but of a
task only its labels: no class, no state, no feature. It takes the engine's place in a drive, asks
one pool at a time, and only one that can answer before the deadline. It pays for no audits and
explores nothing. A price for scarce capacity was tried in the market called scarce: none from $0.02
to $1.50 earned more than $0.0001 a task.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from bandit.events import Decline, Label, Pool, Task, Tick
from replay.baselines.outputs import ask_of, verdict_of
from replay.market.market import labeler_name
from replay.oracle.belief import Belief

if TYPE_CHECKING:
    from bandit.events import Input, Output, Reward, Verdict
    from replay.market.market import Market
    from replay.oracle.true_model import TrueModel

MOST_LABELS = 9  # as the engine's `max_labels`
MOST_ASKS = 20
AGAIN_S = 300.0  # a task that no pool could take in time is tried again so much later


@dataclass(slots=True)
class _Open:
    """A task without verdict, and until when its ask is awaited, or its next try."""

    task: Task
    belief: Belief
    until: float
    ask: int | None = None
    labels: list[Label] = field(default_factory=list)
    usd: float = 0.0
    asks: int = 0


class Clairvoyant:
    """Decides in the engine's place, knowing the market's parameters.

    With `prefers`, asks say which of the pool's labelers are preferred.
    """

    def __init__(self, market: Market, model: TrueModel, *, prefers: bool = False) -> None:
        self._market, self._model, self._prefers = market, model, prefers
        self._pools: dict[str, Pool] = {}
        self._open: dict[str, _Open] = {}
        self._free_at: dict[str, float] = {}
        self._now = 0.0

    def receive(self, event: Input | Reward) -> list[Output]:
        """Take one event in; return asks and verdicts."""
        match event:
            case Pool():
                self._pools[event.pool] = event
            case Tick():
                self._now = event.at
                due = [one for one in self._open.values() if one.until <= self._now]
                return [output for one in due for output in self._decide(one)]
            case Task():
                belief = Belief(self._model, self._market.tasks[event.task])
                one = self._open[event.task] = _Open(event, belief, until=event.at)
                return self._decide(one)
            case Label() if event.task in self._open:
                one = self._open[event.task]
                one.labels.append(event)
                price = self._pools[event.pool].usd_per_label
                one.usd += price if event.usd is None else event.usd
                one.belief.receive(event.pool, number_of(event.labeler), event.answer)
                return self._decide(one) if event.ask == one.ask else []
            case Decline() if event.task in self._open:
                one = self._open[event.task]
                return self._decide(one) if event.ask == one.ask else []
            case _:
                pass
        return []

    def keep(self) -> None:
        """Nothing is undone, so nothing is kept."""

    def _decide(self, one: _Open) -> list[Output]:
        if len(one.labels) >= MOST_LABELS or one.asks >= MOST_ASKS:
            return [self._close(one, "max_labels")]
        prices = self._prices(one.task)
        if not prices:
            deadline = one.task.deadline_at
            if one.labels or (deadline is not None and self._now + AGAIN_S >= deadline):
                return [self._close(one, "no pool in time")]
            one.ask, one.until = None, self._now + AGAIN_S
            return []
        gains = one.belief.gains(one.task.value_usd or 0.0, prices)
        pool = max(gains, key=lambda name: (gains[name], name))
        if gains[pool] <= 0.0:
            return [self._close(one, "value")]
        one.asks += 1
        one.ask = one.asks
        one.until = self._begins(pool) + self._pools[pool].ask_timeout_s
        capacity = self._pools[pool].capacity_per_hour
        if capacity:
            self._free_at[pool] = self._begins(pool) + 3600.0 / capacity
        ask = ask_of(one.task, one.asks, pool, self._now, one.until, one.labels)
        return [msgspec.structs.replace(ask, prefer=self._preferred(one, pool))]

    def _preferred(self, one: _Open, pool: str) -> tuple[str, ...]:
        """The pool's labelers, those first whose label tells most about the class."""
        if not self._prefers:
            return ()
        information = one.belief.information(pool)
        order = sorted(range(len(information)), key=lambda who: (-information[who], who))
        return tuple(labeler_name(pool, who) for who in order)

    def _prices(self, task: Task) -> dict[str, float]:
        """What a label of each pool costs that can answer before the deadline."""
        return {
            name: pool.usd_per_label
            for name, pool in self._pools.items()
            if pool.open
            and not pool.gold
            and (
                task.deadline_at is None
                or self._begins(name) + (pool.expected_delay_s or 0.0) <= task.deadline_at
            )
        }

    def _begins(self, pool: str) -> float:
        return max(self._now, self._free_at.get(pool, self._now))

    def _close(self, one: _Open, why: str) -> Verdict:
        del self._open[one.task.task]
        posterior = one.belief.posterior()
        answer = max(posterior, key=lambda name: posterior[name])
        return verdict_of(one.task, self._now, answer, posterior, len(one.labels), one.usd, why)


def number_of(labeler: str) -> int:
    """Return a labeler's number in the pool, from the name.

    Examples
    --------
    >>> number_of("crowd-007")
    7
    """
    return int(labeler.rpartition("-")[2])
