"""Exploration: from the value of each pool to the probability that it is asked.

Values are shares of the value of a right answer, so that a rate means the same in all projects.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Explorer = Callable[[Mapping[str, float], float, int], dict[str, float]]


def best(values: Mapping[str, float]) -> str:
    """Return the name of the largest value; the first of equals."""
    return max(values, key=values.__getitem__)


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


EXPLORERS: dict[str, Explorer] = {"inverse_gap": inverse_gap}
"""The explorers of the policy `value`; others earned no more in any market (decision 44)."""
