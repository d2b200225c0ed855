"""The market that is simulated where none is named: four pools, and tasks of four classes."""

from __future__ import annotations

from replay.market.difficulty import Tempting
from replay.market.pools import four_pools
from replay.market.tasks import CLASSES
from replay.market_file.sections import MarketSpec, TasksSection


def default_market() -> MarketSpec:
    """Return the market.

    Examples
    --------
    >>> [pool.name for pool in default_market().pools]
    ['crowd', 'offshore', 'trained', 'specialist']
    """
    tasks = TasksSection(count=2000, classes=4)
    pools = four_pools(CLASSES[: tasks.classes])
    return MarketSpec(pools=pools, tasks=tasks, difficulty=(Tempting(share=0.10),))
