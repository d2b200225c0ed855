"""Scales on which a series is modelled: as it is, its square root, or its logarithm.

The square root of a Poisson count has the variance 1/4 whatever its mean (Anscombe 1948), so one
width of interval suits both the night and the day; the logarithm does that for growth in per cent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

MOST_LOG = 50.0
"""A logarithm that no series of ours reaches: beyond, a forecast has diverged."""


LEAST = 1e-9
"""What stands for a forecast of 0 or less where logarithms are taken."""


class Scale(NamedTuple):
    """A name, the way to the scale, and the way back."""

    name: str
    to: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    back: Callable[[NDArray[np.float64]], NDArray[np.float64]]


def _as_it_is(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values


def _squared(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum(values, 0.0) ** 2


def _exponential(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.exp(np.minimum(values, MOST_LOG))


def _root(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sqrt(np.maximum(values, 0.0))


def _logarithm(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log(np.maximum(values, LEAST))


PLAIN = Scale("plain", _as_it_is, _as_it_is)
ROOT = Scale("square root", _root, _squared)
LOG = Scale("logarithm", _logarithm, _exponential)


def scales_for(values: NDArray[np.float64]) -> tuple[Scale, ...]:
    """Return the scales that a series has: no root below 0, no logarithm at 0 or below.

    Examples
    --------
    >>> [scale.name for scale in scales_for(np.array([0.0, 2.0]))]
    ['plain', 'square root']
    """
    least = float(np.nanmin(values))
    if least > 0.0:
        return PLAIN, ROOT, LOG
    return (PLAIN, ROOT) if least == 0.0 else (PLAIN,)
