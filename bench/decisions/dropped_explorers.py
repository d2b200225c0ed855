"""Explorers that the product has no more, to compare them with the one that it has."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bandit.decide.policies.explorers import best
from bandit.pmf import normalised

if TYPE_CHECKING:
    from collections.abc import Mapping


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
