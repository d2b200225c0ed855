"""Logs of policies that learn while they log: softmax of the mean rewards so far, no context."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats

ARMS = np.linspace(0.3, 0.5, 5)
UNIFORM = float(ARMS.mean())


def learned(seed: int, n: int, floor: float = 0.1) -> dict[str, Any]:
    """Columns of a log: `action`, `reward`, `p`, `at`, and the chance of each action, `l_...`."""
    rng = np.random.default_rng(seed)
    k = len(ARMS)
    count, total = np.zeros(k), np.zeros(k)
    action, reward, pmf = np.empty(n, np.int64), np.empty(n), np.empty((n, k))
    for row in range(n):
        pmf[row] = floor / k + (1 - floor) * _softmax((total + 0.5) / (count + 1.0) / 0.05)
        chosen = int(rng.choice(k, p=pmf[row]))
        action[row], reward[row] = chosen, float(rng.random() < ARMS[chosen])
        count[chosen] += 1
        total[chosen] += reward[row]
    found: dict[str, Any] = {"action": action.astype(str), "reward": reward}
    found |= {"p": pmf[np.arange(n), action], "at": np.arange(n)}
    return found | {f"l_{at}": pmf[:, at] for at in range(k)}


def _softmax(values: Floats) -> Floats:
    powers = np.exp(values - values.max())
    chances: Floats = powers / powers.sum()
    return chances
