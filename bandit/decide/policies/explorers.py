"""Exploration: from the value of each pool to the probability that it is asked.

Values are shares of the value of a right answer, so that a rate means the same in all projects.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bandit.pmf import normalised

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Explorer = Callable[[Mapping[str, float], float, int], dict[str, float]]


def best(values: Mapping[str, float]) -> str:
    """Return the name of the largest value; the first of equals."""
    return max(values, key=values.__getitem__)


def epsilon_greedy(values: Mapping[str, float], rate: float, learned: int) -> dict[str, float]:
    """Epsilon-greedy: the best, or any with probability `rate` (Sutton and Barto 2018, 2.2).

    Examples
    --------
    >>> {k: round(v, 3) for k, v in epsilon_greedy({"a": 0.5, "b": 0.4}, 0.1, 0).items()}
    {'a': 0.95, 'b': 0.05}
    """
    del learned
    even = min(rate, 1.0) / len(values)
    top = best(values)
    return {name: even + (1.0 - min(rate, 1.0)) * (name == top) for name in values}


def softmax(values: Mapping[str, float], rate: float, learned: int) -> dict[str, float]:
    """Softmax: in proportion to exp(rate * value) (Sutton and Barto 2018, 2.8).

    Examples
    --------
    >>> {k: round(v, 3) for k, v in softmax({"a": 0.5, "b": 0.4}, 10.0, 0).items()}
    {'a': 0.731, 'b': 0.269}
    """
    del learned
    top = max(values.values())
    return normalised({name: math.exp(rate * (value - top)) for name, value in values.items()})


def inverse_gap(values: Mapping[str, float], rate: float, learned: int) -> dict[str, float]:
    """Inverse gap weighting: 1 / (n + gamma * gap), and the rest for the best of n.

    gamma = rate * sqrt(learned + 1).

    Source: SquareCB, Foster and Rakhlin (2020), ICML, algorithm 1.

    Examples
    --------
    >>> {k: round(v, 3) for k, v in inverse_gap({"a": 0.5, "b": 0.4}, 20.0, 24).items()}
    {'a': 0.917, 'b': 0.083}
    """
    top = best(values)
    gamma = rate * math.sqrt(learned + 1.0)
    shares = {
        name: 1.0 / (len(values) + gamma * (values[top] - value)) for name, value in values.items()
    }
    shares[top] = 0.0
    shares[top] = 1.0 - math.fsum(shares.values())
    return shares


EXPLORERS: dict[str, Explorer] = {
    "epsilon_greedy": epsilon_greedy,
    "softmax": softmax,
    "inverse_gap": inverse_gap,
}
