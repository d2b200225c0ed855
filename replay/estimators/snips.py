"""Self-normalised IPS, SNIPS (Swaminathan and Joachims 2015): v = Σ w r / Σ w.

Variance by the delta method (`replay/estimators/evidence/of_ratio.py`). Sums are taken of rewards'
distances from their mean so far, so that rewards far from 0 lose no digits.

Source: Swaminathan and Joachims (2015), NIPS 28; Owen (2013), Monte Carlo, section 9.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from replay.estimators.estimator import RowEstimator
from replay.estimators.evidence.of_ratio import evidence_of_ratio
from replay.numerics.fieldwise_sum import FieldwiseSum, added, kept, merged
from replay.numerics.inner_product import inner
from replay.numerics.moments import Moments, moved
from replay.stats.cluster_sums import Groups

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence
    from replay.numerics.arrays import Floats
    from replay.stats.reward_scale import RewardScale
    from replay.stats.weighted_rows import Scored


@dataclass(frozen=True, slots=True, eq=False)
class Snips(FieldwiseSum, RowEstimator):
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
    about: float = field(metadata=merged(kept), default=0.0)

    def receive(self, scored: Scored) -> Self:
        if not len(scored):
            return self
        of, w = scored.products, scored.weight
        w2, terms = of.squares, of.away_terms
        crossed, squares = w * terms, terms * terms
        thrice = (w2, w), (w2, terms), (w, squares), (squares, terms)
        pairs = (w2, w2), (w2, crossed), (w2, squares), (crossed, squares), (squares, squares)
        return self + type(self)(
            count=len(scored),
            once=np.array([of.w, of.wa, of.wa2]),
            twice=np.array([of.w2, of.w2a, of.w2a2]),
            thrice=np.array([inner(a, b) for a, b in thrice]),
            fourth=np.array([inner(a, b) for a, b in pairs]),
            groups=Groups() if scored.group is None else Groups().receive(scored, of.terms, w),
            about=of.about,
        )

    def receive_unweighted(self, scored: Scored) -> Self:
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
        return self + type(self)(
            count=n,
            once=once,
            twice=once,
            thrice=thrice,
            fourth=fourth,
            groups=groups,
            about=about,
        )

    def __add__(self, other: Self) -> Self:
        if not self.count or not other.count:
            return self if self.count else other
        about = self.about if self.count >= other.count else other.about
        return added(self.placed(about), other.placed(about))

    def placed(self, about: float) -> Self:
        """Return the same sums with rewards' distances taken from another place."""
        gap = self.about - about
        if not gap:
            return self
        once, twice, thrice, fourth = (
            moved(sums, gap) for sums in (self.once, self.twice, self.thrice, self.fourth)
        )
        return type(self)(
            count=self.count,
            once=once,
            twice=twice,
            thrice=thrice,
            fourth=fourth,
            groups=self.groups,
            about=about,
        )

    def measured(self, scale: RewardScale) -> Self:
        """Return the same sums of measured rewards; sums by group stay as they are."""
        once, twice, thrice, fourth = (
            sums / scale.unit ** np.arange(len(sums))
            for sums in (self.once, self.twice, self.thrice, self.fourth)
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
        if value is None:
            return None
        powers = self.once, self.twice, self.thrice, self.fourth
        return evidence_of_ratio(value, self.count, powers, self.groups)
