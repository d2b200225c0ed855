"""Running sums of a number's powers: mean, variance and how heavy its tails are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from replay.numerics.inner_product import inner

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats


@dataclass(frozen=True, slots=True)
class Moments:
    """How many numbers were received, their mean, and sums of powers of distances from it.

    Merged by Chan's and Pébay's formulas, which don't cancel as plain sums of powers do.

    References
    ----------
    Pébay (2008), Sandia report SAND2008-6212, equations 2.1 and 3.1.

    Examples
    --------
    >>> import numpy as np
    >>> half = Moments().receive(np.array([1.0, 2.0]))
    >>> (half + Moments().receive(np.array([3.0]))).mean
    2.0
    """

    count: int = 0
    mean: float = 0.0
    second: float = 0.0
    third: float = 0.0
    fourth: float = 0.0

    def receive(self, values: Floats) -> Moments:
        """Add numbers, shape (n,)."""
        if not len(values):
            return self
        mean = float(values.sum()) / len(values)
        away = values - mean
        square = away * away
        received = Moments(
            len(values),
            mean,
            inner(away, away),
            inner(square, away),
            inner(square, square),
        )
        return self + received

    def __add__(self, other: Moments) -> Moments:
        a, b = self, other
        if not a.count or not b.count:
            return a if a.count else b
        n = a.count + b.count
        gap = b.mean - a.mean
        share_a, share_b = a.count / n, b.count / n
        product = a.count * share_b
        return Moments(
            n,
            a.mean + gap * share_b,
            a.second + b.second + gap**2 * product,
            a.third
            + b.third
            + gap**3 * product * (share_a - share_b)
            + 3 * gap * (share_a * b.second - share_b * a.second),
            a.fourth
            + b.fourth
            + gap**4 * product * (share_a**2 - share_a * share_b + share_b**2)
            + 6 * gap**2 * (share_a**2 * b.second + share_b**2 * a.second)
            + 4 * gap * (share_a * b.third - share_b * a.third),
        )

    def variance(self) -> float | None:
        """Population variance; `None` if nothing was received."""
        return self.second / self.count if self.count else None

    def skewness(self) -> float:
        """Skewness of the numbers; 0 where they don't vary.

        Examples
        --------
        >>> import numpy as np
        >>> Moments().receive(np.array([0.0, 0.0, 3.0])).skewness() > 0.7
        True
        """
        cubed = (self.second / self.count) ** 1.5 if self.count else 0.0
        return self.third / self.count / cubed if cubed > 0 else 0.0

    def degrees_of_freedom(self) -> float | None:
        """Degrees of freedom of the variance, 2n / (kurtosis - 1): few where tails are heavy.

        The variance of a sample variance is σ⁴(κ − 1)/n, that of a χ²-scaled one 2σ⁴/ν; equating
        them gives ν (Satterthwaite 1946, Biometrics Bulletin 2(6), 110-114). `None` if unknown.
        """
        square = self.second**2  # 0 of tiny numbers
        if self.count < 2 or square <= 0:
            return None
        kurtosis = self.count * self.fourth / square
        return min(2 * self.count / max(kurtosis - 1, 1e-9), self.count - 1.0)


def moved(sums: Floats, gap: float) -> Floats:
    """Σ u (x + gap)ᵏ from Σ u xᵏ, k = 0, 1, ..., by the binomial theorem: shape (K,).

    Examples
    --------
    >>> moved(np.array([1.0, 2.0, 4.0]), -2.0).tolist()
    [1.0, 0.0, 0.0]
    """
    shifted = sums.tolist()
    for first in range(1, len(shifted)):
        for k in range(len(shifted) - 1, first - 1, -1):
            shifted[k] += gap * shifted[k - 1]
    return np.array(shifted)
