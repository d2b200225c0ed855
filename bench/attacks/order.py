"""Attacks by the order of rows: files that are sorted, or put together from parts."""

from __future__ import annotations

from functools import cache, partial
from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.attacks.attack import Attack
from bench.attacks.tables import FULL, columns, design, taken

if TYPE_CHECKING:
    from collections.abc import Callable

VENDORS = np.array([0.7, 0.2, 0.1])
"""Chances of three vendors whose labels are rated from 1 to 5."""


def ratings(step: float, rng: np.random.Generator, n: int) -> dict[str, Any]:
    """Rate labels of three vendors, each `step` better than the one before."""
    vendor = rng.choice(3, n, p=VENDORS)
    reward = np.clip(np.round(3.0 - step + step * vendor + rng.normal(size=n)), 1, 5)
    return {"action": vendor.astype(str), "reward": reward, "p": VENDORS[vendor]}


@cache
def rated(step: float) -> float:
    """Mean rating of the three."""
    seen = ratings(step, np.random.default_rng(99), 3_000_000)
    return float(np.mean([seen["reward"][seen["action"] == str(at)].mean() for at in range(3)]))


def by_action(table: dict[str, Any]) -> Any:
    return np.argsort(table["action"], kind="stable")


def by_reward(table: dict[str, Any]) -> Any:
    return np.argsort(table["reward"], kind="stable")


def by_context(table: dict[str, Any]) -> Any:
    return np.argsort(table["x0"], kind="stable")


def by_both(table: dict[str, Any]) -> Any:
    return np.lexsort([-table["reward"], table["action"]])


def by_chance(table: dict[str, Any]) -> Any:
    return np.argsort(table["p"], kind="stable")


def in_files(table: dict[str, Any]) -> Any:
    """Seven files, each of one half of the actions and then the other, sorted by reward."""
    file = np.arange(len(table["reward"])) * 7_919 % 7
    half = np.unique(table["action"], return_inverse=True)[1] % 2
    return np.lexsort([np.where(file == 6, -1, 1) * table["reward"], half, file])


PERMUTATIONS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "as logged": lambda table: np.arange(len(table["reward"])),
    "by action": by_action,
    "by reward": by_reward,
    "by context": by_context,
    "by action and reward": by_both,
    "by chance": by_chance,
    "in files": in_files,
}
"""Orders that rows may come in."""


def permuted(
    base: Callable[[np.random.Generator, int], dict[str, Any]],
    order: str,
    rng: np.random.Generator,
    n: int,
) -> dict[str, Any]:
    """Simulate a log and put its rows in another order."""
    table = base(rng, n)
    return taken(table, PERMUTATIONS[order](table))


RATED = {"action": "action", "reward": "reward", "propensity": "p", "target": "uniform"}
RATED_PESS = 1.0 / float((1.0 / 9.0 / VENDORS).sum())
BASES: dict[str, tuple[Callable[..., dict[str, Any]], float, float, dict[str, Any]]] = {
    "ratings": (partial(ratings, 0.1), rated(0.1), 0.93, RATED),
    "ratings apart": (partial(ratings, 0.5), rated(0.5), 0.93, RATED),
    "softmax": (partial(columns, "a"), design("a").truth, 0.93, FULL),
    "rate 12 %": (partial(columns, "c rate 12"), design("c rate 12").truth, 0.93, FULL),
    "dollars": (partial(columns, "d heavier"), design("d heavier").truth, 0.92, FULL),
}


def orders(base: str) -> list[str]:
    """Orders that a log's rows are put in: ratings have no context."""
    asked = BASES[base][-1]
    return [name for name in PERMUTATIONS if name != "by context" or asked is not RATED]


ATTACKS = tuple(
    Attack(
        f"order: {name} {order}",
        goal,
        truth,
        partial(permuted, base, order),
        asked,
        pess_share=RATED_PESS if asked is RATED else nan,
    )
    for name, (base, truth, goal, asked) in BASES.items()
    for order in orders(name)
)
