"""Fixed settings in a simulated market: k labels a task from one pool, and a rule for the answer.

The labels are those that the market's labelers would give, in the pool's order, without those who
are silent or decline. A setting that needs more asks than a pool can answer from the first arrival
to the last deadline is left out; otherwise waiting costs nothing here, which favours fixed
settings. "random" draws a pool for each ask, as `FixedRedundancyBaseline` does while all are open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from replay.baselines.dawid_skene import dawid_skene
from replay.baselines.fixed_redundancy import MOST_ASKS, pool_of_ask
from replay.baselines.majority import expected_accuracy, majority_vote
from replay.market.market import labeler_name
from replay.market.pools import EXPERTS

if TYPE_CHECKING:
    from replay.market.market import Market

RANDOM = "random"
RULES = ("majority", "Dawid-Skene")


class FixedSetting(msgspec.Struct, frozen=True, kw_only=True):
    """What a fixed setting costs, and the share of its answers that are right."""

    pool: str
    labels_per_task: int
    rule: str
    accuracy: float
    usd_per_task: float

    @property
    def name(self) -> str:
        """The setting in words."""
        return f"{self.labels_per_task} × {self.pool}, {self.rule}"


def fixed_settings(market: Market, most: int = 7, seed: int = 0) -> list[FixedSetting]:
    """Every pool of a market with 1 to `most` labels a task, by majority and by Dawid-Skene.

    Examples
    --------
    >>> from replay.market.market import Market
    >>> from replay.market.pools import four_pools
    >>> from replay.market.tasks import Arrivals, made_tasks
    >>> made = made_tasks(50, Arrivals(), seed=1)
    >>> market = Market(four_pools(made[0].task.classes), made, seed=1)
    >>> cheapest = min(fixed_settings(market, most=2), key=lambda one: one.usd_per_task)
    >>> cheapest.name, round(cheapest.usd_per_task, 4)
    ('1 × crowd, majority', 0.02)
    """
    pools = [name for name in market.usd_per_label() if name != EXPERTS]
    truth = {task: one.truth for task, one in market.tasks.items()}
    found = []
    for pool in [*pools, RANDOM]:
        bought = {task: _bought(market, task, pool, most, seed) for task in truth}
        for k in range(1, most + 1):
            if not _possible(market, pool, k):
                break
            labels = [
                (task, name, said) for task, rows in bought.items() for name, said, _ in rows[:k]
            ]
            usd = sum(usd for rows in bought.values() for *_, usd in rows[:k]) / len(truth)
            for rule in RULES[: min(k, 2)]:  # of one label a task, Dawid-Skene learns nothing
                answers = (
                    majority_vote(labels) if rule == "majority" else dawid_skene(labels).answers()
                )
                setting = FixedSetting(
                    pool=pool,
                    labels_per_task=k,
                    rule=rule,
                    accuracy=expected_accuracy(answers, truth) or 0.0,
                    usd_per_task=usd,
                )
                found.append(setting)
    return found


def _possible(market: Market, pool: str, k: int) -> bool:
    """Whether the pools can answer as many asks as k labels a task need."""
    arrivals = [one.task for one in market.tasks.values()]
    start, end = arrivals[0].at, max(task.deadline_at or task.at for task in arrivals)
    specs = [one for one in market.specs.values() if pool in (one.name, RANDOM)]
    asks = k * len(arrivals) / len(specs)
    return all(
        asks / (1.0 - spec.silent - spec.declines) <= spec.most_asks(start, end) for spec in specs
    )


def _bought(
    market: Market, task: str, pool: str, most: int, seed: int
) -> list[tuple[str, str, float]]:
    """The first `most` labels: labeler, answer, price."""
    prices = market.usd_per_label()
    pools = sorted(name for name in prices if name != EXPERTS)
    sent = {name: market.order(task, name) for name in pools}
    rows: list[tuple[str, str, float]] = []
    for ask in range(1, MOST_ASKS + 1):
        where = pool_of_ask(seed, task, ask, pools) if pool == RANDOM else pool
        who = next(sent[where], None)
        if who is not None and market.answers(task, where, who):
            rows.append((labeler_name(where, who), market.said(task, where, who), prices[where]))
        if len(rows) == most:
            break
    return rows
