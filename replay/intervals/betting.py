"""Betting confidence interval for bounded rewards (Waudby-Smith and Ramdas 2024).

Whoever bets the share λ/m of the capital that terms x in [0, B] have a mean above m has, after n
terms, Π (1 + λ (x/m − 1)); if the mean is m, the average over a grid of λ exceeds 1/α with chance
at most α, at any n. So an interval of all m that no one became rich on, by bets on both sides, each
at α/2, holds for any bounded terms, at all times together. It asks for no independence, only that
each term has the mean m given those before: a log that a learner wrote is as good. Terms are
w (r − low), B is the largest possible weight times the width of the rewards' range, as for
`bernstein.py`. The lower end needs no B.

Terms are known by bin of a histogram, with their count and sum. The logarithm is concave, so terms
in a bin earn no less than the same sum split between the bin's ends: what is computed is never more
than what the bettor has.

Source: Waudby-Smith and Ramdas (2024), JRSS B 86(1), 1-27, section 4; for off-policy evaluation
Waudby-Smith, Wu, Ramdas, Karampatziakis and Mineiro (2024), ACM/IMS JDS 1(3).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from replay.intervals.interval import Interval, widest
from replay.numerics.log_histogram import edges

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence
    from replay.numerics.arrays import Floats
    from replay.numerics.reward_kind import RewardKind

SHARES = 0.9 * 2.0 ** -np.arange(0, 13, 0.5)
"""Shares of the capital that are bet, from bold to careful."""


def betting(evidence: Evidence | None, kind: RewardKind, level: float) -> Interval:
    """Interval of IPS where rewards are 0 and 1 or have a declared range, at all times together."""
    limited = evidence.limited if evidence is not None else None
    most = None if limited is None else limited.most(kind)
    if evidence is None or limited is None or limited.histogram is None or most is None:
        return widest(kind, "betting is for IPS of rewards with limits")
    if not most:
        return widest(kind, "betting needs a weight above 0")
    from scipy.optimize import brentq  # noqa: PLC0415 - 20 MB that few need

    points, counts = _split(limited.histogram.counts, limited.histogram.sums, most)
    rich = math.log(2 / (1 - level))
    value = min(max(limited.mean / most, 1e-12), 1 - 1e-12)

    def above(mean: float) -> float:
        return _capital(points / mean - 1, counts) - rich

    def below(mean: float) -> float:
        return _capital((1 - points) / (1 - mean) - 1, counts) - rich

    low = brentq(above, 1e-15, value) if above(1e-15) > 0 > above(value) else 0.0
    high = brentq(below, value, 1 - 1e-15) if below(1 - 1e-15) > 0 > below(value) else 1.0
    return limited.shifted(evidence.value, low * most, high * most, "betting")


def _capital(gains: Floats, counts: Floats) -> float:
    """Logarithm of the mean capital over the shares."""
    logs = np.log1p(np.outer(SHARES, gains)) @ counts
    peak = float(logs.max())
    return peak + math.log(float(np.exp(logs - peak).mean()))


def _split(counts: Floats, sums: Floats, most: float) -> tuple[Floats, Floats]:
    """Split each bin's terms between its ends, keeping count and sum; in units of `most`."""
    low = edges()
    high = np.minimum(np.append(low[1:], low[-1] * 2), max(most, 0.0))
    some = counts > 0
    low, high, many = np.minimum(low, most)[some], high[some], counts[some]
    width = np.where(high > low, high - low, 1.0)
    upper = np.clip((sums[some] - low * many) / width, 0.0, many)
    points = np.concatenate([low, high]) / most
    return points, np.concatenate([many - upper, upper])
