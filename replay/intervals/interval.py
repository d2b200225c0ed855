"""An interval and the rule it was made by."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from replay.numerics.reward_kind import RewardKind

WIDEST: Mapping[RewardKind, tuple[float, float]] = {
    "binary": (0.0, 1.0),
    "positive": (0.0, float("inf")),
    "real": (float("-inf"), float("inf")),
}
"""What is known of a mean before anything was received."""


class Interval(NamedTuple):
    """From `low` to `high`, by `rule`."""

    low: float
    high: float
    rule: str

    def holding(self, value: float) -> Interval:
        """Widen it as far as needed to hold `value`."""
        return self._replace(low=min(self.low, value), high=max(self.high, value))


def widest(kind: RewardKind, why: str = "too little received") -> Interval:
    """Nothing is known, and why.

    Examples
    --------
    >>> widest("binary")
    Interval(low=0.0, high=1.0, rule='too little received')
    """
    return Interval(*WIDEST[kind], why)


def within(low: float, high: float, kind: RewardKind, rule: str) -> Interval:
    """Cut an interval to what is possible for rewards of a kind.

    Examples
    --------
    >>> within(-0.1, 0.4, "binary", "normal")
    Interval(low=0.0, high=0.4, rule='normal')
    """
    least, most = WIDEST[kind]
    return Interval(min(max(low, least), most), max(min(high, most), least), rule)
