"""Scale of the rewards: estimates and verdicts that don't depend on the reward's unit.

`a + b * reward` must have the answer a + b * answer. So rewards are measured before anything is
summed, and answers are converted back. Two values become 0 and 1. Rewards with a long tail are
measured from the other end, in units of their mean distance from it: from the lowest one, or from
the highest where they are skewed to the left, as costs are. All others are measured from their
mean.

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
    from replay.numerics.arrays import Floats
    from replay.numerics.moments import Moments
    from replay.numerics.reward_kind import RewardKind
    from replay.tables.seen_rewards import SeenRewards

LONG_TAIL = 1.0
"""Skewness beyond which rewards have a long tail: "highly skewed" in Bulmer (1979), Principles of
Statistics, page 63. Exponential rewards have 2, ratings and normal ones less than 1."""


@dataclass(frozen=True, slots=True)
class RewardScale:
    """How rewards are measured: (reward − zero) / unit.

    Attributes
    ----------
    kind
        What measured rewards are: `binary`, `positive` (from 0 into a long tail), or `real`.
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

    kind: RewardKind = "real"
    logged_kind: RewardKind = "real"
    zero: float = 0.0
    unit: float = 1.0
    centre: float = 0.0

    @classmethod
    def of(cls, logged_kind: RewardKind, seen: SeenRewards, moments: Moments) -> RewardScale:
        """Choose the scale for the rewards of a log.

        Examples
        --------
        >>> import numpy as np
        >>> from replay.numerics.moments import Moments
        >>> from replay.tables.seen_rewards import SeenRewards
        >>> costs = np.array([-21.0, -2.0, -1.0, -1.0, 0.0])
        >>> scale = RewardScale.of("real", SeenRewards.of(costs), Moments().receive(costs))
        >>> scale.kind, scale.zero, scale.unit
        ('positive', 0.0, -5.0)
        """
        low, high, mean = seen.low, seen.high, moments.mean
        if logged_kind == "binary":
            return cls("binary", "binary", 0.0, 1.0, mean)
        if low >= high:  # all alike, or none: they are measured as 1
            return cls("real", logged_kind, 0.0, low if moments.count and low else 1.0, 1.0)
        if seen.two:
            return cls("binary", logged_kind, low, high - low, (mean - low) / (high - low))
        skewness = moments.skewness()
        if abs(skewness) <= LONG_TAIL:  # turned so that ranks of rewards turn with their sign
            return cls("real", logged_kind, mean, -1.0 if skewness < 0 else 1.0)
        zero = low if skewness > 0 else high
        return cls("positive", logged_kind, zero, mean - zero, 1.0)

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
