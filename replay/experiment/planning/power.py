"""Power of a test that is looked at again and again, by simulated Brownian paths.

The estimate at a share t of the planned units is W(t)/t + θ standard errors at the end, W a
Brownian motion and θ the effect in standard errors at the end: only t matters, not the data. A path
crosses the boundary c(t) √t at one of the looks if θ is at least min over looks of
(c(t) √t − W(t)) / t, so the θ of a wished power is a quantile of that minimum. Draws are seeded.

Source: the limit that asymptotic confidence sequences rest on (Waudby-Smith, Arbour, Sinha, Kennedy
and Ramdas 2024, Annals of Statistics 52(6), theorem 2.2).
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from replay.intervals.anytime import factor

PATHS = 40_000
SEED = 20_241_127
LOOKS = 20
"""Looks at equal distances up to the planned end."""


class Drift(NamedTuple):
    """Effect in standard errors at the planned end, and the share of it where tests stop by then.

    `median_stop` is the share of the planned units after which half of the tests have their answer.
    """

    errors: float
    median_stop: float


@cache
def needed_drift(power: float, level: float, *, once: bool = False) -> Drift:
    """Return the effect that is found with the wished power, in standard errors at the end.

    Examples
    --------
    >>> round(needed_drift(0.8, 0.95, once=True).errors, 2)
    2.8
    >>> 3.2 < needed_drift(0.8, 0.95).errors < 3.7
    True
    """
    if once:
        return Drift(-float(ndtri((1 - level) / 2)) + float(ndtri(power)), 1.0)
    share = np.arange(1, LOOKS + 1) / LOOKS
    steps = np.random.default_rng(SEED).normal(size=(PATHS, LOOKS)) / np.sqrt(LOOKS)
    path = steps.cumsum(axis=1)
    boundary = np.array([factor(t, level, best_at=1.0) for t in share]) * np.sqrt(share)
    needed = ((boundary - path) / share).min(axis=1)
    errors = float(np.quantile(needed, power))
    crossed = path + errors * share >= boundary
    first = np.where(crossed.any(axis=1), crossed.argmax(axis=1), LOOKS - 1)
    return Drift(errors, float(np.median(share[first])))
