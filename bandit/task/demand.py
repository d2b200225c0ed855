"""How much of a pool's capacity is wanted, as a desk has seen it since the pool first was full.

Labels that are worth their price are wanted, whether the pool has room for them or not. With more
of them than capacity, a task that waits for its turn only takes that of another; with fewer, it
takes a turn that nobody else would have.
"""

from __future__ import annotations

import msgspec

from bandit.task.arrivals import HOUR_S

LEAST_WEIGHT = 0.03
"""Weight of the newest hour in which the pool was open: three working days are remembered."""
DIGITS = 4


class Demand(msgspec.Struct, omit_defaults=True):
    """Labels wanted of a pool in the last `open_s` seconds; `share` of its capacity in all.

    Until an hour was seen, all of it counts as wanted.

    Examples
    --------
    >>> demand = Demand(wanted=30)
    >>> demand.count(3600.0, per_hour=40.0)
    >>> demand.share
    0.75
    """

    wanted: int = 0
    open_s: float = 0.0
    hours: int = 0
    share: float = 1.0

    def count(self, seconds: float, per_hour: float) -> None:
        """Count time in which the pool was open, with a capacity of `per_hour`."""
        self.open_s += seconds
        if self.open_s < HOUR_S:
            return
        self.hours += 1
        share = self.wanted / (per_hour * self.open_s / HOUR_S)
        self.share += max(LEAST_WEIGHT, 1.0 / self.hours) * (share - self.share)
        self.share = round(self.share, DIGITS)
        self.wanted, self.open_s = 0, 0.0
