"""DR, doubly robust: the mean of s = Σₐ π q̂ + w (r − q̂), unbiased whatever the model.

Its variance ("max variance") is the larger of the one seen, Var(s), and the one a model says,
Var(Σₐ π q̂) + c E[Σₐ π²/μ σ̂²], so that tails that were not drawn yet count. σ̂² is q̂(1 − q̂) for
binary rewards, q̂ᵖ for positive ones (the largest over p = 0, 1, 2), constant else; c scales it
to the residuals: c = Σ w (r − q̂)² / Σ w σ̂².

Source: Dudík, Langford and Li (2011), ICML, equation 3; the max variance: our statistics, part 5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Self

from replay.intervals.choose import default_interval
from replay.moments import Moments

if TYPE_CHECKING:
    from replay.intervals.interval import Interval
    from replay.scored import Scored


@dataclass(frozen=True, slots=True)
class Dr:
    """Sums of DR: moments of s and of Σₐ π q̂, Σ w (r − q̂)², and per guess Σ w σ̂² and Σ spread."""

    name: ClassVar[str] = "DR"
    scores: Moments = field(default_factory=Moments)
    direct: Moments = field(default_factory=Moments)
    residual: float = 0.0
    noise: tuple[float, ...] = ()
    spread: tuple[float, ...] = ()
    weight: float = 0.0
    weight_squared: float = 0.0

    def receive(self, scored: Scored) -> Self:
        w = scored.weight
        received = type(self)(
            Moments().receive(scored.scores()),
            Moments().receive(scored.direct),
            float((w * (scored.reward - scored.predicted) ** 2).sum()),
            tuple(float(total) for total in (w[:, None] * scored.noise).sum(axis=0)),
            tuple(float(total) for total in scored.spread.sum(axis=0)),
            float(w.sum()),
            float((w * w).sum()),
        )
        return self + received

    def __add__(self, other: Self) -> Self:
        return type(self)(
            self.scores + other.scores,
            self.direct + other.direct,
            self.residual + other.residual,
            _added(self.noise, other.noise),
            _added(self.spread, other.spread),
            self.weight + other.weight,
            self.weight_squared + other.weight_squared,
        )

    def value(self) -> float | None:
        return self.scores.mean if self.scores.count else None

    def variance(self) -> float | None:
        """Variance of the estimate; `None` below two rows."""
        n = self.scores.count
        if n < 2:
            return None
        guesses = [
            self.residual / noise * spread / n
            for noise, spread in zip(self.noise, self.spread, strict=True)
            if noise > 0
        ]
        modelled = self.direct.second / n + max(guesses, default=0.0)
        return max(self.scores.second / (n - 1), modelled) / n

    def interval(self, kind: str, level: float) -> Interval:
        return default_interval(
            kind,
            self.value(),
            self.variance(),
            level,
            ess=self.weight**2 / self.weight_squared if self.weight_squared else 0.0,
            freedom=self.scores.degrees_of_freedom(),
        )


def _added(a: tuple[float, ...], b: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(x + y for x, y in zip(a, b, strict=True)) if a and b else a or b
