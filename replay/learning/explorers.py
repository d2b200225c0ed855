"""Explorers for many learners at once: from values to probabilities, in arrays.

The worker explores by `inverse_gap` alone (decision 44); tables may be asked about the others, too.
The same functions for one decision are in `bandit/decide/policies/explorers.py`, `bandit/pmf.py`
and, of the others, `bench/decisions`; a test holds them together. Arrays end in the K actions,
everything before is broadcast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from replay.numerics.arrays import Floats

    Explorer = Callable[[Floats, Floats, Floats, Floats], Floats]


def best(values: Floats) -> NDArray[np.bool_]:
    """Mark the largest of the last axis; the first one of equals."""
    top: NDArray[np.bool_] = np.arange(values.shape[-1]) == values.argmax(axis=-1)[..., None]
    return top


def epsilon_greedy(values: Floats, rate: Floats, learned: Floats, can: Floats) -> Floats:
    """The best, but with chance `rate` any.

    Parameters
    ----------
    values
        Of each action; minus infinity where it can't be chosen.
    rate, learned
        The explorer's rate, and how many rewards were learned from; their last axis is 1.
    can
        1 where an action can be chosen, else 0.
    """
    del learned
    rate = np.minimum(rate, 1.0)
    even = rate / can.sum(axis=-1, keepdims=True)
    pmf: Floats = even * can + (1.0 - rate) * best(values)
    return pmf


def softmax(values: Floats, rate: Floats, learned: Floats, can: Floats) -> Floats:
    """In proportion to exp(rate * value); parameters as of `epsilon_greedy`."""
    del learned, can
    powers = np.exp(rate * (values - values.max(axis=-1, keepdims=True)))
    scaled: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return scaled


def inverse_gap(values: Floats, rate: Floats, learned: Floats, can: Floats) -> Floats:
    """Others 1 / (n + gamma * gap), the best the rest; parameters as of `epsilon_greedy`."""
    top = best(values)
    gamma = rate * np.sqrt(learned + 1.0)
    gap = values.max(axis=-1, keepdims=True) - values
    shares: Floats = 1.0 / (can.sum(axis=-1, keepdims=True) + gamma * gap)
    shares[top] = 0.0
    shares[top] = 1.0 - shares.sum(axis=-1).ravel()
    return shares


EXPLORERS: Mapping[str, Explorer] = {
    "epsilon_greedy": epsilon_greedy,
    "softmax": softmax,
    "inverse_gap": inverse_gap,
}


def uniform(can: Floats) -> Floats:
    """All that can be chosen, equally often."""
    pmf: Floats = can / can.sum(axis=-1, keepdims=True)
    return pmf


def fixed(can: Floats, action: int) -> Floats:
    """Always `action`; where that can't be chosen, any."""
    here = can[..., action, None]
    only = np.arange(can.shape[-1]) == action
    pmf: Floats = here * only + (1.0 - here) * uniform(can)
    return pmf


def with_floor(pmf: Floats, floor: Floats, can: Floats, lowered: Floats | None = None) -> Floats:
    """Spread a share `floor` of the chance evenly over what can be chosen.

    `lowered` are the factors of `bandit.pmf.lowered_floors`: what they take away, `pmf` keeps.
    """
    even = floor * uniform(can)
    if lowered is None:
        return (1.0 - floor) * pmf + even
    even = even * lowered
    floored: Floats = (1.0 - even.sum(axis=-1, keepdims=True)) * pmf + even
    return floored
