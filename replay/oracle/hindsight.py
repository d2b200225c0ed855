"""The best assignment in hindsight: which pool each task is sent to, and for how many labels.

A task's options are one pool and 0 to `most` labels, fixed when it arrives. Its value is the worth
of a right answer, times the expected accuracy under the true qualities for its true class and hour,
less the labels. Limits (`limits.py`) are a budget, the market's daily budget, and the capacity of
each pool; no assignment that keeps its deadlines exceeds them. So no way of deciding that fixes
pool and number on arrival, and has no features, earns more in expectation. Who looks at labels
before buying the next, or has features, can: see `clairvoyant.py`.

Expected accuracies are simulated; choosing the best by them makes the value too high by a little.
`checked_usd` is the same assignment valued by draws of its own, which has no such bias; the two
bracket the optimum up to the standard error.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from replay.oracle.assignment import best_assignment
from replay.oracle.limits import BUDGET, DAILY, Option, limits_of
from replay.oracle.option_accuracy import option_accuracy
from replay.oracle.true_model import kind_of

if TYPE_CHECKING:
    from replay.market.market import Market
    from replay.numerics.arrays import Floats
    from replay.oracle.true_model import TrueModel

DRAWS = 1000
MOST_LABELS = 7


@dataclass(frozen=True)
class Hindsight:
    """The best assignment; per task, in dollars.

    Attributes
    ----------
    net_usd, checked_usd
        Its value, too high by the luck of the draws; and without that luck.
    accuracy, usd, labels
        Expected share of right answers, without that luck; cost and number of labels.
    budget_price
        What a dollar more of budget would earn; of a daily one, on the day of the highest price.
    scarcity_usd
        For each pool, the highest dual price of an ask over the hours.
    """

    net_usd: float
    checked_usd: float
    accuracy: float
    usd: float
    labels: float
    budget_price: float
    scarcity_usd: dict[str, float]


def hindsight(
    market: Market,
    model: TrueModel,
    worth_usd: float,
    budget_usd: float | None = None,
    *,
    most: int = MOST_LABELS,
    draws: int = DRAWS,
) -> Hindsight:
    """Find the best assignment of a market's tasks.

    Parameters
    ----------
    worth_usd
        Value of a right answer.
    budget_usd
        For all tasks together.
    """
    tasks = list(market.tasks.values())
    types = Counter((kind_of(one), one.truth) for one in tasks)
    some = {kind_of(one): one for one in reversed(tasks)}
    options = [Option(None, 0)] + [
        Option(spec, k) for spec in market.specs.values() for k in range(1, most + 1)
    ]
    paid = np.array([option.usd for option in options])

    def accuracies(seed: int) -> Floats:
        by_pool = {
            (kind, pool): option_accuracy(model, one, pool, most, draws, seed)
            for kind, one in some.items()
            for pool in market.specs
        }
        first = next(iter(market.specs))
        return np.array(
            [
                [
                    by_pool[kind, option.spec.name if option.spec else first][
                        model.classes.index(truth), option.labels
                    ]
                    for option in options
                ]
                for kind, truth in types
            ]
        )

    accuracy = accuracies(0)
    limits = list(limits_of(market, [hour for (hour, _), _ in types], options, budget_usd))
    counts = np.array(list(types.values()), dtype=float)
    best = best_assignment(counts, worth_usd * accuracy - paid, limits)
    n, chosen = len(tasks), best.tasks
    highest: dict[str, float] = {}
    for name, price in best.prices.items():
        resource = name.partition(" from ")[0]
        highest[resource] = max(highest.get(resource, 0.0), price)
    usd = float((chosen * paid).sum()) / n
    checked = float((chosen * accuracies(1)).sum()) / n
    return Hindsight(
        net_usd=best.value / n,
        checked_usd=worth_usd * checked - usd,
        accuracy=checked,
        usd=usd,
        labels=float((chosen * [option.labels for option in options]).sum()) / n,
        budget_price=highest.get(BUDGET, 0.0) + highest.get(DAILY, 0.0),
        scarcity_usd={pool: highest.get(pool, 0.0) for pool in market.specs},
    )
