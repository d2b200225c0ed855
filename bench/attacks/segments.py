"""Logs of forty segments of users, in which what a target earns is known exactly.

Five actions. A segment has three numbers as its context and a mean reward per action; the logging
policy and the targets are softmax policies of the numbers, so logs from `near` to `far` targets
have expected effective samples of about .75, .45 and .2 of their rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bench.simulated.designs import softmax

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Draw = Callable[[np.random.Generator, Floats], Floats]

SEGMENTS, NUMBERS, ACTIONS = 40, 3, "abcde"
_design = np.random.default_rng(20_261_126)
CONTEXT = _design.normal(size=(SEGMENTS, NUMBERS))
_own, _other, _worth = _design.normal(size=(3, NUMBERS, len(ACTIONS)))
MEAN: Floats = 2.0 * np.exp(0.3 * (CONTEXT @ _worth) / np.sqrt(NUMBERS) + 0.3 * _worth[0])
"""Mean reward of each action in each segment, before a design turns it into its own."""


LOGGING: Floats = 0.02 + 0.9 * softmax(0.6 * CONTEXT @ _own)
TARGETS = {
    "near": softmax(0.3 * CONTEXT @ _own + 0.5 * CONTEXT @ _other),
    "between": softmax(0.3 * CONTEXT @ _own + 1.2 * CONTEXT @ _other),
    "far": softmax(2.0 * CONTEXT @ _other - 0.3 * CONTEXT @ _own),
}


def truth(mean: Floats, target: str) -> float:
    """Mean reward of a target where `mean` is that of each action in each segment."""
    return float((TARGETS[target] * mean).sum(axis=1).mean())


def table(
    rng: np.random.Generator,
    n: int,
    *,
    draw: Draw,
    target: str,
    offset: float = 0.0,
    factor: float = 1.0,
) -> dict[str, Any]:
    """Columns of a log whose rewards are offset + factor · draw(rng, mean)."""
    segment = rng.integers(0, SEGMENTS, n)
    logged, wanted = LOGGING[segment], TARGETS[target][segment]
    action = (logged.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    at = np.arange(n)
    columns: dict[str, Any] = {
        "action": np.array(list(ACTIONS))[action],
        "reward": offset + factor * draw(rng, MEAN[segment, action]),
        "propensity": logged[at, action],
        "wanted": wanted[at, action],
    }
    columns |= {f"x{i}": CONTEXT[segment, i] for i in range(NUMBERS)}
    columns |= {f"mu_{name}": logged[:, i] for i, name in enumerate(ACTIONS)}
    return columns | {f"pi_{name}": wanted[:, i] for i, name in enumerate(ACTIONS)}


def asked(*, blind: bool = False) -> dict[str, Any]:
    """Keyword arguments of `replay.evaluate`: all of the target's chances, or the logged one's."""
    return {
        "target": "column:wanted" if blind else "columns:pi_",
        "action": "action",
        "reward": "reward",
        "propensity": "propensity",
        "logged": "columns:mu_",
        "context": tuple(f"x{i}" for i in range(NUMBERS)),
    }
