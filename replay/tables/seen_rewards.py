"""The lowest and the highest reward of a log, and whether there are no others."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats


@dataclass(frozen=True, slots=True)
class SeenRewards:
    """Ends of the rewards seen; `two` where each is one of the ends. Merged by `+`.

    Examples
    --------
    >>> import numpy as np
    >>> SeenRewards.of(np.array([1.0, 3.0])) + SeenRewards.of(np.array([3.0, 3.0]))
    SeenRewards(low=1.0, high=3.0, two=True)
    >>> SeenRewards.of(np.array([1.0, 3.0])) + SeenRewards.of(np.array([4.0]))
    SeenRewards(low=1.0, high=4.0, two=False)
    """

    low: float = math.inf
    high: float = -math.inf
    two: bool = True

    @classmethod
    def of(cls, rewards: Floats, *, two: bool = True) -> SeenRewards:
        """Look at rewards, shape (n,); with `two` false there are known to be others."""
        if not len(rewards):
            return cls()
        low, high = float(rewards.min()), float(rewards.max())
        return cls(low, high, two and bool(((rewards == low) | (rewards == high)).all()))

    def __add__(self, other: SeenRewards) -> SeenRewards:
        low, high = min(self.low, other.low), max(self.high, other.high)
        ends = {
            end for seen in (self, other) for end in (seen.low, seen.high) if math.isfinite(end)
        }
        return SeenRewards(low, high, self.two and other.two and len(ends) <= 2)
