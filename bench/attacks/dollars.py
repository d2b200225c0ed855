"""Dollars: zeros and heavy tails, revenue and costs, of which a few rows are most of the sum.

The limits of effective rewards (replay/checks/weights.py) were measured on some of these designs:
only seeds from 9,000 on are fresh.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from bench.attacks.attack import Attack
from bench.attacks.segments import MEAN, asked, table, truth

if TYPE_CHECKING:
    from bench.attacks.segments import Draw, Floats

GOAL = 0.92
PAID = 0.3
"""Share of the rows that pay anything, where others don't."""

COST = 2.0
"""What an action costs on average, where revenue and cost are drawn apart."""


def log_normal(rng: np.random.Generator, mean: Floats, sigma: float, paid: float = 1.0) -> Floats:
    """Zeros, and log-normal payments in a share `paid` of the rows; E = mean."""
    amount = mean / paid * rng.lognormal(-(sigma**2) / 2, sigma, len(mean))
    return np.where(rng.random(len(mean)) < paid, amount, 0.0)


def pareto(rng: np.random.Generator, mean: Floats, index: float, paid: float = 1.0) -> Floats:
    """Zeros, and payments with a Pareto tail of an `index` above 2; E = mean."""
    amount = mean / paid * (1.0 + rng.pareto(index, len(mean))) * (index - 1) / index
    return np.where(rng.random(len(mean)) < paid, amount, 0.0)


def mixed_sign(rng: np.random.Generator, mean: Floats) -> Floats:
    """Revenue, mostly zero, less a heavy-tailed cost that no action changes; E = mean − COST."""
    cost = log_normal(rng, np.full(len(mean), COST), 1.2)
    return log_normal(rng, mean, 1.2, PAID) - cost


def _attack(
    name: str, draw: Draw, target: str, *, factor: float = 1.0, cost: float = 0.0
) -> Attack:
    make = partial(table, draw=draw, target=target, factor=factor)
    return Attack(
        f"dollars: {name}, {target}", GOAL, truth(factor * MEAN - cost, target), make, asked()
    )


REVENUE: tuple[tuple[str, Draw], ...] = (
    ("zero and log-normal 1", partial(log_normal, sigma=1.0, paid=PAID)),
    ("zero and log-normal 1.5", partial(log_normal, sigma=1.5, paid=PAID)),
    ("zero and Pareto 3", partial(pareto, index=3.0, paid=PAID)),
    ("zero and Pareto 2.5", partial(pareto, index=2.5, paid=PAID)),
    ("rare payments", partial(log_normal, sigma=1.0, paid=0.05)),
)
COSTS: tuple[tuple[str, Draw], ...] = (
    ("log-normal costs 1", partial(log_normal, sigma=1.0)),
    ("log-normal costs 1.5", partial(log_normal, sigma=1.5)),
    ("Pareto costs 2.5", partial(pareto, index=2.5)),
)
BLIND = ("zero and log-normal 1.5", "zero and Pareto 2.5")

ATTACKS: tuple[Attack, ...] = (
    *(_attack(name, draw, to) for name, draw in REVENUE for to in ("between", "far")),
    *(_attack(name, draw, to, factor=-1.0) for name, draw in COSTS for to in ("between", "far")),
    *(_attack("mixed sign", mixed_sign, to, cost=COST) for to in ("between", "far")),
    *(
        _attack(f"{name}, chances unknown", draw, "between")._replace(
            asked=asked(blind=True), full=asked()
        )
        for name, draw in REVENUE
        if name in BLIND
    ),
)
