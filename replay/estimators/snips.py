"""SNIPS, self-normalised IPS: v = Σ w r / Σ w, slightly biased, never beyond the rewards seen.

Variance by the delta method, (1/n) E[w² (r − v)²] / E[w]², or by a reward with the same variance
s² = Σ w (r − v)² / Σ w everywhere, (1/n) E[w²] s² / E[w]², whichever is larger: the second counts
large weights that no reward has met yet. Sums are taken of rewards' distances from their mean so
far, so that rewards far from 0 lose no digits.

Source: Swaminathan and Joachims (2015), NIPS 28; Owen (2013), Monte Carlo, section 9.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from replay.estimators.estimator import RowEstimator
from replay.intervals.choose import default
from replay.intervals.evidence import Evidence
from replay.intervals.statistics import ratio
from replay.numerics.inner_product import inner
from replay.numerics.moments import Moments, moved
from replay.stats.cluster_sums import Groups

if TYPE_CHECKING:
    from replay.intervals.evidence import Rule
    from replay.intervals.interval import Interval
    from replay.numerics.arrays import Floats
    from replay.stats.reward_scale import RewardScale
    from replay.stats.weighted_rows import Scored


@dataclass(frozen=True, slots=True, eq=False)
class Snips(RowEstimator):
    """Sums of SNIPS: Σ wʲ (r − about)ᵏ for k = 0, 1, ..., and j = 1, 2, 3 or 4.

    `once` is for j = 1, `twice`, `thrice` and `fourth` for the others.
    """

    name: ClassVar[str] = "SNIPS"
    count: int = 0
    once: Floats = field(default_factory=lambda: np.zeros(3))
    twice: Floats = field(default_factory=lambda: np.zeros(3))
    thrice: Floats = field(default_factory=lambda: np.zeros(4))
    fourth: Floats = field(default_factory=lambda: np.zeros(5))
    groups: Groups = field(default_factory=Groups)
    about: float = 0.0

    def receive(self, scored: Scored) -> Snips:
        if not len(scored):
            return self
        of, w = scored.products, scored.weight
        w2, terms = of.squares, of.away_terms
        crossed, squares = w * terms, terms * terms
        thrice = (w2, w), (w2, terms), (w, squares), (squares, terms)
        pairs = (w2, w2), (w2, crossed), (w2, squares), (crossed, squares), (squares, squares)
        received = Snips(
            len(scored),
            np.array([of.w, of.wa, of.wa2]),
            np.array([of.w2, of.w2a, of.w2a2]),
            np.array([inner(a, b) for a, b in thrice]),
            np.array([inner(a, b) for a, b in pairs]),
            Groups() if scored.group is None else Groups().receive(scored, of.terms, w),
            of.about,
        )
        return self + received

    def receive_unweighted(self, scored: Scored) -> Snips:
        """Add rows as they were logged: every weight is 1."""
        if not len(scored):
            return self
        r, of = scored.reward, scored.products
        n, about, away = len(r), of.about, of.away
        square = away * away
        once = np.array([n, float(away.sum()), float(square.sum())])
        thrice = np.array([*once, inner(square, away)])
        groups = Groups()
        if scored.group is not None:
            groups = groups.receive(scored, r, np.ones(n))
        fourth = np.array([*thrice, inner(square, square)])
        return self + Snips(n, once, once, thrice, fourth, groups, about)

    def __add__(self, other: Snips) -> Snips:
        if not self.count or not other.count:
            return self if self.count else other
        about = self.about if self.count >= other.count else other.about
        a, b = self.placed(about), other.placed(about)
        return Snips(
            self.count + other.count,
            a.once + b.once,
            a.twice + b.twice,
            a.thrice + b.thrice,
            a.fourth + b.fourth,
            self.groups + other.groups,
            about,
        )

    def placed(self, about: float) -> Snips:
        """Return the same sums with rewards' distances taken from another place."""
        gap = self.about - about
        if not gap:
            return self
        once, twice = moved(self.once, gap), moved(self.twice, gap)
        thrice, fourth = moved(self.thrice, gap), moved(self.fourth, gap)
        return Snips(self.count, once, twice, thrice, fourth, self.groups, about)

    def measured(self, scale: RewardScale) -> Snips:
        """Return the same sums of measured rewards; sums by group stay as they are."""
        once, twice, thrice, fourth = (
            one / scale.unit ** np.arange(len(one))
            for one in (self.once, self.twice, self.thrice, self.fourth)
        )
        about = (self.about - scale.zero) / scale.unit
        return replace(self, once=once, twice=twice, thrice=thrice, fourth=fourth, about=about)

    def unweighted(self) -> Moments:
        """Moments of the rewards where every weight is 1."""
        if not self.count:
            return Moments()
        mean = float(self.about + self.once[1] / self.count)
        _, _, second, third, fourth = map(float, self.placed(mean).fourth)
        return Moments(self.count, mean, second, third, fourth)

    def value(self) -> float | None:
        weight, weighted, _ = self.once
        return float(self.about + weighted / weight) if weight else None

    def evidence(self) -> Evidence | None:
        value = self.value()
        if value is None or self.count < 2:
            return None
        weight, weighted, squared = self.once
        away = weighted / weight
        w2r0, w2r1, w2r2 = self.twice
        seen = float(max(w2r2 - 2 * away * w2r1 + away**2 * w2r0, 0.0))
        modelled = float(w2r0 * max(squared / weight - away**2, 0.0))
        third = float(moved(self.thrice, -away)[-1])
        share = self.count / weight
        gradient = np.array([0.0, share, -value * share])
        skewness = self.groups.skewness(gradient, third / seen**1.5 if seen > 0 else 0.0)
        seen, variance, by_clusters = self.groups.inflate(
            seen / weight**2, max(seen, modelled) / weight**2, gradient
        )
        return Evidence(
            value,
            variance,
            seen,
            self.count,
            ess=float(weight**2 / w2r0),
            freedom=self._degrees_of_freedom(away),
            cluster_freedom=by_clusters,
            skewness=skewness,
            groups=self.groups.used(),
            statistic=ratio,
        )

    def interval(self, kind: str, level: float, rule: Rule = default) -> Interval:
        return rule(self.evidence(), kind, level)

    def _degrees_of_freedom(self, away: float) -> float | None:
        """Degrees of freedom of the variance, by the kurtosis of w (r − v)."""
        fourth, second = float(moved(self.fourth, -away)[-1]), moved(self.twice, -away)[-1]
        if second <= 0 or fourth <= 0:
            return None
        kurtosis = self.count * fourth / second**2
        return float(min(2 * self.count / max(kurtosis - 1, 1e-9), self.count - 1.0))
