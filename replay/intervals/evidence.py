"""Evidence for an interval: an estimate, its variances, and its degrees of freedom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from replay.intervals.interval import Interval

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats
    from replay.numerics.log_histogram import LogHistogram
    from replay.numerics.reward_kind import RewardKind


BELIEVED = 0.5
"""Part of the degrees of freedom that is believed of positive rewards, those by clusters included:
where users' means are log-normal (of 5 to 100 equal or unequal users, deviation .9 on the log
scale, 1,500 samples a cell) all of them cover .885 to .941, half .931 to .977; with a
deviation of 1.2 half cover .896 to .977, which is too few."""


class Statistic(Protocol):
    """A value as a smooth function of sums of columns over rows."""

    def __call__(self, sums: Floats) -> tuple[Floats, Floats]:
        """Return values, shape (b,), of b vectors of sums (b, p), and their gradients (b, p).

        The first column counts rows; the gradient is by the other columns' means, and such that
        gradient · (1, columns) of a row is its influence on the value.
        """


@dataclass(frozen=True, slots=True, eq=False)
class NonNegativeTerms:
    """A value that is the mean of terms w r of rewards that are never negative.

    `square` is their mean square, `weight` the largest weight that a row could have had (of those
    seen, where that isn't known), `reward` the largest reward seen.
    """

    square: float
    weight: float
    reward: float


@dataclass(frozen=True, slots=True, eq=False)
class LimitedTerms:
    """A value v that is `low` plus the mean of terms x = w (r − low), each in [0, weight · width].

    `mean` and `square` are of x and x², `histogram` is kept for betting. `width` is that of the
    rewards' declared range [low, low + width]; `None` where none was, and `low` is then 0.

    Since E[w] = 1 wherever the target does nothing that the log can't, E[x] = v − low: what holds
    E[x] with some chance holds v, shifted by `low`, with the same chance.
    """

    mean: float
    square: float
    weight: float
    low: float
    width: float | None
    histogram: LogHistogram | None

    def most(self, kind: RewardKind) -> float | None:
        """Largest that a term can be; `None` where rewards other than 0 and 1 have no range."""
        width = 1.0 if self.width is None and kind == "binary" else self.width
        return None if width is None else self.weight * width

    def shifted(self, value: float, low: float, high: float, rule: str) -> Interval:
        """Interval of v from one of E[x], cut to the rewards' range, and wide enough for `value`.

        IPS itself, the mean of w r, is low · (mean w − 1) away from `low` plus the mean of x. An
        interval that is wider to hold it, as far as it is in the range, holds v no less often.
        """
        width = 1.0 if self.width is None else self.width
        low, high, at = (min(max(x, 0.0), width) for x in (low, high, value - self.low))
        return Interval(self.low + min(low, at), self.low + max(high, at), rule)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What is known around a value.

    Attributes
    ----------
    value
        The estimate.
    variance
        Its variance for the default interval: the larger of that seen and that modelled.
    seen
        Its variance as seen. Both take clusters into account, where there are any.
    rows
        Rows that were received.
    ess
        Effective sample size of the weights.
    freedom
        Degrees of freedom of the variance seen, by kurtosis; `None` if many.
    cluster_freedom
        Those by the number and the sizes of clusters; `None` where rows are independent.
    skewness
        Skewness of the estimate, from that of the rows' influences on it; 0 if not known.
    terms
        Where the value is a mean of non-negative terms.
    limited
        Where it is, up to a shift, a mean of terms with a limit.
    groups, statistic
        Sums by group of rows, shape (g, p), and the value as a function of them.
    """

    value: float
    variance: float
    seen: float
    rows: int
    ess: float = 0.0
    freedom: float | None = None
    cluster_freedom: float | None = None
    skewness: float = 0.0
    terms: NonNegativeTerms | None = None
    limited: LimitedTerms | None = None
    groups: Floats | None = None
    statistic: Statistic | None = None

    def least_freedom(self) -> float | None:
        """Degrees of freedom by kurtosis or by clusters, the fewer; `None` if many."""
        each = [freedom for freedom in (self.freedom, self.cluster_freedom) if freedom is not None]
        return min(each) if each else None

    def believed_freedom(self, kind: RewardKind) -> float | None:
        """Of them, those that are believed of `positive` or other rewards.

        Examples
        --------
        >>> evidence = Evidence(0.0, 1.0, 1.0, 100, freedom=20.0, cluster_freedom=8.0)
        >>> evidence.believed_freedom("real"), evidence.believed_freedom("positive")
        (8.0, 4.0)
        """
        least = self.least_freedom()
        return least * BELIEVED if least is not None and kind == "positive" else least


class IntervalRule(Protocol):
    """How an interval is made."""

    def __call__(self, evidence: Evidence | None, kind: RewardKind, level: float) -> Interval:
        """Interval of `binary`, `positive` or `real` rewards at a `level` in (0, 1).

        Without evidence it is the widest.
        """
