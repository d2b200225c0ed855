"""Runs of rewards of 0 in the order of a log, and the one at its end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats


@dataclass(frozen=True, slots=True)
class ZeroRuns:
    """Zeros at the start and the end of some rows, and the longest run between two others.

    `others` counts the rewards that are not 0, `rises` the rows whose reward is above that of the
    row before; `first` and `last` are rewards. Runs of parts of a log are added by `+`, in the
    order of the log.

    Examples
    --------
    >>> runs = ZeroRuns.of(np.array([0.0, 1.0, 0.0])) + ZeroRuns.of(np.array([0.0, 2.0, 0.0]))
    >>> runs.start, runs.longest, runs.end, runs.others, runs.rises
    (1, 2, 1, 2, 2)
    """

    start: int = 0
    longest: int = 0
    end: int = 0
    others: int = 0
    rises: int = 0
    first: float = math.nan
    last: float = math.nan

    @classmethod
    def of(cls, rewards: Floats) -> ZeroRuns:
        """Look at rewards, shape (n,)."""
        if not len(rewards):
            return cls()
        at = np.flatnonzero(rewards)
        n, rises = len(rewards), int(np.count_nonzero(np.diff(rewards) > 0))
        ends = float(rewards[0]), float(rewards[-1])
        if not len(at):
            return cls(n, 0, n, 0, rises, *ends)
        longest = int(np.diff(at).max(initial=1)) - 1
        return cls(int(at[0]), longest, n - 1 - int(at[-1]), len(at), rises, *ends)

    def __add__(self, other: ZeroRuns) -> ZeroRuns:
        if math.isnan(self.first) or math.isnan(other.first):
            return other if math.isnan(self.first) else self
        between = self.end + other.start
        both = bool(self.others and other.others)
        return ZeroRuns(
            self.start if self.others else between,
            max(self.longest, other.longest, between if both else 0),
            other.end if other.others else between,
            self.others + other.others,
            self.rises + other.rises + (other.first > self.last),
            self.first,
            other.last,
        )

    def chance(self, rows: int) -> float:
        """Chance that of `rows` rewards the last run is so much longer than all others by luck.

        It is that of one exponential gap exceeding c times the largest of k others,
        k! Γ(c + 1) / Γ(k + c + 1). As zeros may come in sessions, k is only the number of stretches
        before it that are as long as their longest run. Where rewards never rise the chance is 1,
        for rows may be sorted by them.
        """
        if not self.rises:
            return 1.0
        longest = max(self.start, self.longest) + 1.0
        c, k = self.end / longest, (rows - self.end) / longest
        return float(np.exp(gammaln(k + 1) + gammaln(c + 1) - gammaln(k + c + 1)))
