"""Attacks by what can be done: many actions, sets of them that differ by row, hardly any chance."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bench.attacks.attack import Attack

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats

CITIES = 2_000
"""Values of a context column of high cardinality."""


class Market(NamedTuple):
    """Actions, how far the target leans away from the log, and what logging leaves to chance."""

    actions: int
    lean: float
    chance: float
    binary: bool
    sets: bool = False
    cities: bool = False


def policies(market: Market, x: Floats, eligible: Any) -> tuple[Floats, Floats, Floats]:
    """Chances of logging and target, and mean rewards: shape (n, K) each."""
    k = market.actions
    theta = np.random.default_rng(k).normal(size=(3, k))
    scores = x[:, None] * theta[0] + theta[1]
    likeliest = np.where(eligible, scores, -np.inf).argmax(axis=1)
    uniform = eligible / eligible.sum(axis=1, keepdims=True)
    logging = market.chance * uniform
    logging[np.arange(len(x)), likeliest] += 1.0 - market.chance
    powers = np.exp(market.lean * (scores + theta[2])) * eligible
    target = powers / powers.sum(axis=1, keepdims=True)
    mean = 1.0 / (1.0 + np.exp(1.0 - 0.7 * np.sin(scores) - 0.5 * theta[2]))
    return logging, target, mean


def _context(market: Market, rng: np.random.Generator, n: int) -> tuple[Floats, Any, Any]:
    city = rng.integers(0, CITIES, n)
    x = np.random.default_rng(CITIES).normal(size=CITIES)[city] if market.cities else None
    x = rng.normal(size=n) if x is None else x
    eligible = np.ones((n, market.actions), dtype=bool)
    if market.sets:
        eligible = rng.random((n, market.actions)) < 0.5
        eligible[np.arange(n), rng.integers(0, market.actions, n)] = True
    return x, city, eligible


def logged(market: Market, rng: np.random.Generator, n: int) -> dict[str, Any]:
    """Simulate a log of a market; the sets of what could be chosen are lists."""
    x, city, eligible = _context(market, rng, n)
    logging, target, mean = policies(market, x, eligible)
    action = (logging.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    at = np.arange(n)
    own = mean[at, action]
    reward = (rng.random(n) < own).astype(float) if market.binary else own + rng.normal(size=n)
    names = np.array([f"a{i}" for i in range(market.actions)])
    found: dict[str, Any] = {
        "action": names[action],
        "reward": reward,
        "p": logging[at, action],
        "c": target[at, action],
    }
    found["city" if market.cities else "x"] = [f"c{i}" for i in city] if market.cities else x
    if market.sets:
        found["could"] = [list(names[row]) for row in eligible]
    found |= {f"l_{name}": logging[:, i] for i, name in enumerate(names)}
    return found | {f"t_{name}": target[:, i] for i, name in enumerate(names)}


@cache
def truth(market: Market) -> float:
    """What the target earns, from 400,000 contexts."""
    rng = np.random.default_rng(99)
    means = []
    for _ in range(20):
        x, _, eligible = _context(market, rng, 20_000)
        _, target, mean = policies(market, x, eligible)
        means.append((target * mean).sum(axis=1).mean())
    return float(np.mean(means))


MARKETS = {
    "50 actions": Market(50, 0.3, 0.5, binary=True),
    "200 actions": Market(200, 0.3, 0.9, binary=False),
    "sets of 12": Market(12, 0.5, 0.5, binary=False, sets=True),
    "2,000 cities": Market(6, 0.5, 0.5, binary=False, cities=True),
    "hardly any chance": Market(4, 1.5, 0.05, binary=True),
    "hardly any chance, real": Market(4, 1.0, 0.02, binary=False),
}


def _attacks(name: str, market: Market) -> tuple[Attack, Attack]:
    column = "city" if market.cities else "x"
    both: dict[str, Any] = {"action": "action", "reward": "reward", "context": (column,)}
    if market.sets:
        both["actions"] = "could"
    full = {**both, "logged": "columns:l_", "target": "columns:t_"}
    own = {**both, "propensity": "p", "target": "column:c"}
    make = partial(logged, market)
    return (
        Attack(f"actions: {name}, all chances", 0.93, truth(market), make, full),
        Attack(f"actions: {name}, own chance", 0.93, truth(market), make, own, full),
    )


ATTACKS = tuple(one for item in MARKETS.items() for one in _attacks(*item))
