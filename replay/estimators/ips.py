"""IPS, inverse propensity scoring: the mean of w r, unbiased, and noisy where weights are large.

Its variance is the larger of the one seen, Var(w r), and the one it would have if rewards had the
same mean and mean square m₂ = Σ w r² / Σ w everywhere: E[w²] m₂ − v². So a large weight counts
although no reward has yet met it.

Source: Horvitz and Thompson (1952), JASA 47(260), 663-685.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from replay.estimators.estimator import RowEstimator
from replay.intervals.choose import default
from replay.intervals.evidence import Evidence, Limited, Terms
from replay.intervals.statistics import mean
from replay.numerics.inner_product import inner
from replay.numerics.log_histogram import Ladder
from replay.numerics.moments import Moments
from replay.stats.cluster_sums import Groups
from replay.stats.reward_scale import RewardScale

if TYPE_CHECKING:
    from replay.intervals.evidence import Rule
    from replay.intervals.interval import Interval
    from replay.stats.weighted_rows import Scored


@dataclass(frozen=True, slots=True, eq=False)
class Ips(RowEstimator):
    """Sums of IPS: moments of w r, Σ w, Σ w², Σ w r², and what its terms look like.

    `limits` are the declared range of the rewards, `above` moments of w (r − low) where its lower
    end isn't 0; those terms are kept on a `ladder` only where there is one, for betting. Rewards
    are taken as they were logged, whatever `scale` they come in: IPS is not equivariant, for a
    constant that is added to them moves the mean of w r as far only where weights average 1.
    """

    name: ClassVar[str] = "IPS"
    as_logged: ClassVar[bool] = True
    terms: Moments = field(default_factory=Moments)
    weight: float = 0.0
    weight_squared: float = 0.0
    weighted_square: float = 0.0
    lowest: float = math.inf
    top: float = 0.0
    reward: float = 0.0
    ladder: Ladder | None = None
    groups: Groups = field(default_factory=Groups)
    limits: tuple[float, float] | None = None
    above: Moments = field(default_factory=Moments)
    scale: RewardScale = field(default_factory=RewardScale)

    def receive(self, scored: Scored) -> Ips:
        if not len(scored):
            return self
        w, r = scored.weight, self.scale.logged(scored.reward)
        products, terms = scored.products, scored.stepped
        if terms is None:
            terms = products.terms if r is scored.reward else w * r
        # Of whole tasks the variance seen is all there is: m₂ knows nothing of steps.
        square = 0.0 if scored.stepped is not None else inner(terms, r)
        lowest = float(terms.min())
        low = self._low()
        above = w * (r - low) if low else terms
        received = Ips(
            Moments().receive(terms),
            products.w,
            products.w2,
            square,
            lowest,
            products.top if scored.top is None else float(scored.top.max()),
            products.high if r is scored.reward else float(r.max()),
            None if self.ladder is None or above.min() < 0 else Ladder().receive(above),
            Groups().receive(scored, terms),
            self.limits,
            Moments().receive(above) if low else Moments(),
            self.scale,
        )
        return self + received

    def __add__(self, other: Ips) -> Ips:
        return Ips(
            self.terms + other.terms,
            self.weight + other.weight,
            self.weight_squared + other.weight_squared,
            self.weighted_square + other.weighted_square,
            min(self.lowest, other.lowest),
            max(self.top, other.top),
            max(self.reward, other.reward),
            None if self.ladder is None or other.ladder is None else self.ladder + other.ladder,
            self.groups + other.groups,
            self.limits,
            self.above + other.above,
            self.scale,
        )

    def value(self) -> float | None:
        return self.terms.mean if self.terms.count else None

    def evidence(self) -> Evidence | None:
        n, value = self.terms.count, self.terms.mean
        if n < 2:
            return None
        seen = self.terms.second / (n - 1)
        modelled = 0.0
        if self.weight:
            modelled = self.weight_squared / n * self.weighted_square / self.weight - value**2
        gradient = np.array([-value, 1.0])
        skewness = self.groups.skewness(gradient, self.terms.skewness() / n**0.5)
        seen, variance, by_clusters = self.groups.inflate(
            seen / n, max(seen, modelled) / n, gradient
        )
        return Evidence(
            value,
            variance,
            seen,
            n,
            ess=self.weight**2 / self.weight_squared if self.weight_squared else 0.0,
            freedom=self.terms.degrees_of_freedom(),
            skewness=skewness,
            terms=self._terms() if self.lowest >= 0 else None,
            limited=self._limited() if self.limits or self.lowest >= 0 else None,
            cluster_freedom=by_clusters,
            groups=self.groups.used(),
            statistic=mean,
        )

    def interval(self, kind: str, level: float, rule: Rule = default) -> Interval:
        return rule(self.evidence(), kind, level)

    def _low(self) -> float:
        return self.limits[0] if self.limits else 0.0

    def _terms(self) -> Terms:
        return Terms(_mean_square(self.terms), self.top, self.reward)

    def _limited(self) -> Limited:
        low = self._low()
        x = self.above if low else self.terms
        width = self.limits[1] - low if self.limits else None
        return Limited(x.mean, _mean_square(x), self.top, low, width, self.ladder)


def _mean_square(terms: Moments) -> float:
    return terms.second / terms.count + terms.mean**2
