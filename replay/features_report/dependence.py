"""How long values of a series go on resembling each other, hence how long independent blocks are.

    tau = max over m <= M of 1 + 2 sum_{k=1}^{m} rho_k,   M the least lag with M >= 5 tau

is the integrated autocorrelation time: n values say as much about a mean as n / tau independent
ones. M is Sokal's automatic window; the largest sum up to it errs on the side of longer blocks.

References
----------
Sokal (1997), Monte Carlo methods in statistical mechanics, in Functional Integration, 131-192.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats

WINDOW = 5.0


def correlation_time(indicators: Floats) -> float:
    """Return tau of a series of vectors, shape (n, m): that of the slowest of its coordinates.

    Examples
    --------
    >>> drawn = np.random.default_rng(1).normal(size=(4000, 1))
    >>> slow = np.repeat(drawn[:200], 20, axis=0)
    >>> correlation_time(drawn) < 1.2, 10.0 < correlation_time(slow) < 40.0
    (True, True)
    """
    n = len(indicators)
    centred = indicators - indicators.mean(axis=0)
    moving = centred[:, centred.any(axis=0)]
    if not moving.shape[1]:
        return 1.0
    size = 1 << (2 * n - 1).bit_length()
    power = np.abs(np.fft.rfft(moving, size, axis=0)) ** 2
    covariance = np.fft.irfft(power, size, axis=0)[: n // 2]
    taus = 2.0 * np.cumsum(covariance / covariance[0], axis=0) - 1.0
    far = np.arange(len(taus))[:, None] >= WINDOW * taus
    taus[np.cumsum(far, axis=0) > 1] = 1.0
    return max(1.0, float(taus.max()))
