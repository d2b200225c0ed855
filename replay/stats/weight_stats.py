"""Diagnostics of importance weights: effective sample size, tail and support."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from replay.numerics.fieldwise_sum import FieldwiseSum, added, kept, merged
from replay.numerics.log_histogram import LogHistogram
from replay.stats.effective_size import effective_sample_size
from replay.stats.unseen_tail import DrawnWeights, least_square

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats
    from replay.stats.reward_scale import RewardScale
    from replay.stats.weighted_rows import Scored

LARGEST = 5
"""How many of the largest weights are kept as they are."""

TOP_SHARE = 0.001
"""Part of the rows whose share of all weight is told."""

TAIL_SHARE = 0.01
"""Part of the weights above 0 that the tail index is read off."""


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
        Of a table they are measured, so it is of two values or of a long tail
        (`replay/stats/reward_scale.py`).
    pess
        n / mean(Σₐ π²/μ), the effective sample expected before any draw; `None` where the logging
        policy's chances are not all known.
    mean_weight_error
        Standard error of `mean_weight`.
    mean_weight_p
        Chance of a mean weight as far from 1 by luck.
    largest
        The largest weights.
    top_share
        Share of all weight that is on the largest 0.1 % of the rows.
    tail_index
        Hill's index of the largest 1 % of the weights: below 2 the variance of the weights may
        not exist; `None` where they are too few or all alike.
    effective_clusters
        Effective number of clusters, by their sizes (`replay/stats/cluster_freedom.py`); `None`
        where rows are independent.
    ess_lower
        Lower bound of the effective sample size where `pess` is unknown, larger weights than those
        drawn allowed for (`replay/stats/unseen_tail.py`); `None` where `pess` is known.
    weight_deficit
        Share of the target's actions that no row was drawn for, by a mean weight below 1, where
        `pess` is unknown.
    variance_factor
        What intervals multiply the variance by for that deficit; `None` where `pess` is known.
    """

    ess: float | None
    ess_share: float | None
    mean_weight: float | None
    max_weight: float | None
    no_support_rows: int
    effective_events: float | None
    pess: float | None
    mean_weight_error: float | None
    mean_weight_p: float | None = None
    largest: tuple[float, ...] = ()
    top_share: float | None = None
    tail_index: float | None = None
    effective_clusters: float | None = None
    ess_lower: float | None = None
    weight_deficit: float | None = None
    variance_factor: float | None = None

    @classmethod
    def of_nothing(cls) -> Diagnostics:
        """Diagnostics of no rows."""
        return cls(
            ess=None,
            ess_share=None,
            mean_weight=None,
            max_weight=None,
            no_support_rows=0,
            effective_events=None,
            pess=None,
            mean_weight_error=None,
        )

    def as_dict(self) -> dict[str, float | int | tuple[float, ...] | None]:
        """Plain numbers for JSON."""
        return asdict(self)


def _largest_of(a: tuple[float, ...], b: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(sorted(a + b, reverse=True)[:LARGEST])


@dataclass(frozen=True, slots=True, eq=False)
class WeightSums(FieldwiseSum):
    """Mergeable sums that the diagnostics come from; of rewards, distances from `about`."""

    rows: int = 0
    weight: float = 0.0
    weight_squared: float = 0.0
    largest: tuple[float, ...] = field(default=(), metadata=merged(_largest_of))
    unsupported: float = 0.0
    away: float = 0.0
    away_crossed: float = 0.0
    away_squared: float = 0.0
    about: float = field(default=0.0, metadata=merged(kept))
    lowest_reward: float = field(default=math.inf, metadata=merged(min))
    chi: float = 0.0
    histogram: LogHistogram = field(default_factory=LogHistogram)
    least_square: float = 0.0

    def receive(self, scored: Scored) -> WeightSums:
        """Add rows."""
        if not len(scored):
            return self
        of, mu = scored.products, scored.propensity
        least = 0.0
        if mu is not None and scored.logged is None:
            least = float(least_square(scored.weight, mu).sum())
        return self + WeightSums(
            rows=len(scored),
            weight=of.w,
            weight_squared=of.w2,
            largest=self._larger(scored.weight, of.top),
            unsupported=_total(scored.unsupported),
            away=of.wa,
            away_crossed=of.w2a,
            away_squared=of.w2a2,
            about=of.about,
            lowest_reward=of.low,
            chi=_total(scored.chi),
            histogram=LogHistogram().receive(scored.weight),
            least_square=least,
        )

    def _larger(self, w: Floats, top: float) -> tuple[float, ...]:
        """Return those of the largest weights that are larger than the ones that are known."""
        if len(self.largest) == LARGEST:
            least = self.largest[-1]
            w = w[w > least] if top > least else w[:0]
        few = w if len(w) <= LARGEST else np.partition(w, -LARGEST)[-LARGEST:]
        return tuple(sorted(map(float, few), reverse=True))

    def __add__(self, other: WeightSums) -> WeightSums:
        about = self.about if self.rows >= other.rows else other.about
        return added(self._placed(about), other._placed(about))

    def _placed(self, about: float) -> WeightSums:
        """Return the same sums with rewards' distances taken from another place."""
        if about == self.about and self.away_squared >= 0.0:
            return self
        away, crossed, squared = self._away(about)
        return replace(self, away=away, away_crossed=crossed, away_squared=squared, about=about)

    def _away(self, about: float) -> tuple[float, float, float]:
        """Σ w x, Σ w² x and Σ w² x² of rewards' distances x from `about`."""
        gap = self.about - about
        squared = self.away_squared + 2 * gap * self.away_crossed + gap**2 * self.weight_squared
        return (
            self.away + gap * self.weight,
            self.away_crossed + gap * self.weight_squared,
            max(squared, 0.0),
        )

    def measured(self, scale: RewardScale) -> WeightSums:
        """Return the same sums of measured rewards."""
        lowest = (self.lowest_reward - scale.zero) / scale.unit
        if scale.unit < 0:  # measured from the highest down, or from the mean
            lowest = 0.0 if scale.kind == "positive" else -math.inf
        return replace(
            self,
            away=self.away / scale.unit,
            away_crossed=self.away_crossed / scale.unit,
            away_squared=self.away_squared / scale.unit**2,
            about=(self.about - scale.zero) / scale.unit,
            lowest_reward=lowest,
        )

    def diagnostics(self) -> Diagnostics:
        """Read the diagnostics off the sums; `None` where nothing was received."""
        n = self.rows
        if not n:
            return Diagnostics.of_nothing()
        ess = effective_sample_size(self.weight, self.weight_squared)
        terms, _, squared = self._away(0.0)
        events = effective_sample_size(terms, squared)
        mean = self.weight / n
        error = float(np.sqrt(max(self.weight_squared / n - mean**2, 0.0) / n))
        known = not math.isnan(self.chi)
        drawn = DrawnWeights(
            rows=n,
            ess=ess,
            square_error=self.histogram.square_error(),
            mean=mean,
            mean_error=error,
            unsupported=self.unsupported / n,
            least=self.least_square / n,
        )
        return Diagnostics(
            ess=ess,
            ess_share=ess / n,
            mean_weight=mean,
            max_weight=max(self.largest),
            no_support_rows=round(self.unsupported),
            effective_events=events if self.lowest_reward >= 0 else None,
            pess=(n * n / self.chi if self.chi else 0.0) if known else None,
            mean_weight_error=error,
            mean_weight_p=2 * float(ndtr(-abs(mean - 1) / error)) if error else None,
            largest=self.largest,
            top_share=self.histogram.top_share(TOP_SHARE),
            tail_index=self.histogram.tail_index(TAIL_SHARE),
            ess_lower=None if known else drawn.ess_lower,
            weight_deficit=None if known else drawn.deficit,
            variance_factor=None if known else drawn.variance_factor,
        )


def _total(values: Floats) -> float:
    """Sum of numbers; of one number for all rows without adding it up."""
    if values.strides == (0,):
        return len(values) * float(values[0])
    return float(values.sum())
