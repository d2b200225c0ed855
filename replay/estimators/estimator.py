"""Protocol of estimators: receive rows, merge, and give a value, its evidence and its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol, Self

from replay.intervals.choose import default
from replay.stats.cluster_sums import Groups

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence, IntervalRule
    from replay.intervals.interval import Interval
    from replay.numerics.reward_kind import RewardKind
    from replay.stats.weighted_rows import Scored


class Estimator(Protocol):
    """An estimator of a target's value as a frozen running sum.

    Rule 1: `a.receive(x) + a.receive(y)` is `receive` of x and y together, to 1e-9 of the value.
    Rule 2: what has received nothing has the value `None` and the widest interval.
    """

    __slots__ = ()

    as_logged: ClassVar[bool] = False
    """Whether its value is in the rewards' own units, however they are measured."""

    own_interval: ClassVar[bool] = False
    """Whether its interval is made in a way of its own, which no rule can change."""

    @property
    def name(self) -> str:
        """What users call it."""

    @property
    def groups(self) -> Groups:
        """Sums by group of rows; empty where it keeps none."""
        return Groups()

    def receive(self, scored: Scored) -> Self:
        """Add rows."""

    def __add__(self, other: Self) -> Self: ...

    def value(self) -> float | None:
        """The estimate."""

    def setting(self) -> str:
        """What it chose for itself, such as the largest weight that it lets stand; else empty."""
        return ""

    def evidence(self) -> Evidence | None:
        """What a rule makes an interval from; `None` of too few rows, or where none makes it."""
        return None

    def interval(self, kind: RewardKind, level: float, rule: IntervalRule = default) -> Interval:
        """Its interval, by `rule` unless the estimator has one of its own."""
        return rule(self.evidence(), kind, level)


class RowEstimator(Estimator, Protocol):
    """An estimator of rows: its class is called as it is."""

    __slots__ = ()

    name: ClassVar[str]


class LoggedMean(Estimator, Protocol):
    """An estimator that can also sum up the rewards as they were logged."""

    __slots__ = ()

    def receive_unweighted(self, scored: Scored) -> Self:
        """Add rows as they were logged: every weight is 1."""
