"""SNIPS, self-normalised IPS: v = Σ w r / Σ w, slightly biased, never beyond the rewards seen.

Variance by the delta method, (1/n) E[w² (r − v)²] / E[w]², or by a reward with the same variance
s² = Σ w (r − v)² / Σ w everywhere, (1/n) E[w²] s² / E[w]², whichever is larger: the second counts
large weights that no reward has met yet.

Source: Swaminathan and Joachims (2015), NIPS 28; Owen (2013), Monte Carlo, section 9.2.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from math import comb
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from replay.intervals.choose import default_interval

if TYPE_CHECKING:
    from replay.intervals.interval import Interval
    from replay.scored import Scored


@dataclass(frozen=True, slots=True)
class Snips:
    """Sums of SNIPS: `w2r1` is Σ w² r, and so on; those of w⁴ rᵏ are for the kurtosis."""

    name: ClassVar[str] = "SNIPS"
    count: int = 0
    w1r0: float = 0.0
    w1r1: float = 0.0
    w1r2: float = 0.0
    w2r0: float = 0.0
    w2r1: float = 0.0
    w2r2: float = 0.0
    w4r0: float = 0.0
    w4r1: float = 0.0
    w4r2: float = 0.0
    w4r3: float = 0.0
    w4r4: float = 0.0

    def receive(self, scored: Scored) -> Snips:
        w, r = scored.weight, scored.reward
        rewards = [np.ones(len(r)), r, r * r, r * r * r, r * r * r * r]
        w2 = w * w
        low = [float(by @ power) for by in (w, w2) for power in rewards[:3]]
        return self + Snips(len(r), *low, *(float((w2 * w2) @ power) for power in rewards))

    def __add__(self, other: Snips) -> Snips:
        return Snips(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def value(self) -> float | None:
        return self.w1r1 / self.w1r0 if self.w1r0 else None

    def variance(self) -> float | None:
        """Variance of the estimate; `None` if nothing with a weight was received."""
        v = self.value()
        if v is None or self.count < 2:
            return None
        seen = self.w2r2 - 2 * v * self.w2r1 + v**2 * self.w2r0
        modelled = self.w2r0 * max(self.w1r2 / self.w1r0 - v**2, 0.0)
        return max(seen, modelled) / self.w1r0**2

    def degrees_of_freedom(self) -> float | None:
        """Degrees of freedom of the variance, by the kurtosis of w (r − v)."""
        v = self.value()
        if v is None:
            return None
        fours = (self.w4r0, self.w4r1, self.w4r2, self.w4r3, self.w4r4)
        fourth = sum(comb(4, j) * (-v) ** (4 - j) * s for j, s in enumerate(fours))
        second = self.w2r2 - 2 * v * self.w2r1 + v**2 * self.w2r0
        if second <= 0 or fourth <= 0:
            return None
        kurtosis = self.count * fourth / second**2
        return min(2 * self.count / max(kurtosis - 1, 1e-9), self.count - 1.0)

    def interval(self, kind: str, level: float) -> Interval:
        ess = self.w1r0**2 / self.w2r0 if self.w2r0 else 0.0
        return default_interval(
            kind,
            self.value(),
            self.variance(),
            level,
            ess=ess,
            freedom=self.degrees_of_freedom(),
        )
