"""What an estimator says of how sure it is: all that an interval is made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from replay.intervals.interval import Interval
    from replay.ladder import Ladder
    from replay.tables.rows import Floats


class Statistic(Protocol):
    """A value as a smooth function of sums of columns over rows."""

    def __call__(self, sums: Floats) -> tuple[Floats, Floats]:
        """Return values, shape (b,), of b vectors of sums (b, p), and their gradients (b, p).

        The first column counts rows; the gradient is by the other columns' means, and such that
        gradient · (1, columns) of a row is its influence on the value.
        """


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """A value that is the mean of terms w r of rewards that are never negative.

    `square` is their mean square, `weight` the largest weight that a row could have had (of those
    seen, where that isn't known), `reward` the largest reward seen; `ladder` is kept for betting.
    """

    square: float
    weight: float
    reward: float
    ladder: Ladder | None


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
    terms
        Where the value is a mean of non-negative terms.
    groups, statistic
        Sums by group of rows, shape (g, p), and the value as a function of them.
    """

    value: float
    variance: float
    seen: float
    rows: int
    ess: float = 0.0
    freedom: float | None = None
    terms: Terms | None = None
    groups: Floats | None = None
    statistic: Statistic | None = None


class Rule(Protocol):
    """How an interval is made."""

    def __call__(self, evidence: Evidence | None, kind: str, level: float) -> Interval:
        """Interval of `binary`, `positive` or `real` rewards at a `level` in (0, 1).

        Without evidence it is the widest.
        """
