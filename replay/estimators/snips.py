"""SNIPS, self-normalised IPS: v = Σ w r / Σ w, slightly biased, never beyond the rewards seen.

Variance by the delta method, (1/n) E[w² (r − v)²] / E[w]², or by a reward with the same variance
s² = Σ w (r − v)² / Σ w everywhere, (1/n) E[w²] s² / E[w]², whichever is larger: the second counts
large weights that no reward has met yet.

Source: Swaminathan and Joachims (2015), NIPS 28; Owen (2013), Monte Carlo, section 9.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import comb
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from replay.groups import Groups
from replay.inner import inner
from replay.intervals.choose import default
from replay.intervals.evidence import Evidence
from replay.intervals.statistics import ratio

if TYPE_CHECKING:
    from replay.intervals.evidence import Rule
    from replay.intervals.interval import Interval
    from replay.scored import Scored
    from replay.tables.rows import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Snips:
    """Sums of SNIPS: `once`, `twice` and `fourth` are Σ wʲ rᵏ for j = 1, 2, 4 and k = 0, 1, ..."""

    name: ClassVar[str] = "SNIPS"
    count: int = 0
    once: Floats = field(default_factory=lambda: np.zeros(3))
    twice: Floats = field(default_factory=lambda: np.zeros(3))
    fourth: Floats = field(default_factory=lambda: np.zeros(5))
    groups: Groups = field(default_factory=Groups)

    def receive(self, scored: Scored) -> Snips:
        if not len(scored):
            return self
        of, w2 = scored.products, scored.products.squares
        crossed, squares = scored.weight * of.terms, of.terms * of.terms
        pairs = (w2, w2), (w2, crossed), (w2, squares), (crossed, squares), (squares, squares)
        received = Snips(
            len(scored),
            np.array([of.w, of.wr, of.wr2]),
            np.array([of.w2, of.w2r, of.w2r2]),
            np.array([inner(a, b) for a, b in pairs]),
            Groups().receive(scored, of.terms, scored.weight),
        )
        return self + received

    def receive_unweighted(self, scored: Scored) -> Snips:
        """Add rows as they were logged: every weight is 1."""
        if not len(scored):
            return self
        r, of = scored.reward, scored.products
        n, square = len(r), r * r
        once = np.array([n, of.r, of.r2])
        fourth = np.array([*once, inner(square, r), inner(square, square)])
        groups = Groups()
        if scored.group is not None:
            groups = groups.receive(scored, r, np.ones(n))
        return self + Snips(n, once, once, fourth, groups)

    def __add__(self, other: Snips) -> Snips:
        return Snips(
            self.count + other.count,
            self.once + other.once,
            self.twice + other.twice,
            self.fourth + other.fourth,
            self.groups + other.groups,
        )

    def value(self) -> float | None:
        weight, weighted, _ = self.once
        return float(weighted / weight) if weight else None

    def evidence(self) -> Evidence | None:
        v = self.value()
        if v is None or self.count < 2:
            return None
        weight, _, squared = self.once
        w2r0, w2r1, w2r2 = self.twice
        seen = float(max(w2r2 - 2 * v * w2r1 + v**2 * w2r0, 0.0))
        modelled = float(w2r0 * max(squared / weight - v**2, 0.0))
        share = self.count / weight
        gradient = np.array([0.0, share, -v * share])
        seen, variance, by_clusters = self.groups.inflate(
            seen / weight**2, max(seen, modelled) / weight**2, gradient
        )
        return Evidence(
            v,
            variance,
            seen,
            self.count,
            ess=float(weight**2 / w2r0),
            freedom=self._degrees_of_freedom(v),
            cluster_freedom=by_clusters,
            groups=self.groups.used(),
            statistic=ratio,
        )

    def interval(self, kind: str, level: float, rule: Rule = default) -> Interval:
        return rule(self.evidence(), kind, level)

    def _degrees_of_freedom(self, v: float) -> float | None:
        """Degrees of freedom of the variance, by the kurtosis of w (r − v)."""
        powers = [comb(4, j) * (-v) ** (4 - j) for j in range(5)]
        fourth = float(powers @ self.fourth)
        w2r0, w2r1, w2r2 = self.twice
        second = w2r2 - 2 * v * w2r1 + v**2 * w2r0
        if second <= 0 or fourth <= 0:
            return None
        kurtosis = self.count * fourth / second**2
        return float(min(2 * self.count / max(kurtosis - 1, 1e-9), self.count - 1.0))
