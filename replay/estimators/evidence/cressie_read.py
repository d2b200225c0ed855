"""Cressie–Read interval of E[w r]: its least and largest value near the distribution seen.

With one more row whose weight and reward are at an end of what is possible; "near" is by Fisher's
F, as if the Cressie–Read divergence of power −2 were a likelihood ratio.

Source: Karampatziakis, Langford and Mineiro (2020), Empirical likelihood for contextual bandits,
NeurIPS 33; the closed forms for power −2: section 3.2 and appendix C.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from scipy.special import fdtri

from replay.intervals.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterator


class WeightedMoments(NamedTuple):
    """Rows, Σ w, Σ w², Σ w r, Σ w² r and Σ w² r²."""

    rows: int
    w: float
    w2: float
    wr: float
    w2r: float
    w2r2: float


def cressie_read_interval(
    sums: WeightedMoments, top: float, rewards: tuple[float, float], level: float
) -> Interval:
    """Interval of E[w r].

    `top` is the largest possible weight, `rewards` the least and the largest possible reward.
    """
    n = sums.rows
    unseen = top if sums.w < n else 0.0
    if math.isinf(unseen):
        least = 1 + 1 / n
    else:
        mean, square = (unseen + sums.w) / (1 + n), (unseen**2 + sums.w2) / (1 + n)
        least = (1 + n) * (mean - 1) ** 2 / (square - mean**2) if square > mean**2 else 0.0
    near = (-least - float(fdtri(1, n, level))) / (2 * (1 + n))
    low, high = rewards
    ends = []
    for reward, sign in ((low, 1), (high, -1)):
        values = list(_extremes(sums, top, reward, sign, near))
        ends.append(min(max(sign * min(values), low), high) if values else reward)
    return Interval(ends[0], ends[1], "Cressie-Read")


def _extremes(
    sums: WeightedMoments, top: float, reward: float, sign: int, near: float
) -> Iterator[float]:
    """Yield the least sign · E[w r] for each weight that the one more row may have."""
    n = sums.rows
    if math.isinf(top):
        x = sign * (reward + (sums.wr - sums.w * reward) / n)
        residual = reward**2 * sums.w2 - 2 * reward * sums.w2r + sums.w2r2
        y = (reward * sums.w - sums.wr) ** 2 / (n * (1 + n)) - residual / (1 + n)
        yield from _root(x, y, near + 1 / (2 * n))
    for extra in (0.0, top):
        if math.isinf(extra):
            continue
        w, w2 = (extra + sums.w) / (1 + n), (extra**2 + sums.w2) / (1 + n)
        wr = sign * (extra * reward + sums.wr) / (1 + n)
        w2r = sign * (extra**2 * reward + sums.w2r) / (1 + n)
        w2r2 = (extra**2 * reward**2 + sums.w2r2) / (1 + n)
        spread, shared = w2 - w * w, w2r - w * wr
        if spread > 0:
            x = wr + (1 - w) * shared / spread
            y = shared**2 / spread - (w2r2 - wr**2)
            yield from _root(x, y, near + (1 - w) ** 2 / spread / 2)


def _root(x: float, y: float, z: float) -> Iterator[float]:
    """Yield the smaller end of a parabola's cut, where there is one."""
    if z <= 0 and y * z >= 0:
        yield x - math.sqrt(2 * y * z)
    elif abs(y * z) <= 1e-18:
        yield x
