"""Whether rows are in the order of their times: how many are earlier than the row before."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats


@dataclass(frozen=True, slots=True)
class TimeOrder:
    """Times of the first and the last row, and how many rows are `earlier` than the one before.

    Orders of parts of a log are added by `+`, in the order of the log.

    Examples
    --------
    >>> TimeOrder.of(np.array([1.0, 2.0])) + TimeOrder.of(np.array([1.5, 1.5, 1.0]))
    TimeOrder(first=1.0, last=1.0, earlier=2)
    """

    first: float = math.nan
    last: float = math.nan
    earlier: int = 0

    @classmethod
    def of(cls, times: Floats) -> TimeOrder:
        """Look at times in seconds, shape (n,)."""
        if not len(times):
            return cls()
        return cls(float(times[0]), float(times[-1]), int(np.count_nonzero(np.diff(times) < 0)))

    def __add__(self, other: TimeOrder) -> TimeOrder:
        if math.isnan(self.first) or math.isnan(other.first):
            return other if math.isnan(self.first) else self
        between = other.first < self.last
        return TimeOrder(self.first, other.last, self.earlier + other.earlier + between)
