"""Inverse propensity scoring, IPS (Horvitz and Thompson 1952): the mean of w r, unbiased.

Its variance is the larger of the one seen, Var(w r), and the one it would have if rewards had the
same mean and mean square m₂ = Σ w r² / Σ w everywhere: E[w²] m₂ − v². So a large weight counts
although no reward has yet met it.

Source: Horvitz and Thompson (1952), JASA 47(260), 663-685.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from replay.estimators.estimator import RowEstimator
from replay.estimators.evidence.of_mean import evidence_of_mean
from replay.intervals.evidence import LimitedTerms, NonNegativeTerms
from replay.numerics.fieldwise_sum import FieldwiseSum, if_both, kept, merged
from replay.numerics.inner_product import inner
from replay.numerics.log_histogram import LogHistogram
from replay.numerics.moments import Moments
from replay.stats.cluster_sums import Groups
from replay.stats.effective_size import effective_sample_size
from replay.stats.reward_scale import RewardScale

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence
    from replay.stats.weighted_rows import Scored


@dataclass(frozen=True, slots=True, eq=False)
class Ips(FieldwiseSum, RowEstimator):
    """Sums of IPS: moments of w r, Σ w, Σ w², Σ w r², and what its terms look like.

    `limits` are the declared range of the rewards, `above` moments of w (r − low) where its lower
    end isn't 0; those terms are kept on a `histogram` only where there is one, for betting. Rewards
    are taken as they were logged, whatever `scale` they come in: IPS is not equivariant, for a
    constant that is added to them moves the mean of w r as far only where weights average 1.
    """

    name: ClassVar[str] = "IPS"
    as_logged: ClassVar[bool] = True
    terms: Moments = field(default_factory=Moments)
    weight: float = 0.0
    weight_squared: float = 0.0
    weighted_square: float = 0.0
    lowest: float = field(metadata=merged(min), default=math.inf)
    top: float = field(metadata=merged(max), default=0.0)
    reward: float = field(metadata=merged(max), default=0.0)
    histogram: LogHistogram | None = field(metadata=merged(if_both), default=None)
    groups: Groups = field(default_factory=Groups)
    limits: tuple[float, float] | None = field(metadata=merged(kept), default=None)
    above: Moments = field(default_factory=Moments)
    scale: RewardScale = field(metadata=merged(kept), default_factory=RewardScale)

    def receive(self, scored: Scored) -> Ips:
        if not len(scored):
            return self
        w, r = scored.weight, self.scale.logged(scored.reward)
        products, terms = scored.products, scored.stepped
        if terms is None:
            terms = products.terms if r is scored.reward else w * r
        # Of whole tasks the variance seen is all there is: m₂ knows nothing of steps.
        square = 0.0 if scored.stepped is not None else inner(terms, r)
        low = self._low()
        above = w * (r - low) if low else terms
        kept_above = self.histogram is not None and above.min() >= 0
        received = Ips(
            terms=Moments().receive(terms),
            weight=products.w,
            weight_squared=products.w2,
            weighted_square=square,
            lowest=float(terms.min()),
            top=products.top if scored.top is None else float(scored.top.max()),
            reward=products.high if r is scored.reward else float(r.max()),
            histogram=LogHistogram().receive(above) if kept_above else None,
            groups=Groups().receive(scored, terms),
            above=Moments().receive(above) if low else Moments(),
        )
        return self + received

    def value(self) -> float | None:
        return self.terms.mean if self.terms.count else None

    def evidence(self) -> Evidence | None:
        n, modelled = self.terms.count, 0.0
        if n < 2:
            return None
        if self.weight:
            mean_square = self.weight_squared / n * self.weighted_square / self.weight
            modelled = mean_square - self.terms.mean**2
        return evidence_of_mean(
            self.terms,
            modelled,
            effective_sample_size(self.weight, self.weight_squared),
            self.groups,
            non_negative=self._non_negative() if self.lowest >= 0 else None,
            limited=self._limited() if self.limits or self.lowest >= 0 else None,
        )

    def _low(self) -> float:
        return self.limits[0] if self.limits else 0.0

    def _non_negative(self) -> NonNegativeTerms:
        return NonNegativeTerms(_mean_square(self.terms), self.top, self.reward)

    def _limited(self) -> LimitedTerms:
        low = self._low()
        x = self.above if low else self.terms
        width = self.limits[1] - low if self.limits else None
        return LimitedTerms(
            mean=x.mean,
            square=_mean_square(x),
            weight=self.top,
            low=low,
            width=width,
            histogram=self.histogram,
        )


def _mean_square(terms: Moments) -> float:
    return terms.second / terms.count + terms.mean**2
