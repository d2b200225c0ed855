"""Diagnostics of importance weights: how much of the log speaks about the target."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from replay.scored import Scored


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """What the weights say.

    Attributes
    ----------
    ess, ess_share
        Effective sample size (Σw)²/Σw² (Kish 1965, Survey Sampling, section 11.7), in rows and as
        a share of them.
    mean_weight
        Mean weight; 1 but for chance if the propensities are right and nothing lacks support.
    max_weight
        Largest weight.
    no_support_rows
        Rows where the target can do something that the log can't.
    effective_events
        (Σwr)²/Σ(wr)²: how many rewards carry the estimate; `None` where rewards can be negative.
    pess
        n / mean(Σₐ π²/μ), the effective sample expected before any draw; `None` where the logging
        policy's chances are not all known.
    mean_weight_error
        Standard error of `mean_weight`.
    """

    ess: float | None
    ess_share: float | None
    mean_weight: float | None
    max_weight: float | None
    no_support_rows: int
    effective_events: float | None
    pess: float | None
    mean_weight_error: float | None

    def as_dict(self) -> dict[str, float | int | None]:
        """Plain numbers for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class WeightSums:
    """Mergeable sums that the diagnostics come from."""

    rows: int = 0
    weight: float = 0.0
    weight_squared: float = 0.0
    largest: float = 0.0
    unsupported: float = 0.0
    weighted_reward: float = 0.0
    weighted_reward_squared: float = 0.0
    lowest_reward: float = math.inf
    chi: float = 0.0

    def receive(self, scored: Scored) -> WeightSums:
        """Add rows."""
        if not len(scored):
            return self
        w, r = scored.weight, scored.reward
        received = WeightSums(
            len(scored),
            float(w.sum()),
            float((w * w).sum()),
            float(w.max()),
            float(scored.unsupported.sum()),
            float((w * r).sum()),
            float(((w * r) ** 2).sum()),
            float(r.min()),
            float(scored.chi.sum()),
        )
        return self + received

    def __add__(self, other: WeightSums) -> WeightSums:
        return WeightSums(
            self.rows + other.rows,
            self.weight + other.weight,
            self.weight_squared + other.weight_squared,
            max(self.largest, other.largest),
            self.unsupported + other.unsupported,
            self.weighted_reward + other.weighted_reward,
            self.weighted_reward_squared + other.weighted_reward_squared,
            min(self.lowest_reward, other.lowest_reward),
            self.chi + other.chi,
        )

    def diagnostics(self) -> Diagnostics:
        """Read the diagnostics off the sums; `None` where nothing was received."""
        n = self.rows
        if not n:
            return Diagnostics(None, None, None, None, 0, None, None, None)
        ess = self.weight**2 / self.weight_squared if self.weight_squared else 0.0
        squared = self.weighted_reward_squared
        events = self.weighted_reward**2 / squared if squared else 0.0
        mean = self.weight / n
        known = not math.isnan(self.chi)
        return Diagnostics(
            ess=ess,
            ess_share=ess / n,
            mean_weight=mean,
            max_weight=self.largest,
            no_support_rows=round(self.unsupported),
            effective_events=events if self.lowest_reward >= 0 else None,
            pess=(n * n / self.chi if self.chi else 0.0) if known else None,
            mean_weight_error=float(np.sqrt(max(self.weight_squared / n - mean**2, 0.0) / n)),
        )
