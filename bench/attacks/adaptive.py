"""Logs of policies that learn while they log: without a context, and with one."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from bench.attacks.attack import Attack
from bench.attacks.tables import BLIND, FULL, columns, design

AT_ONCE = 20
"""Rows that a policy decides about before it learns from them."""


def bandit(kind: str, arms: int, floor: float, rng: np.random.Generator, n: int) -> dict[str, Any]:
    """Simulate a log of epsilon-greedy, a softmax of means or Thompson sampling, with a floor."""
    mean = np.linspace(0.3, 0.5, arms)
    count, total = np.zeros(arms), np.zeros(arms)
    pmf, action, reward = np.empty((n, arms)), np.empty(n, np.int64), np.empty(n)
    for start in range(0, n, AT_ONCE):
        part = slice(start, min(start + AT_ONCE, n))
        many = part.stop - part.start
        chances = floor / arms + (1 - floor) * _bare(kind, count, total, rng)
        chosen = rng.choice(arms, many, p=chances)
        paid = (rng.random(many) < mean[chosen]).astype(float)
        pmf[part], action[part], reward[part] = chances, chosen, paid
        count += np.bincount(chosen, minlength=arms)
        total += np.bincount(chosen, weights=paid, minlength=arms)
    found = {"action": action.astype(str), "reward": reward, "p": pmf[np.arange(n), action]}
    return found | {f"l_{at}": pmf[:, at] for at in range(arms)}


def _bare(kind: str, count: Any, total: Any, rng: np.random.Generator) -> Any:
    arms = len(count)
    guess = (total + 0.5) / (count + 1.0)
    if kind == "greedy":
        return np.eye(arms)[int(np.argmax(guess + 1e-9 * rng.random(arms)))]
    if kind == "softmax":
        powers = np.exp((guess - guess.max()) / 0.05)
        return powers / powers.sum()
    drawn = rng.beta(total + 1, count - total + 1, size=(200, arms)).argmax(axis=1)
    return np.bincount(drawn, minlength=arms) / 200


ALL: dict[str, Any] = {"action": "action", "reward": "reward", "logged": "columns:l_"}
OWN: dict[str, Any] = {"action": "action", "reward": "reward", "propensity": "p"}
MEAN = 0.4
"""What the uniform policy earns: the mean of the arms."""

ATTACKS = (
    *(
        Attack(
            f"adaptive: {kind}, {arms} arms, floor {floor:g}, {how}",
            0.93,
            MEAN if target == "uniform" else 0.3,
            partial(bandit, kind, arms, floor),
            {**asked, "target": target},
            {**ALL, "target": target} if asked is OWN else {},
        )
        for kind, arms, floor, target in (
            ("greedy", 3, 0.1, "uniform"),
            ("greedy", 10, 0.2, "always:0"),
            ("softmax", 5, 0.1, "uniform"),
            ("thompson", 5, 0.05, "uniform"),
            ("thompson", 2, 0.02, "always:0"),
        )
        for how, asked in (("all chances", ALL), ("own chance", OWN))
    ),
    Attack("adaptive: ridge, all chances", 0.93, design("e").truth, partial(columns, "e"), FULL),
    Attack(
        "adaptive: ridge, own chance", 0.93, design("e").truth, partial(columns, "e"), BLIND, FULL
    ),
)
