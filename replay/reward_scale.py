"""Rewards on a scale that moves with them: 0 at one end of those seen, 1 at their mean.

What is claimed must not depend on the units of the reward: `a + b * reward` has the answer
a + b * answer. So rewards are measured from an end of their range before anything is summed, and
answers are converted back. The end is the one away from the long tail: the lowest reward, or the
highest where rewards are skewed to the left, as costs are. Rewards of two values become 0 and 1.

Ends and mean come from the whole log, so a row's scale knows its own reward. Estimators that are
equivariant given their model of the reward don't notice. Where there is no model yet (the first
rows of a learner's log) the mean stands in, which biases DR by at most (rows without a model / n) ·
|Cov(weight, mean reward)|: of the order of 1/n².
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from replay.intervals.interval import Interval

if TYPE_CHECKING:
    from replay.moments import Moments
    from replay.tables.rows import Floats
    from replay.tables.seen_rewards import SeenRewards

SYMMETRIC = 1e-6
"""Skewness up to which no tail is longer, whatever rounding does to a sum of cubes."""


@dataclass(frozen=True, slots=True)
class RewardScale:
    """How rewards are measured: (reward − zero) / unit.

    Attributes
    ----------
    kind
        What measured rewards are: `binary`, `positive` (never below 0), or `real` where neither
        tail is longer.
    logged_kind
        What logged rewards are, by their signs alone.
    zero, unit
        The reward that is measured as 0, and the difference that is measured as 1; negative where
        rewards are measured from the highest down.
    centre
        Mean of the measured rewards.

    Examples
    --------
    >>> import numpy as np
    >>> scale = RewardScale(zero=5.0, unit=-2.0)
    >>> scale.measured(np.array([3.0, 1.0])).tolist(), scale.value(2.0)
    ([1.0, 2.0], 1.0)
    >>> scale.interval(Interval(0.5, 2.0, "normal"))
    Interval(low=1.0, high=4.0, rule='normal')
    """

    kind: str = "real"
    logged_kind: str = "real"
    zero: float = 0.0
    unit: float = 1.0
    centre: float = 0.0

    @classmethod
    def of(cls, logged_kind: str, seen: SeenRewards, moments: Moments) -> RewardScale:
        """Choose the scale for the rewards of a log.

        Examples
        --------
        >>> import numpy as np
        >>> from replay.moments import Moments
        >>> from replay.tables.seen_rewards import SeenRewards
        >>> costs = np.array([-9.0, -2.0, -1.0])
        >>> scale = RewardScale.of("real", SeenRewards.of(costs), Moments().receive(costs))
        >>> scale.kind, scale.zero, scale.unit
        ('positive', -1.0, -3.0)
        """
        low, high, mean = seen.low, seen.high, moments.mean
        if logged_kind == "binary":
            return cls("binary", "binary", 0.0, 1.0, mean)
        if low >= high:  # all alike, or none: they are measured as 1
            return cls("real", logged_kind, 0.0, low if moments.count and low else 1.0, 1.0)
        if seen.two:
            return cls("binary", logged_kind, low, high - low, (mean - low) / (high - low))
        skewness = moments.skewness()
        zero = high if skewness < -SYMMETRIC else low
        kind = "real" if abs(skewness) <= SYMMETRIC else "positive"
        return cls(kind, logged_kind, zero, mean - zero, 1.0)

    def measured(self, reward: Floats) -> Floats:
        """Measure rewards, shape (n,)."""
        if self.zero == 0 and self.unit == 1:
            return reward
        return (reward - self.zero) / self.unit

    def logged(self, measured: Floats) -> Floats:
        """Return measured rewards as they were logged."""
        if self.zero == 0 and self.unit == 1:
            return measured
        return self.zero + self.unit * measured

    def value(self, measured: float) -> float:
        """Return a mean of measured rewards in the rewards' own units."""
        return self.zero + self.unit * measured

    def interval(self, measured: Interval) -> Interval:
        """Return an interval of such a mean in the rewards' own units."""
        ends = self.value(measured.low), self.value(measured.high)
        return Interval(min(ends), max(ends), measured.rule)

    def of_differences(self) -> RewardScale:
        """Return the same for differences of means, which have no zero."""
        return RewardScale("real", "real", 0.0, self.unit)
