"""Logarithmic histogram: four bins per doubling from 1e-9 to 1e15, mergeable."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from replay.numerics.fieldwise_sum import FieldwiseSum

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats

STEPS = 4
"""Bins of each doubling, equally wide: from 1 to 1.25, 1.5, 1.75 and 2."""

MANTISSA_BITS = 50
"""Bits of a float below the two that tell the four bins of a doubling apart (IEEE 754)."""

LOWEST, HIGHEST = -30 * STEPS, 50 * STEPS
BINS = HIGHEST - LOWEST + 2
"""Bin 0 is for zeros and what is below 2^-30; the last for what is above 2^50."""

OF_ONE = 1023 * STEPS
"""What the upper bits of 1.0 say."""

UPPER = 2048 * STEPS + 1
"""What upper bits can say of a number that isn't below 0, and of -0.0."""


@dataclass(frozen=True, slots=True, eq=False)
class LogHistogram(FieldwiseSum):
    """`counts` and `sums` of the numbers in each bin, shape (BINS,) each."""

    counts: Floats = field(default_factory=lambda: np.zeros(BINS))
    sums: Floats = field(default_factory=lambda: np.zeros(BINS))

    def receive(self, values: Floats) -> LogHistogram:
        """Add numbers, shape (n,), none below 0.

        Examples
        --------
        >>> histogram = LogHistogram().receive(np.array([0.0, 1.0, 1.1, 8.0]))
        >>> histogram.counts[histogram.counts > 0].tolist()
        [1.0, 2.0, 1.0]
        """
        bits = np.ascontiguousarray(values).view(np.uint64) >> np.uint64(MANTISSA_BITS)
        upper = bits.view(np.int64)
        counts = np.bincount(upper, minlength=UPPER)
        return self + LogHistogram(
            _in_bins(counts.astype(np.float64)),
            _in_bins(np.bincount(upper, weights=values, minlength=UPPER).astype(np.float64)),
        )

    def top_share(self, share: float) -> float | None:
        """Part of the sum that the largest `share` of the numbers holds, to a bin's precision."""
        total, many = self.sums.sum(), self.counts.sum()
        if not total:
            return None
        left, held = share * many, 0.0
        for count, summed in zip(self.counts[::-1], self.sums[::-1], strict=True):
            if count >= left:
                return float((held + summed * (left / count if count else 0.0)) / total)
            left, held = left - count, held + summed
        return 1.0

    def tail_index(self, share: float) -> float | None:
        """Hill's index of the largest `share` of the numbers above 0, to a bin's precision.

        k / Σ ln(x / x₀) over the k numbers above x₀; `None` with fewer than 20, or all in one bin.

        Source: Hill (1975), Annals of Statistics 3(5), 1163-1174.
        """
        counts, low = self.counts[1:], edges()[1:]
        above = counts[::-1].cumsum()[::-1]
        wanted = share * above[0]
        bins = np.flatnonzero(above >= max(wanted, 20.0))
        if not len(bins):
            return None
        at = int(bins[-1])
        means = np.divide(self.sums[1:], counts, out=low.copy(), where=counts > 0)
        logs = float(counts[at:] @ np.log(means[at:] / low[at]))
        return float(above[at] / logs) if counts[at + 1 :].any() else None

    def square_error(self) -> float:
        """Relative standard error of the mean square, to a bin's precision; 0 if all are alike.

        √(Σx⁴ / (Σx²)² − 1/n). Numbers of a bin count as their mean, and are taken relative to the
        largest, so that no power is too large for a float.

        Examples
        --------
        >>> round(LogHistogram().receive(np.array([0.0, 2.0] * 50)).square_error(), 3)
        0.1
        """
        some = (self.counts > 0) & (self.sums > 0)
        if not some.any():
            return 0.0
        counts = self.counts[some]
        means = self.sums[some] / counts
        squares = (means / means.max()) ** 2
        spread = float(counts @ squares**2) / float(counts @ squares) ** 2
        return float(np.sqrt(max(spread - 1.0 / self.counts.sum(), 0.0)))


def _in_bins(by_upper_bits: Floats) -> Floats:
    """Add up what is below the second bin and above the last but one."""
    second = OF_ONE + LOWEST
    bins = np.empty(BINS)
    bins[1:-1] = by_upper_bits[second : second + BINS - 2]
    bins[0] = by_upper_bits[:second].sum() + by_upper_bits[-1]  # the last is of -0.0
    bins[-1] = by_upper_bits[second + BINS - 2 : -1].sum()
    return bins


def edges() -> Floats:
    """Lower ends of the bins: shape (BINS,).

    Examples
    --------
    >>> edges()[[0, 1 - LOWEST, 2 - LOWEST, 5 - LOWEST]].tolist()
    [0.0, 1.0, 1.25, 2.0]
    """
    at = np.arange(LOWEST, HIGHEST + 1)
    ends: Floats = 2.0 ** (at // STEPS) * (1 + at % STEPS / STEPS)
    return np.concatenate([[0.0], ends])
