"""IPS, inverse propensity scoring: the mean of w r, unbiased, and noisy where weights are large.

Its variance is the larger of the one seen, Var(w r), and the one it would have if rewards had the
same mean and mean square m₂ = Σ w r² / Σ w everywhere: E[w²] m₂ − v². So a large weight counts
although no reward has yet met it.

Source: Horvitz and Thompson (1952), JASA 47(260), 663-685.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from replay.intervals.choose import default_interval
from replay.moments import Moments

if TYPE_CHECKING:
    from replay.intervals.interval import Interval
    from replay.scored import Scored


@dataclass(frozen=True, slots=True)
class Ips:
    """Sums of IPS: moments of w r, Σ w, Σ w², Σ w r²."""

    name: ClassVar[str] = "IPS"
    terms: Moments = field(default_factory=Moments)
    weight: float = 0.0
    weight_squared: float = 0.0
    weighted_square: float = 0.0

    def receive(self, scored: Scored) -> Ips:
        w, r = scored.weight, scored.reward
        # Of whole tasks the variance seen is all there is: m₂ knows nothing of steps.
        square = 0.0 if scored.stepped is not None else float((w * r * r).sum())
        received = Ips(
            Moments().receive(scored.terms()), float(w.sum()), float((w * w).sum()), square
        )
        return self + received

    def __add__(self, other: Ips) -> Ips:
        return Ips(
            self.terms + other.terms,
            self.weight + other.weight,
            self.weight_squared + other.weight_squared,
            self.weighted_square + other.weighted_square,
        )

    def value(self) -> float | None:
        return self.terms.mean if self.terms.count else None

    def variance(self) -> float | None:
        """Variance of the estimate; `None` below two rows."""
        n = self.terms.count
        if n < 2:
            return None
        seen = self.terms.second / (n - 1)
        if not self.weight:
            return seen / n
        modelled = self.weight_squared / n * self.weighted_square / self.weight - self.terms.mean**2
        return max(seen, modelled) / n

    def interval(self, kind: str, level: float) -> Interval:
        return default_interval(
            kind,
            self.value(),
            self.variance(),
            level,
            ess=self.weight**2 / self.weight_squared if self.weight_squared else 0.0,
            freedom=self.terms.degrees_of_freedom(),
        )
