"""Simulated logs with a known truth: the designs that intervals are measured on.

Ten actions (six in e), contexts of three numbers. `simulate` gives rows whose logging and target
chances are known for every action, as target `t`, and for the logged one alone, as target `c`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from replay.numerics.moments import Moments
from replay.tables.rows import Rows
from replay.tables.values.context_column import ContextColumn

if TYPE_CHECKING:
    from collections.abc import Callable

    from replay.numerics.arrays import Floats
    from replay.numerics.reward_kind import RewardKind

ACTIONS, NUMBERS = 10, 3
MANY = 2_000_000
"""Contexts that a truth is the mean of: its error is far below an interval's width."""


def softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=float)


@dataclass(frozen=True)
class Design:
    """Contexts, policies and rewards; `draw(rng, mean)` draws rewards with these means."""

    name: str
    kind: RewardKind
    logging: Callable[[Floats], Floats]
    target: Callable[[Floats], Floats]
    mean: Callable[[Floats], Floats]
    draw: Callable[[np.random.Generator, Floats], Floats]
    per_task: int = 1
    learns: bool = False

    @cached_property
    def truth(self) -> float:
        """What the target earns."""
        rng = np.random.default_rng(99)
        total = 0.0
        for _ in range(20):
            x = rng.normal(size=(MANY // 20, NUMBERS))
            total += float((self.target(x) * self.mean(x)).sum(axis=1).mean())
        return total / 20

    def simulate(self, rng: np.random.Generator, n: int) -> Rows:
        """Return a log of n rows."""
        tasks = -(-n // self.per_task)
        x = np.repeat(rng.normal(size=(tasks, NUMBERS)), self.per_task, axis=0)[:n]
        mean = self.mean(x)
        at = np.arange(n)
        if self.learns:
            pmf, action, reward = _learned(rng, x, mean, self.draw)
        else:
            pmf = self.logging(x)
            action = (pmf.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
            reward = self.draw(rng, mean[at, action])
        group = None
        if self.per_task > 1:
            shared = np.repeat(rng.normal(size=tasks), self.per_task)[:n]
            reward = reward + shared
            group = np.repeat(rng.permutation(1 << 20)[:tasks] % 4096, self.per_task)[:n]
        target = self.target(x)
        return Rows(
            action,
            reward,
            pmf[at, action],
            context={f"x{i}": pa.array(x[:, i]) for i in range(NUMBERS)},
            logged_pmf=pmf,
            index=at,
            group=group,
            target_pmfs={"t": target},
            target_probs={"c": target[at, action]},
        )


def context() -> list[ContextColumn]:
    """Context columns as a survey would find them."""
    numbers = Moments().receive(np.random.default_rng(0).normal(size=10_000))
    values = {float(i) for i in range(100)}
    return [
        ContextColumn(f"x{i}", numeric=True, values=values, moments=numbers) for i in range(NUMBERS)
    ]


def _learned(rng: np.random.Generator, x: Floats, mean: Floats, draw: Any) -> tuple[Any, ...]:
    """Log by a policy that learns: softmax of a ridge per action, fitted anew every 100 rows."""
    n, k = mean.shape
    z = np.column_stack([np.ones(n), x])
    gram = np.repeat(np.eye(z.shape[1])[None], k, axis=0)
    moment = np.zeros((k, z.shape[1]))
    pmf, action, reward = np.empty((n, k)), np.empty(n, np.int64), np.empty(n)
    for start in range(0, n, 100):
        part = slice(start, min(start + 100, n))
        beta = np.linalg.solve(gram, moment[:, :, None])[:, :, 0]
        chances = 0.1 / k + 0.9 * softmax(6 * (z[part] @ beta.T))
        pmf[part] = chances
        action[part] = (chances.cumsum(axis=1) > rng.random((len(chances), 1))).argmax(axis=1)
        reward[part] = draw(rng, mean[part][np.arange(len(chances)), action[part]])
        for a in range(k):
            own = action[part] == a
            gram[a] += z[part][own].T @ z[part][own]
            moment[a] += z[part][own].T @ reward[part][own]
    return pmf, action, reward


def _policy(seed: int, scale: float, floor: float = 0.0) -> Callable[[Floats], Floats]:
    theta = np.random.default_rng(seed).normal(size=(NUMBERS, ACTIONS)) * scale
    return lambda x: floor + (1 - floor * ACTIONS) * softmax(x @ theta)


def _scores(seed: int) -> Callable[[Floats], Floats]:
    theta = np.random.default_rng(seed).normal(size=(NUMBERS + 1, ACTIONS))
    return lambda x: x @ theta[1:] + theta[0]


def _rate(rate: float) -> Callable[[Floats], Floats]:
    scores = _scores(3)
    return lambda x: np.minimum(rate * np.exp(0.4 * scores(x) - 0.32), 0.95)


def _binary(rng: np.random.Generator, mean: Floats) -> Floats:
    return (rng.random(len(mean)) < mean).astype(float)


def _normal(rng: np.random.Generator, mean: Floats) -> Floats:
    return mean + rng.normal(size=len(mean))


def _constant_variation(rng: np.random.Generator, mean: Floats) -> Floats:
    return mean * rng.gamma(1.0, 1.0, len(mean))


def _zero_inflated(rng: np.random.Generator, mean: Floats) -> Floats:
    paid = rng.random(len(mean)) < 0.2
    return np.where(paid, 5 * mean * rng.lognormal(-0.18, 0.6, len(mean)), 0.0)


def _heavy(rng: np.random.Generator, mean: Floats) -> Floats:
    return mean * rng.lognormal(-0.72, 1.2, len(mean))


_logging, _target = _policy(1, 1.0, 0.01), _policy(2, 1.7)
_near = _policy(1, 1.2)
_flat = _scores(3)


def _linear(x: Floats) -> Floats:
    return 0.5 * _flat(x)


def _money(x: Floats) -> Floats:
    return 2.0 * np.exp(0.4 * _flat(x) - 0.32)


DESIGNS = (
    Design("a softmax", "real", _logging, _target, _linear, _normal),
    Design("b heavy tails", "binary", _policy(1, 2.2, 0.002), _target, _rate(0.4), _binary),
    Design("c rate 12 %", "binary", _logging, _target, _rate(0.12), _binary),
    Design("c rate 1 %", "binary", _logging, _target, _rate(0.01), _binary),
    Design("d constant variation", "positive", _logging, _target, _money, _constant_variation),
    Design("d zero-inflated", "positive", _logging, _target, _money, _zero_inflated),
    Design("d heavier", "positive", _logging, _target, _money, _heavy),
    Design("e learner", "binary", _logging, _target, _rate(0.3), _binary, learns=True),
    Design("f three a task", "real", _logging, _near, _linear, _normal, per_task=3),
)
