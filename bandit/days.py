"""UTC days, counted from the epoch: the unit of daily budgets and of a labeler's last day."""

from __future__ import annotations

import math

DAY_S = 86_400.0


def day_of(at: float) -> int:
    """Return the UTC day of a time, counted from the epoch.

    Examples
    --------
    >>> day_of(86_399.0), day_of(86_400.0)
    (0, 1)
    """
    return math.floor(at / DAY_S)
