"""Cressie–Read: IPS with the weights themselves as a control variate, because their mean is known.

Among the distributions of (w, r) near the one seen (by the Cressie–Read divergence of power −2)
the nearest with E[w] = 1 is taken, one more row with the least or the largest possible weight
standing for what wasn't seen. What weight is then missing earns the mean reward of the log. The
interval has the least and the largest E[w r] of the distributions near the one seen, with one more
row whose weight and reward are at an end of what is possible; "near" is by Fisher's F, as if the
divergence were a likelihood ratio.

Source: Karampatziakis, Langford and Mineiro (2020), Empirical likelihood for contextual bandits,
NeurIPS 33; the closed forms for power −2: sections 3 and 3.2, and appendix C.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from scipy.special import fdtri

from replay.estimators.estimator import RowEstimator
from replay.intervals.choose import default
from replay.intervals.interval import Interval, widest
from replay.numerics.inner_product import inner
from replay.stats.reward_scale import RewardScale

if TYPE_CHECKING:
    from collections.abc import Iterator

    from replay.intervals.evidence import Rule
    from replay.stats.weighted_rows import Scored


@dataclass(frozen=True, slots=True)
class CressieRead(RowEstimator):
    """Sums: rows, Σ w, Σ w², Σ w r, Σ w² r, Σ w² r², Σ r, and what weights and rewards may be."""

    name: ClassVar[str] = "Cressie-Read"
    own_interval: ClassVar[bool] = True
    as_logged: ClassVar[bool] = True
    count: int = 0
    w: float = 0.0
    w2: float = 0.0
    wr: float = 0.0
    w2r: float = 0.0
    w2r2: float = 0.0
    r: float = 0.0
    top: float = 0.0
    low: float = math.inf
    high: float = -math.inf
    scale: RewardScale = field(default_factory=RewardScale)

    def receive(self, scored: Scored) -> CressieRead:
        if not len(scored):
            return self
        w, r = scored.weight, self.scale.logged(scored.reward)
        wr = w * r
        most = math.inf if scored.top is None else float(scored.top.max())
        received = CressieRead(
            len(r),
            scored.products.w,
            scored.products.w2,
            float(wr.sum()),
            inner(w, wr),
            inner(wr, wr),
            float(r.sum()),
            max(most, scored.products.top),
            float(r.min()),
            float(r.max()),
            self.scale,
        )
        return self + received

    def __add__(self, other: CressieRead) -> CressieRead:
        return CressieRead(
            self.count + other.count,
            self.w + other.w,
            self.w2 + other.w2,
            self.wr + other.wr,
            self.w2r + other.w2r,
            self.w2r2 + other.w2r2,
            self.r + other.r,
            max(self.top, other.top),
            min(self.low, other.low),
            max(self.high, other.high),
            self.scale,
        )

    def value(self) -> float | None:
        n = self.count
        if not n:
            return None
        unseen = self.top if self.w < n else 0.0
        if math.isinf(unseen):
            gamma, beta = (1 + n) / n, 0.0
        else:
            mean, square = (unseen + self.w) / (1 + n), (unseen**2 + self.w2) / (1 + n)
            spread = square - mean**2
            if spread <= 0:  # all weights are 1
                return self.wr / n
            gamma, beta = (square - mean) / spread, (1 - mean) / spread
        seen = (gamma * self.w + beta * self.w2) / (1 + n)
        return (gamma * self.wr + beta * self.w2r) / (1 + n) + max(0.0, 1 - seen) * self.r / n

    def interval(self, kind: str, level: float, rule: Rule = default) -> Interval:
        value = self.value()
        if value is None or self.count < 2:
            return widest(kind)
        rewards = (0.0, 1.0) if kind == "binary" else (self.low, self.high)
        return _interval(self, rewards, level).holding(value)


def _interval(sums: CressieRead, rewards: tuple[float, float], level: float) -> Interval:
    """Interval of E[w r], from sums; `rewards` are the least and the largest possible reward."""
    n = sums.count
    unseen = sums.top if sums.w < n else 0.0
    if math.isinf(unseen):
        least = 1 + 1 / n
    else:
        mean, square = (unseen + sums.w) / (1 + n), (unseen**2 + sums.w2) / (1 + n)
        least = (1 + n) * (mean - 1) ** 2 / (square - mean**2) if square > mean**2 else 0.0
    near = (-least - float(fdtri(1, n, level))) / (2 * (1 + n))
    low, high = rewards
    ends = []
    for reward, sign in ((low, 1), (high, -1)):
        found = list(_extremes(sums, reward, sign, near))
        ends.append(min(max(sign * min(found), low), high) if found else reward)
    return Interval(ends[0], ends[1], "Cressie-Read")


def _extremes(sums: CressieRead, reward: float, sign: int, near: float) -> Iterator[float]:
    """Yield the least sign · E[w r] for each weight that the one more row may have."""
    n = sums.count
    if math.isinf(sums.top):
        x = sign * (reward + (sums.wr - sums.w * reward) / n)
        residual = reward**2 * sums.w2 - 2 * reward * sums.w2r + sums.w2r2
        y = (reward * sums.w - sums.wr) ** 2 / (n * (1 + n)) - residual / (1 + n)
        yield from _root(x, y, near + 1 / (2 * n))
    for extra in (0.0, sums.top):
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
